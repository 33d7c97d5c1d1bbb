import EncryptionConfig
import Foundation
import KubernetesResources
import StorageAudit
import TestSupport
import Testing

/// Random stores with random faults under random configurations: what the audit says is what the model says.
struct AuditModelTests {
    /// 2,000 stores, or 100,000 with `ENCCONF_TESTS=all`. `ENCCONF_SEED=N` runs the one of a failure.
    static let seeds: [Range<UInt64>] = {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["ENCCONF_SEED"].flatMap({ UInt64($0) }) { return [seed..<seed + 1] }
        let count: UInt64 = environment["ENCCONF_TESTS"] == "all" ? 100_000 : 2_000
        return stride(from: 0, to: count, by: 500).map { $0..<min($0 + 500, count) }
    }()

    @Test(arguments: seeds)
    func everyAuditSaysWhatTheModelSays(seeds: Range<UInt64>) throws {
        var failures = 0
        for seed in seeds {
            let trial = try AuditTrial(seed: seed)
            let differences = try trial.differences()
            guard !differences.isEmpty else { continue }
            failures += 1
            if failures <= 3 {
                Issue.record(
                    "ENCCONF_SEED=\(seed)\n\(differences.joined(separator: "\n"))\n\(trial.configuration.text)")
            }
        }
        #expect(failures == 0, "\(failures) stores of \(seeds)")
    }
}

/// One store, one configuration, and what is asked.
struct AuditTrial {
    let configuration: ModelConfiguration
    let file: ConfigurationFile
    let store: ModelStore
    let digest: ModelDigest
    let options: ModelOptions
    private let findingLimit: Int
    private let jobs: Int
    private let leafLimit: Int

    private static let resources: [ModelResource] = [
        .secrets, .configmaps, .widgets, .oxen, .namespaces, .events, .gadgets, .groupedGadgets, ModelResource("pods"),
    ]

    init(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let pool = KeyPool(using: &random)
        (configuration, file) = ModelConfiguration.random(pool, using: &random)
        var maker = StoreMaker(
            configuration, pool, uid: "0a1b2c3d-0000-4000-8000-00000000000a",
            healthInTen: [3, 7, 9, 10].randomElement(using: &random) ?? 7, using: &random)
        store = try maker.store(keys: 0...10)
        digest = [.right, .right, .right, .right, .wrong, .absent].randomElement(using: &random) ?? .right
        var options = ModelOptions()
        if Int.random(in: 0..<3, using: &random) == 0 {
            options.resources = Set(
                (0..<Int.random(in: 1...3, using: &random)).compactMap { _ in
                    Self.resources.randomElement(using: &random)
                })
        }
        options.prefix = Int.random(in: 0..<4, using: &random) == 0 ? "/registry" : nil
        options.history = Bool.random(using: &random)
        options.failOn = Self.failOn(using: &random)
        self.options = options
        findingLimit = [0, 1, 20].randomElement(using: &random) ?? 20
        jobs = Int.random(in: 1...2, using: &random)
        leafLimit = [1_000, 1_000, 4].randomElement(using: &random) ?? 4
    }

    /// The default, or what some names of `--fail-on` stand for.
    private static func failOn(using random: inout SeededGenerator) -> Set<FindingCode> {
        guard Bool.random(using: &random) else { return Set(FindingCode.allCases.filter(\.countsByDefault)) }
        let names = FindingCode.names.keys.sorted()
        return (0..<Int.random(in: 0...3, using: &random))
            .compactMap { _ in names.randomElement(using: &random).flatMap { FindingCode.names[$0] } }
            .reduce(into: []) { $0.formUnion($1) }
    }

    /// What the audit says otherwise than the model.
    func differences() throws -> [String] {
        let result: AuditResult
        do {
            result = try AuditedFile.audit(
                try store.file(digest, leafLimit: leafLimit), under: file, options, findingLimit: findingLimit,
                jobs: jobs)
        } catch {
            return ["not audited: \(error)"]
        }
        let judgement = AuditJudgement(
            result, under: file.configuration, options: AuditedFile.auditOptions(options, findingLimit: findingLimit),
            failOn: options.failOn)
        let model = AuditModel(store, digest, configuration, options)
        var differences: [String] = []
        func check<Value: Equatable>(_ name: String, _ found: Value, _ expected: Value) {
            if found != expected { differences.append("\(name): \(found), and not \(expected)") }
        }
        check("verdict", judgement.verdict, model.verdict)
        check("doubts", Set(judgement.doubts.map(\.modelName)), model.doubts)
        check("totals", judgement.totals.filter { $0.value > 0 }.byName, model.totals.byName)
        check(
            "kept", Set(judgement.totals.keys.filter { (result.live.findings.kept[$0]?.count ?? 0) > findingLimit }), []
        )
        checkLedger(judgement.coverage.records, model, check)
        check("bytes", judgement.coverage.bytes.sum, result.source.byteCount)
        check("uncovered", judgement.uncovered.map(\.modelName).sorted(), model.uncoveredNames)
        check("absent", Set(judgement.absent.map { ModelResource($0) }), model.absent)
        check("cluster", result.live.clusterUID, model.clusterUID)
        check(
            "resources",
            Dictionary(uniqueKeysWithValues: result.live.resources.map { (ModelResource($0), AuditModel.Numbers($1)) }),
            model.live)
        check("keys", [result.live.otherKeys, result.source.liveKeys], [model.otherKeys, model.liveKeys])
        check("revision", result.source.revision, store.revision)
        return differences
    }

    private func checkLedger(
        _ ledger: RecordLedger, _ model: AuditModel, _ check: (String, [String: Int], [String: Int]) -> Void
    ) {
        var found: [String: Int] = ["records": ledger.total]
        for reason in Booking.UnknownReason.allCases { found["unknown \(reason)"] = ledger.count(of: reason) }
        for reason in Booking.ScopeReason.allCases { found["out of scope \(reason)"] = ledger.count(of: reason) }
        found["with findings"] = ledger.withFindings
        found["judged"] = ledger.judged
        var expected = found.mapValues { _ in 0 }
        expected["records"] = store.records.count + store.markers.count
        for (booking, count) in model.bookings {
            switch booking {
            case .judged: expected["judged", default: 0] += count
            case .finding:
                expected["judged", default: 0] += count
                expected["with findings", default: 0] += count
            case .unknown(let reason): expected["unknown \(reason)", default: 0] += count
            case .outOfScope(let reason): expected["out of scope \(reason)", default: 0] += count
            }
        }
        check("ledger", found.filter { $0.value != 0 }, expected.filter { $0.value != 0 })
    }
}

extension AuditModel {
    fileprivate var uncoveredNames: [String] {
        uncovered.map { "\($0.key) \($0.value.objects) \($0.value.plaintext)" }.sorted()
    }
}

extension AuditModel.Numbers {
    fileprivate init(_ census: ResourceCensus) {
        self.init()
        (objects, plaintext, stale, bytes) = (census.objects, census.plaintext, census.stale, census.bytes)
        (unreadable, notObjects, uncertain) = (census.unreadable, census.notObjects, census.uncertain)
        (needsPlugin, current) = (census.needsPlugin, census.current)
        for (label, numbers) in census.byLabel where label.provider != .identity { openedByKey += numbers.opened }
    }
}

extension AuditCoverage.Bytes {
    fileprivate var sum: Int { judged + unknown + outOfScope }
}

extension AuditJudgement.UncoveredResource {
    fileprivate var modelName: String { "\(resource) \(objects) \(plaintext)" }
}

extension [FindingCode: Int] {
    fileprivate var byName: [String: Int] {
        Dictionary<String, Int>(uniqueKeysWithValues: map { ("\($0.key)", $0.value) })
    }
}

extension AuditDoubt {
    fileprivate var modelName: String {
        switch self {
        case .noDigest: "noDigest"
        case .changed: "changed"
        case .noObjects(let keys): "noObjects \(keys)"
        case .missing(let patterns): "missing \(patterns.map(\.description).sorted().joined(separator: " "))"
        case .plugins(let values): "plugins \(values)"
        case .encoding(let values): "encoding \(values)"
        case .identity(let values): "identity \(values)"
        case .unknownKeys(let values, _): "unknownKeys \(values)"
        case .unknownObjects(let values): "unknownObjects \(values)"
        case .unknownGroup(let resource, _): "unknownGroup \(resource)"
        case .log, .damage, .unexplained, .version, .kineFile, .keyAge: "\(self)"
        }
    }
}
