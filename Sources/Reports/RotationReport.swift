internal import EncryptionConfig
internal import Explanations
internal import GoText
public import KeyRotation
public import KubernetesVersions
internal import KeyTransition
public import ShownText
public import StorageEvidence

/// The report of `rotate`: a step that was made, or the state of a rotation.
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
    /// The actions that follow, in order.
    private let guide: [Phrase]
    /// What the evidence proves about removed keys.
    public var notes: [Phrase] = []
    /// The evidence; nil without a source.
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

    /// The state of each entry after the step.
    public var text: Phrase {
        steps.map { step in
            "  \(step.resources.listed)\n" + step.after.lines
        }.joined()
    }

    /// What the step changed, in one sentence to a line.
    ///
    /// - Parameters:
    ///   - archive: The file of removed keys; nil without one.
    ///   - isDestroyed: Whether removed keys are kept nowhere.
    public func summary(archive: String?, isDestroyed: Bool) -> Phrase {
        let turned = steps.filter { $0.after.first != $0.before.first }
        let promoted = turned.compactMap(\.after.first).unique
        let stillRead = turned.filter { $0.before.first.map($0.after.contains) ?? false }.compactMap(\.before.first)
            .unique
        let added = steps.flatMap { $0.after.without($0.before) }.unique
        let removed = steps.flatMap { $0.before.without($0.after) }.unique
        var sentences: [Phrase] = []
        if !promoted.isEmpty {
            let isPlaintext = promoted.allSatisfy { $0.provider == .identity }
            sentences.append(
                isPlaintext
                    ? "identity is now first in \(file): new objects are plaintext."
                    : "\(promoted.names) \(promoted.count == 1 ? "is now the write key" : "are now write keys") in \(file)."
            )
            let keys = stillRead.filter { $0.provider != .identity }
            if !keys.isEmpty { sentences.append("\(keys.names) still \(keys.count == 1 ? "decrypts" : "decrypt").") }
        } else if !added.isEmpty {
            let subject: Phrase = added.count == 1 ? "It does" : "They do"
            sentences.append("\(added.names) added to \(file). \(subject) not encrypt new objects yet.")
        }
        let keys = removed.filter { $0.provider != .identity }
        if !keys.isEmpty {
            let kept: Phrase = archive.map { " and kept in \($0)" } ?? (isDestroyed ? ", and destroyed" : "")
            sentences.append("\(keys.names) removed from \(file)\(kept).")
        }
        if keys.count < removed.count {
            sentences.append("identity removed from \(file): plaintext is unreadable now.")
        }
        if sentences.isEmpty { sentences.append("\(file) written.") }
        return sentences.map { "\($0)\n" }.joined() + "  file  \(hash)\n"
    }
}

extension [ReadKey] {
    /// The write key and the read keys of an entry, each on a line of its own.
    var lines: Phrase {
        enumerated().map { index, key in
            let label: Phrase = index == 0 ? "writes    " : index == 1 ? "also reads" : "          "
            let name: Phrase =
                key.provider == .identity ? (index == 0 ? "plaintext (identity)" : "plaintext") : key.name
            return "    \(label)  \(name)\n"
        }.joined()
    }

    fileprivate var names: Phrase { map(\.name).joined(separator: ", ") }

    fileprivate func without(_ others: [ReadKey]) -> [ReadKey] {
        let others = Set(others)
        return filter { !others.contains($0) }
    }

    /// Each once, in order.
    fileprivate var unique: [ReadKey] {
        var seen: Set<ReadKey> = []
        return filter { seen.insert($0).inserted }
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
