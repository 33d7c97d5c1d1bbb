import EncryptionConfig
import Foundation
import GoText
import KeyRotation
import SecretMemory
import StorageEvidence
import TestSupport
import Testing

/// Random sequences of steps, edits by hand and crashes: no accepted step loses a key.
struct RotationLawTests {
    /// 600 sequences, or 20,000 with `ENCCONF_TESTS=all`. `ENCCONF_SEED=N` runs the one of a failure.
    static let seeds: [Range<UInt64>] = {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["ENCCONF_SEED"].flatMap({ UInt64($0) }) { return [seed..<seed + 1] }
        let count: UInt64 = environment["ENCCONF_TESTS"] == "all" ? 20_000 : 600
        return stride(from: 0, to: count, by: 100).map { $0..<min($0 + 100, count) }
    }()

    @Test(arguments: seeds)
    func nothingIsLost(seeds: Range<UInt64>) throws {
        var (accepted, removed) = (0, 0)
        for seed in seeds {
            var sequence = try LawSequence(seed: seed)
            do {
                try sequence.run()
            } catch {
                Issue.record("ENCCONF_SEED=\(seed): \(error)\n\(sequence.log.joined(separator: "\n"))")
            }
            if let problem = sequence.problem {
                Issue.record("ENCCONF_SEED=\(seed): \(problem)\n\(sequence.log.joined(separator: "\n"))")
            }
            accepted += sequence.accepted
            removed += sequence.removed
        }
        // Sequences in which nothing is accepted would show little.
        #expect(seeds.count == 1 || accepted > seeds.count && removed > seeds.count / 8, "\(accepted) \(removed)")
    }
}

/// One file, and what is done to it.
struct LawSequence {
    private var random: SeededGenerator
    private var file: [UInt8]
    private var archive: [UInt8]?
    private var versions: [[UInt8]]
    private var law = RotationLaw()
    private var minute = 0
    private(set) var log: [String] = []
    private(set) var problem: String?
    private(set) var accepted = 0
    private(set) var removed = 0

    init(seed: UInt64) throws {
        random = SeededGenerator(seed: seed)
        file = Array(StyledConfiguration(seed: seed).text.utf8)
        versions = [file]
        if let configuration = try? configuration(file) { try law.see(configuration) }
    }

    mutating func run() throws {
        guard (try? configuration(file)) != nil else { return }
        for _ in 0..<Int.random(in: 3...9, using: &random) where problem == nil {
            minute += 1
            switch Int.random(in: 0..<10, using: &random) {
            case 0, 1: try editByHand()
            case 2: try putBackAnEarlierVersion()
            default: try step()
            }
        }
    }

    private func configuration(_ bytes: [UInt8]) throws -> EncryptionConfiguration {
        try EncryptionConfiguration(
            checking: ConfigurationDocument.read(SecretBytes(bytes), headerless: true), options: .lenient)
    }

    private func kept() throws -> EncryptionConfiguration? { try archive.map(configuration) }

    // MARK: Steps

    private mutating func step() throws {
        let before = try configuration(file)
        let request = request(before)
        guard let plan = planned(request) else { return }
        let isDestroyed = chance(8)
        // The weakest facts that are accepted: a person's word for everything.
        var facts = StepFacts(
            hash: "sha256:\(String(repeating: "0", count: 64))", isSingleServer: request.singleServer, plugin: .waived,
            isAbsencePromised: true, destination: isDestroyed ? .destruction : .archive)
        if let prefix = HashPrefix("00000000") { facts.servers = .word(prefix) }
        let judgement = StepJudgement(plan, from: before, facts)
        guard let authorized = judgement.step else {
            log.append("\(describe(request)): refused, \(judgement.refusals.count) reasons")
            return
        }
        guard let edited = edited(plan, request) else { return }
        accepted += 1
        log.append("\(describe(request)): written")
        if !authorized.retired.isEmpty {
            removed += 1
            if isDestroyed {
                problem = "keys are destroyed on somebody's word"
                return
            }
            guard keep(authorized.retired) else { return }
            try check("the archive is written")
            // The program ends between the two writes.
            if chance(8) {
                log.append("  crash before the file is written")
                return
            }
        }
        file = edited
        versions.append(file)
        try check("the file is written")
        try law.see(try configuration(file))
    }

    private mutating func planned(_ request: RotationRequest) -> RotationPlan? {
        let name = request.keyName ?? ByteName("key-20260729t12\(minute < 10 ? "0" : "")\(minute)00z")
        var generator = SeededGenerator(seed: UInt64.random(in: 0...UInt64.max, using: &random))
        let keys = NewKeySource(name: name) { SecretKey(SecretBytes(generator.bytes(32))) }
        do {
            let document = try ConfigurationDocument.read(SecretBytes(file), headerless: true)
            let plan = try RotationPlan(request, for: document, newKeys: keys, options: .lenient)
            if !plan.isDone { return plan }
            log.append("\(describe(request)): done already")
        } catch {
            log.append("\(describe(request)): refused, \(error)")
        }
        return nil
    }

    private mutating func edited(_ plan: RotationPlan, _ request: RotationRequest) -> [UInt8]? {
        do {
            let text = try ConfigurationEditor.apply(plan.edits, to: SecretBytes(file), headerless: true)
            return text.bytes.copiedToArray()
        } catch {
            log.append("\(describe(request)): refused, \(error)")
            return nil
        }
    }

    /// - Returns: Whether the archive took them.
    private mutating func keep(_ retired: [RetiredProvider]) -> Bool {
        do {
            var old: SecretBytes?
            if let archive { old = SecretBytes(archive) }
            if let text = try KeyArchive.adding(retired, to: old) { archive = text.bytes.copiedToArray() }
            return true
        } catch {
            log.append("  the archive refuses: \(error)")
            return false
        }
    }

    private mutating func request(_ file: EncryptionConfiguration) -> RotationRequest {
        let names = file.keys.map(\.key.name)
        let resources = file.decidedResources.joined().map { $0 }
        var request = RotationRequest()
        request.step = chance(5) ? nil : RotationRequest.Step.allCases.randomElement(using: &random)
        request.singleServer = chance(6)
        if chance(3) {
            let targets: [RotationRequest.Target] =
                KeyedProvider.allCases.map { .keyed($0) } + [
                    .identity, .kms(name: "hsm", endpoint: "unix:///run/hsm.sock"),
                ]
            request.target = targets.randomElement(using: &random)
        }
        if chance(4) { request.keyName = chance(2) ? names.randomElement(using: &random) : ByteName("mine\(minute)") }
        if chance(3) { request.resources = resources.randomElement(using: &random).map { [$0] } }
        return request
    }

    private mutating func chance(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &random) == 0 }

    private func describe(_ request: RotationRequest) -> String {
        "\(request.step?.rawValue ?? "next") to \(request.target.map { "\($0)" } ?? "-") key \(request.keyName ?? "-") "
            + "resources \(request.resources.map { "\($0)" } ?? "-")\(request.singleServer ? " single" : "")"
    }

    // MARK: What others do

    private mutating func editByHand() throws {
        var entries = try configuration(file).entries.map { ($0.resources, $0.providers.map(\.kind)) }
        guard let index = entries.indices.randomElement(using: &random) else { return }
        let choice = Int.random(in: 0..<5, using: &random)
        switch choice {
        case 0 where entries[index].0.count > 1:
            entries[index].0.remove(at: Int.random(in: 0..<entries[index].0.count, using: &random))
        case 1: entries.insert(([ResourcePattern(parsing: "secrets")], entries[index].1), at: 0)
        case 2 where entries[index].1.count > 2: entries[index].1.swapAt(1, 2)
        case 3: entries[index].1.append(.identity)
        case 4 where entries.count > 1: entries.remove(at: index)
        default: return
        }
        let edited = ConfigurationText.write(entries.map { (patterns: $0.0, providers: $0.1) }).bytes.copiedToArray()
        guard let after = try? configuration(edited) else { return }
        log.append("edit by hand \(choice) of resources[\(index)]")
        file = edited
        try law.editByHand(to: after, try kept())
        try law.see(after)
    }

    /// A colleague, or a tool, copies back what the file once was.
    private mutating func putBackAnEarlierVersion() throws {
        guard let version = versions.randomElement(using: &random), version != file else { return }
        log.append("an earlier version is put back")
        file = version
        let after = try configuration(version)
        try law.editByHand(to: after, try kept())
        try law.see(after)
    }

    private mutating func check(_ moment: String) throws {
        let lost = try law.lost(try configuration(file), try kept())
        if !lost.isEmpty { problem = "lost when \(moment): \(lost.joined(separator: "; "))" }
    }
}
