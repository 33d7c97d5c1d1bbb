public import EncryptionConfig
public import Explanations
public import KeyTransition
public import ShownText
public import StorageEvidence

/// The proof of a change, as text and JSON.
public struct TransitionReport {
    let proof: TransitionProof
    public let next: NextStep
    /// The gaps of the evidence.
    public let gaps: [CommandFailure.Problem]
    /// The evidence; nil without a source of stored values.
    private let evidence: StorageEvidence?
    /// The condition of "safe"; nil if it holds for any stored values.
    private let condition: Phrase?

    /// - Parameters:
    ///   - unaided: The proof without evidence.
    ///   - gaps: The gaps of the evidence.
    public init(
        _ proof: TransitionProof, _ evidence: StorageEvidence? = nil, unaided: TransitionProof? = nil,
        gaps: [CommandFailure.Problem] = []
    ) {
        self.proof = proof
        self.evidence = evidence
        condition = evidence.flatMap { evidence in
            let rests = unaided.map { ($0.safe, $0.rolling) != (proof.safe, proof.rolling) } ?? false
            guard rests, proof.safe == .yes || proof.rolling == .yes else { return nil }
            let revisions = evidence.sources.map { "revision \($0.revision) of \($0.name)" as Phrase }
            return "every server already ran OLD at \(revisions.joined(separator: ", "))"
        }
        next = proof.next
        self.gaps = gaps
    }

    /// The exit status of the command.
    public var status: ExitStatus {
        switch (proof.safe, proof.rolling) {
        case (.no, _), (_, .no): .findings
        case (.depends, _), (_, .depends): .unproven
        default: .success
        }
    }
}

extension TransitionReport {
    /// The report for people: the verdict first, the next step last.
    ///
    /// - Parameters:
    ///   - new: The path of the new file.
    ///   - resources: Those that were compared; nil for all.
    public func text(new: String, resources: String? = nil) -> Phrase {
        let gathered: Phrase = condition.map { " This holds only if \($0)." } ?? ""
        var text: Phrase =
            "\(fileName(new)): \(Self.verdict(safe: proof.safe, rolling: proof.rolling))\(gathered)\n"
            + Self.answers(safe: proof.safe, rolling: proof.rolling)
        if !losing.isEmpty { text += "New objects of \(Self.list(losing)) are stored as plaintext.\n" }
        for group in proof.groups where !group.proof.counterexamples.isEmpty {
            text += "\n\(Self.list(group.resources))\n"
            for counterexample in group.proof.counterexamples {
                let already: Phrase = counterexample.isOldAlready ? " \(counterexample.effect.alreadyNow)" : ""
                text += "  \(counterexample.effectClause()):\n    \(counterexample.cause()).\(already)\n"
            }
        }
        if !proof.changes.isEmpty {
            text += "\nChanges\n"
            for change in proof.changes {
                text += "  \(change.sentence) (\(Self.list(change.resources)))\n"
            }
        }
        if case .newItself = next, proof.changes.isEmpty {
            let scope: Phrase = resources.map { " for \($0)" } ?? ""
            return text + "\nNext: nothing. Both files mean the same\(scope).\n"
        }
        text += "\nNext: \(nextSentence(new: new)).\n"
        if case .intermediate(let proposal) = next {
            for entry in proposal.entries {
                text += "  \(Self.list(entry.resources))\n" + ReadKey.list(of: entry.providers).lines
            }
        }
        return text
    }

    /// The resources whose new objects are encrypted by the old file only.
    private var losing: [ResourcePattern] {
        proof.changes.flatMap { change -> [ResourcePattern] in
            guard case .writeKeyChanged(let from, let to) = change.kind, to.provider == .identity else { return [] }
            return from.provider == .identity ? [] : change.resources
        }
    }

    /// The verdict in one clause.
    static func verdict(safe: TransitionProof.Answer, rolling: TransitionProof.Answer) -> Phrase {
        switch (safe, rolling) {
        case (.no, _): "NOT SAFE."
        case (_, .no): "NOT SAFE with several servers."
        case (.depends, _): "DEPENDS on the stored values."
        case (_, .depends): "DEPENDS on the stored values with several servers."
        case (.yes, .yes): "safe."
        }
    }

    /// The two answers, each on a line of its own.
    static func answers(safe: TransitionProof.Answer, rolling: TransitionProof.Answer) -> Phrase {
        """
          one server, stopped before the new one starts  \(safe.sentence)
          several servers, or old and new overlap        \(rolling.sentence)

        """
    }

    /// The next step, in one sentence without a full stop.
    func nextSentence(new: String) -> Phrase {
        switch next {
        case .newItself: "roll out \(fileName(new))"
        case .intermediate:
            "roll out an intermediate file first (--write-intermediate PATH), then `encconf diff` again"
        case .evidence:
            "prove that no stored value becomes unreadable (--evidence, --etcd or --discover-from)"
        case .conflict(let resources):
            "give the new key a new name. No sequence of files makes this change safe for \(Self.list(resources))"
        }
    }

    /// Names for a sentence: the first ones, and how many more.
    public static func list(_ resources: [ResourcePattern]) -> Phrase {
        resources.map(\.description).listed
    }
}

extension TransitionReport {
    /// The members of the report.
    public var members: ReportValue {
        [
            "safe": .word(proof.safe), "rolling": .word(proof.rolling), "condition": .phrase(condition),
            "counterexamples": .array(proof.counterexamples.map(\.value)),
            "evidence": .array(evidence?.values ?? []), "evidenceGaps": .array(gaps.map { .phrase($0.message) }),
            "changes": .array(proof.changes.map(\.value)),
            "next": nextValue,
        ]
    }

    private var nextValue: ReportValue {
        switch next {
        case .newItself: .null
        case .intermediate(let proposal):
            [
                "step": .word(next.code), "message": .phrase(nextSentence(new: "NEW")),
                "effective": EffectiveTable(proposal.configuration).value,
            ]
        case .evidence, .conflict: ["step": .word(next.code), "message": .phrase(nextSentence(new: "NEW"))]
        }
    }
}

extension Counterexample {
    fileprivate var value: ReportValue {
        [
            "resource": .text(resource.description),
            "writer": [
                "side": .word(writer.side), "provider": .word(writer.key.provider), "key": .name(writer.key.name),
            ], "reader": .word(reader), "effect": .word(effect), "certainty": .word(certainty),
            "reason": .word(reason.code), "message": .phrase(sentence()), "alreadyUnderOld": .bool(isOldAlready),
        ]
    }
}

extension TransitionChange {
    /// The change as a report shows it.
    var value: ReportValue {
        [
            "change": .word(code), "provider": .word(subject?.provider), "key": .name(subject?.key),
            "newProvider": .word(successor?.provider), "newKey": .name(successor?.key),
            "resources": .array(resources.map { .text($0.description) }), "message": .phrase(sentence),
        ]
    }
}

extension NextStep {
    /// For scripts: the name of the case.
    var code: String {
        switch self {
        case .newItself: "new"
        case .intermediate: "intermediate"
        case .evidence: "evidence"
        case .conflict: "conflict"
        }
    }
}

extension TransitionProof.Answer {
    fileprivate var sentence: Phrase {
        switch self {
        case .yes: "safe"
        case .no: "NOT SAFE"
        case .depends: "DEPENDS on the stored values"
        }
    }
}

extension TransitionChange {
    /// The difference, in one clause.
    fileprivate var sentence: Phrase {
        switch kind {
        case .resourceAdded(let resource): "entry added for \(resource)"
        case .resourceRemoved(let resource): "entry removed for \(resource)"
        case .resourceMoved(let from, let to): "served by the entry for \(to) instead of \(from)"
        case .providerAdded(let label): "provider added: \(label.text)"
        case .providerRemoved(let label): "provider removed: \(label.text)"
        case .identityAdded: "plaintext is readable now"
        case .identityRemoved: "plaintext is no longer readable"
        case .keyAdded(let label): "key added: \(label.text)"
        case .keyRemoved(let label): "key removed: \(label.text)"
        case .keyRenamed(let label, let name): "key renamed: \(label.text) -> \(name: name)"
        case .keyBytesChanged(let label): "key bytes changed: \(label.text)"
        case .keyMoved(let label, let other): "key moved: \(label.text) -> \(other.text)"
        case .kmsRenamed(let label, let name): "KMS provider renamed: \(label.text) -> \(name: name)"
        case .kmsEndpointChanged(let label, let from, let to):
            "endpoint of \(label.text): \(name: from) -> \(name: to)"
        case .writeKeyChanged(let from, let to) where from == to: "write key: \(to.text) (changed)"
        case .writeKeyChanged(let from, let to): "write key: \(from.text) -> \(to.text)"
        case .readOrderChanged: "order of the read keys"
        }
    }
}

extension Counterexample.Effect {
    /// That the change is not the cause.
    fileprivate var alreadyNow: Phrase {
        if case .unreadable = self { "Already unreadable with OLD." } else { "Already so with OLD." }
    }
}
