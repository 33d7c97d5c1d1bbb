import ConfigurationLint
import Diagnostics
import EncryptionConfig
import Foundation
import KeyTransition
import KubernetesVersions
import SecretMemory
import TestSupport
import Testing

/// Every edit that a hint proposes is made, and what comes out is judged: kube-apiserver takes it, the finding is gone,
/// and `diff` does not call the change unsafe.
@Suite struct ProposedEditTests {
    // MARK: - Files

    @Test func ofLintedFiles() throws {
        var tally = EditTally()
        for item in try LintCase.all() {
            var trial = EditTrial(name: item.name, bytes: item.bytes)
            trial.linter = item.linter
            trial.server = item.server
            trial.kubernetes = item.kubernetes
            tally.add(try trial.run())
        }
        tally.expect([
            "addEntry", "appendIdentity", "join", "keepLast", "moveKey", "remove", "rename", "repeatKey",
            "repeatProviders",
            "separate", "write",
        ])
    }

    @Test func ofRecordedFiles() throws {
        var tally = EditTally()
        let names = try FileManager.default.contentsOfDirectory(atPath: TestData.path("verdicts")).sorted()
        for name in names where name.hasSuffix(".yaml") {
            let bytes = try TestData.bytes("verdicts/\(name)")
            for (kubernetes, server) in [
                (KubernetesVersion.oldest, ServerOptions()), (KubernetesVersion(minor: 30), ServerOptions()),
                (.newest, ServerOptions()), (.newest, .lenient),
            ] {
                var trial = EditTrial(name: "\(name), \(kubernetes)", bytes: bytes)
                trial.kubernetes = kubernetes
                trial.server = server
                tally.add(try trial.run())
            }
        }
        tally.expect([
            "addEntry", "appendIdentity", "keepLast", "moveEntry", "quote", "remove", "rename", "splitProvider",
            "write", "writeHeader",
        ])
    }

    @Test func ofMutatedFiles() throws {
        struct Mutant: Decodable {
            let id: String
            let content_b64: Data
        }
        var tally = EditTally()
        for mutant in try GzipLines.decode("mutants.jsonl.gz", as: Mutant.self) {
            tally.add(try EditTrial(name: mutant.id, bytes: [UInt8](mutant.content_b64)).run())
        }
        tally.expect(["addEntry", "appendIdentity", "remove", "rename", "write"])
    }

    @Test(arguments: 0..<16 as Range<UInt64>)
    func ofRandomFiles(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var tally = EditTally()
        for number in 0..<50 {
            var trial = EditTrial(
                name: "\(seed)/\(number)", bytes: Array(RiskyConfiguration.text(using: &random).utf8))
            trial.kubernetes = [.newest, .newest, .oldest].randomElement(using: &random) ?? .newest
            trial.linter.storedPlaintext = [nil, true, false].randomElement(using: &random) ?? nil
            tally.add(try trial.run())
        }
        #expect(tally.count > 0)
    }

    // MARK: - Words

    /// What is behind the first document has no effect, so that nothing changes when it goes.
    @Test func ofFurtherDocuments() {
        let hint = FileFinding.furtherDocument(nil).diagnostic
        #expect(hint.edit == .removeFurtherDocuments)
        #expect(
            hint.hint
                == "move what follows to another file, or add its entries; `encconf diff` with the edited copy as NEW shows the steps"
        )
    }

    /// A document of another kind must stay what it is.
    @Test(arguments: [
        ("kind: Pod\napiVersion: v1\nspec: {}", false), ("resources: [a.yaml]\nkind: Kustomization", false),
        ("resources: []", false), ("a: b", false),
        ("kind: EncryptionConfiguration\nresources: [{resources: [secrets], providers: [{identity: {}}]}]", true),
        ("resources: [{resources: [secrets], providers: [{identity: {}}]}]", true),
    ])
    func ofOtherDocuments(text: String, isConfiguration: Bool) {
        let finding = Verdict(Array(text.utf8), .init(), .newest, Linter()).findings.first
        #expect(finding?.code == "ENC0102" && (finding?.edit == .writeHeader) == isConfiguration)
    }

    /// A hint that says nothing of an edit is one of these, so that no edit is proposed in words alone.
    @Test func hintsWithoutAnEdit() throws {
        var unknown: Set<String> = []
        func check(_ findings: [Diagnostic]) {
            for finding in findings where finding.edit == nil {
                guard let hint = finding.hint else { continue }
                let known = HintWithoutEdit.all[finding.code] ?? []
                guard !known.contains(where: { $0.isLike(hint) }) else { continue }
                unknown.insert("\(finding.code): \(hint)")
            }
        }
        for item in try LintCase.all() { check(try item.findings()) }
        for file in try FileManager.default.contentsOfDirectory(atPath: TestData.path("verdicts"))
        where file.hasSuffix(".yaml") {
            let bytes = try TestData.bytes("verdicts/\(file)")
            for kubernetes in [KubernetesVersion.oldest, KubernetesVersion(minor: 30), .newest] {
                check(Verdict(bytes, .init(), kubernetes, Linter()).findings)
            }
        }
        var random = SeededGenerator(seed: 7)
        for _ in 0..<400 {
            check(
                Verdict(Array(RiskyConfiguration.text(using: &random).utf8), .lenient, .newest, Linter()).findings)
        }
        #expect(unknown.isEmpty)
    }
}

extension ProposedEditTests {
    /// What goes in steps says which command takes them.
    @Test func reasonsOfHintsWithoutAnEdit() {
        for hint in HintWithoutEdit.all.values.joined() {
            switch hint.reason {
            case .rotation: #expect(hint.words.contains("rotate"))
            case .proof: #expect(hint.words.contains("`encconf "))
            case .intention, .otherPlace: #expect(!hint.words.contains("encconf rotate"))
            }
        }
    }
}

/// What a version of kube-apiserver and the linter say of a file.
struct Verdict {
    var configuration: EncryptionConfiguration?
    var findings: [Diagnostic]

    init(_ bytes: [UInt8], _ server: ServerOptions, _ kubernetes: KubernetesVersion, _ linter: Linter) {
        do throws(ConfigurationRefusal) {
            let document = try ConfigurationDocument.read(
                SecretBytes(copying: bytes.span.bytes), kubernetes: kubernetes)
            let configuration = try EncryptionConfiguration(checking: document, options: server)
            self.configuration = configuration
            findings = linter.findings(in: document, checked: configuration)
        } catch {
            findings = error.diagnostics
        }
    }
}

/// All edits that the hints at one file propose.
private struct EditTrial {
    let name: String
    let bytes: [UInt8]
    var linter = Linter()
    var server = ServerOptions()
    var kubernetes = KubernetesVersion.newest

    init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    private func verdict(_ bytes: [UInt8], _ server: ServerOptions? = nil) -> Verdict {
        Verdict(bytes, server ?? self.server, kubernetes, linter)
    }

    /// - Returns: The edits.
    func run() throws -> [ProposedEdit] {
        let before = verdict(bytes)
        var edits: [ProposedEdit] = []
        for finding in before.findings {
            guard let edit = finding.edit else { continue }
            #expect(finding.hint?.contains(edit.words) == finding.isEditImmediate, "\(name): \(finding)")
            // A name that may not be shown leads nowhere.
            guard finding.path?.contains("REDACTED") != true, finding.hint?.contains("REDACTED") != true else {
                continue
            }
            guard var document = EditableDocument(bytes) else {
                Issue.record("\(name): \(finding) is an edit of what is no YAML")
                continue
            }
            do {
                try document.apply(edit)
                judge(finding, document, before)
                edits.append(edit)
            } catch {
                Issue.record("\(name): \(finding): \(error)")
            }
        }
        return edits
    }

    private func judge(_ finding: Diagnostic, _ document: EditableDocument, _ before: Verdict) {
        let edited = document.bytes
        let after = verdict(edited)
        let place = "\(name): \(finding.code) \(finding.hint ?? ""): \(String(decoding: edited, as: UTF8.self))"
        #expect(isGone(finding, document), "\(place)")
        if let old = before.configuration {
            #expect(after.configuration != nil, "\(place) \(after.findings)")
            // No proposal lets a key write that may not.
            #expect(after.weakWriters.isSubset(of: before.weakWriters), "\(place)")
            if finding.isEditImmediate, let new = after.configuration { prove(old, new, place) }
        }
        // Where a feature gate decides, another server may run the file.
        guard before.configuration == nil || !finding.isEditImmediate,
            let old = verdict(bytes, .lenient).configuration, let new = verdict(edited, .lenient).configuration
        else { return }
        if finding.isEditImmediate {
            prove(old, new, place)
        } else {
            #expect(finding.hint?.contains("`encconf diff`") == true)
            #expect(canBeReached(new, from: old), "\(place)")
        }
    }

    private func prove(_ old: EncryptionConfiguration, _ new: EncryptionConfiguration, _ place: String) {
        let proof = TransitionProof(from: old, to: new)
        #expect(proof.safe != .no && proof.rolling != .no, "\(place): \(proof.counterexamples)")
    }

    /// Whether `diff` leads from one file to the other.
    private func canBeReached(_ new: EncryptionConfiguration, from old: EncryptionConfiguration) -> Bool {
        var current = old
        for _ in 0..<8 {
            let proof = TransitionProof(from: current, to: new)
            switch proof.next {
            // What is stored decides; the file is right.
            case .newItself, .evidence: return true
            // `diff` says that a provider cannot be repeated.
            case .conflict: return old.hasPlugin || new.hasPlugin
            case .intermediate(let proposed):
                let step = TransitionProof(from: current, to: proposed.configuration)
                guard step.safe != .no, step.rolling != .no else { return false }
                current = proposed.configuration
            }
        }
        return false
    }

    /// Whether no such finding is left at that place when the edit is made, as often as there are such findings.
    private func isGone(_ finding: Diagnostic, _ document: EditableDocument) -> Bool {
        var document = document
        for _ in 0..<8 {
            let same = verdict(document.bytes).findings.first {
                $0.code == finding.code && $0.message == finding.message && $0.severity == finding.severity
                    && $0.path == finding.path && $0.edit == finding.edit
            }
            guard let edit = same?.edit else { return true }
            guard (try? document.apply(edit)) != nil else { return false }
        }
        return false
    }
}

extension EncryptionConfiguration {
    fileprivate var hasPlugin: Bool {
        entries.flatMap(\.providers).contains { if case .kms = $0.kind { true } else { false } }
    }
}

extension Verdict {
    /// The bytes of the write keys that the linter calls weak.
    fileprivate var weakWriters: Set<[UInt8]> {
        guard let configuration else { return [] }
        let weak = Set(findings.filter { ("ENC0220"..."ENC0223").contains($0.code) }.compactMap(\.path))
        let writers = ResourceResolution(configuration).rules.compactMap { $0.providers.first?.keys.first }
        return Set(writers.filter { weak.contains("\($0.path).secret") }.map { $0.secret.span.copiedToArray() })
    }
}

/// Which edits were made.
private struct EditTally {
    private(set) var count = 0
    private var names: Set<String> = []

    mutating func add(_ edits: [ProposedEdit]) {
        count += edits.count
        for edit in edits { names.insert(String("\(edit)".prefix { $0 != "(" })) }
    }

    /// Edits of these kinds were made, and maybe others.
    func expect(_ expected: Set<String>) {
        #expect(expected.subtracting(names).isEmpty, "of \(names.sorted())")
    }
}
