import ConfigurationLint
import EncryptionConfig
import KeyRotation
import KeyTransition
import SecretMemory
import ShownText
import TestSupport
import Testing

/// What is done with a configuration grows with its size, not with its square, in whatever way the file grows.
@Suite(.serialized) struct LinearFileTests {
    enum Shape: String, CaseIterable {
        case keys, providers, kms, entries, identityFirst, oneAlias, line, resources, blankLines, comments, aliases
        case anchors

        /// How large the smaller file is.
        var count: Int {
            switch self {
            case .blankLines, .comments, .resources: 200
            default: 60
            }
        }

        func file(_ count: Int) -> EditFile {
            switch self {
            case .keys: LargeFile.keys(count)
            case .providers: LargeFile.providers(count)
            case .kms: LargeFile.kms(count)
            case .entries: LargeFile.entries(count)
            case .identityFirst: LargeFile.entries(count, identityFirst: true)
            case .oneAlias: LargeFile.entries(count, alias: true)
            case .line: LargeFile.line(count)
            case .resources: LargeFile.resources(count)
            case .blankLines: LargeFile.lines(count, "")
            case .comments: LargeFile.lines(count, "# \(LargeFile.secret(7))")
            case .aliases: LargeFile.aliases(count)
            case .anchors: LargeFile.anchors(count)
            }
        }
    }

    /// `verify` and `show`.
    @Test(arguments: Shape.allCases)
    func filesAreChecked(_ shape: Shape) throws {
        let growth = try Growth.ofWork(shape.count, shape.file) { file in
            let document = try file.document()
            let configuration = try EncryptionConfiguration(checking: document, options: .lenient)
            let findings = Linter().findings(in: document, checked: configuration)
            let lines = Set(findings.compactMap { $0.position?.line })
            _ = QuotableLines(SecretBytes(copying: file.bytes.span.rawBytes), wanted: lines)
            _ = Redactor(configuration.keys.map(\.key.secret)).mayShow("some text of a report")
        }
        #expect(growth < Growth.limit)
    }

    /// `diff`: a file with one more.
    @Test(arguments: Shape.allCases)
    func changesAreProven(_ shape: Shape) throws {
        let growth = try Growth.ofWork(
            shape.count, { (try shape.file($0).configuration(), try shape.file($0 + 1).configuration()) }
        ) { less, more in
            for (old, new) in [(less, more), (more, less)] {
                let proof = TransitionProof(from: old, to: new)
                _ = (proof.safe, proof.rolling, proof.changes, proof.next)
            }
        }
        #expect(growth < Growth.limit)
    }

    /// `rotate`: each step, with its plan, the edit, the diff and the judgement.
    @Test(arguments: Shape.allCases)
    func stepsAreMade(_ shape: Shape) throws {
        var made: [RotationRequest.Step] = []
        // Three steps take long: half the size.
        let growth = try Growth.ofWork(shape.count / 2, shape.file) { file in made = try Self.rotate(file) }
        #expect(growth < Growth.limit)
        #expect(made == shape.steps)
    }

    private static func rotate(_ start: EditFile) throws -> [RotationRequest.Step] {
        var (file, made) = (start, [RotationRequest.Step]())
        for step in [RotationRequest.Step.add, .promote, .retire] {
            let old = try file.configuration()
            let source = NewKeySource(name: "key-20300101t000000z") {
                SecretKey(SecretBytes(copying: Array(repeating: UInt8(made.count + 1), count: 32).span.rawBytes))
            }
            let request = RotationRequest(step: step)
            guard let plan = try? RotationPlan(request, for: file.document(), newKeys: source, options: .lenient),
                let edited = try? file.edited(plan.edits)
            else { continue }
            _ = StepJudgement(
                plan, from: old,
                StepFacts(hash: "", isSingleServer: true, isAbsencePromised: true, destination: .archive))
            _ = UnifiedDiff(
                from: SecretBytes(copying: file.bytes.span.rawBytes),
                to: SecretBytes(copying: edited.bytes.span.rawBytes), oldName: "old", newName: "new")
            file = edited
            made.append(step)
        }
        return made
    }
}

extension LinearFileTests.Shape {
    /// The steps that can be made one after the other, without a word about which key is meant.
    fileprivate var steps: [RotationRequest.Step] {
        switch self {
        // Plugins have no keys.
        case .kms: []
        // Which of many keys is to write is not for the file to say.
        case .providers: [.add]
        case .keys, .anchors: [.add, .retire]
        default: [.add, .promote, .retire]
        }
    }
}
