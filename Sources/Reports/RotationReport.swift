internal import EncryptionConfig
internal import Explanations
internal import GoText
public import KeyRotation
public import KubernetesVersions
internal import KeyTransition
public import ShownText
public import StorageEvidence

/// What `rotate` did, or where a rotation stands.
public struct RotationReport {
    /// One entry or key set.
    public struct Step {
        let path: String
        let resources: [String]
        /// The step that was made, or the state of the set.
        let step: String
        let before: [ReadKey]
        let after: [ReadKey]
    }

    public let file: String
    public let steps: [Step]
    let hash: String
    let isWritten: Bool
    let next: NextCommand
    /// What to do now, one thing after the other.
    private let guide: [Phrase]
    /// What was proven of removed keys, and of what.
    public var notes: [Phrase] = []
    /// What was looked at; nil if nothing was.
    public var evidence: StorageEvidence?
    /// The version of Kubernetes by whose rules the file was read.
    public var kubernetes: KubernetesVersion?

    public init(file: String, steps: [Step], hash: String, isWritten: Bool, next: NextCommand, guide: [Phrase] = []) {
        self.file = file
        self.steps = steps
        self.hash = hash
        self.isWritten = isWritten
        self.next = next
        self.guide = guide
    }

    public var value: ReportValue {
        .report(
            kind: "RotationReport",
            [
                "file": .text(file), "steps": .array(steps.map(\.value)), "hash": .text(hash),
                "kubernetes": .text(kubernetes?.description), "written": .bool(isWritten),
                "evidence": .array(evidence?.values ?? []),
                "next": next.value, "guide": .array(guide.map { .phrase($0) }),
                "notes": .array(notes.map { .phrase($0) }),
            ])
    }

    /// What changed, one entry after another.
    public var text: Phrase {
        steps.map { step in
            let before = step.before.map(\.name).joined(separator: ", ")
            let after = step.after.map(\.name).joined(separator: ", ")
            return "\(step.path) (\(step.resources.joined(separator: ", "))): \(step.step)\n"
                + "  before  \(before)\n  after   \(after)\n"
        }.joined()
    }
}

extension RotationReport.Step {
    fileprivate var value: ReportValue {
        [
            "path": .text(path), "resources": .array(resources.map { .text($0) }), "step": .word(step),
            "before": .array(before.map(\.value)), "after": .array(after.map(\.value)),
            "writeKey": after.first?.value ?? .null,
        ]
    }
}

extension RotationReport.Step {
    public init(_ change: RotationPlan.Change, _ step: RotationRequest.Step) {
        self.init(
            path: change.path, resources: change.resources.map(\.text), step: step.rawValue,
            before: change.before.map { ReadKey(provider: $0.provider, key: $0.key) },
            after: change.after.map { ReadKey(provider: $0.provider, key: $0.key) })
    }
}
