public import EncryptionConfig
public import Explanations
public import KeyTransition
public import ShownText
public import StorageEvidence

/// The transition proof as people and programs read it.
public struct TransitionReport {
    let proof: TransitionProof
    public let next: NextStep
    /// What the evidence leaves open of it.
    public let gaps: [CommandFailure.Problem]
    /// What the answers rest on; nil if nobody looked at stored values.
    private let evidence: StorageEvidence?
    /// What a "safe" rests on; nil if it holds whatever is stored.
    private let condition: Phrase?

    /// - Parameters:
    ///   - unaided: The proof without evidence.
    ///   - gaps: What the evidence leaves open.
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
            return "every server ran OLD before \(revisions.joined(separator: ", "))"
        }
        next = proof.next
        self.gaps = gaps
    }

    /// What the exit status tells of it.
    public var status: ExitStatus {
        switch (proof.safe, proof.rolling) {
        case (.no, _), (_, .no): .findings
        case (.depends, _), (_, .depends): .unproven
        default: .success
        }
    }
}

extension TransitionReport {
    public var text: Phrase {
        var text = Self.answers(safe: proof.safe, rolling: proof.rolling)
        if let condition { text += "\nThis holds only if \(condition).\n" }
        for group in proof.groups where !group.proof.counterexamples.isEmpty {
            text += "\n\(Self.list(group.resources))\n"
            for counterexample in group.proof.counterexamples {
                let certainty: Phrase = counterexample.certainty == .possible ? " (\(counterexample.condition))" : ""
                let already: Phrase = counterexample.isOldAlready ? " OLD misreads it already." : ""
                text += "  \(counterexample.sentence)\(certainty)\(already)\n"
            }
        }
        if !proof.changes.isEmpty {
            text += "\nchanges\n"
            for change in proof.changes {
                text += "  \(change.sentence) (\(Self.list(change.resources)))\n"
            }
        }
        if case .newItself = next, proof.changes.isEmpty {
            return text + "\nnext: nothing, there is no change in this\n"
        }
        return text + "\nnext: \(nextSentence)\n"
    }

    /// The two answers, each on a line of its own.
    static func answers(safe: TransitionProof.Answer, rolling: TransitionProof.Answer) -> Phrase {
        """
        one apiserver, the old process ends first: \(safe.sentence)
        several apiservers, or any overlap:        \(rolling.sentence)

        """
    }

    /// What to do, in one sentence.
    var nextSentence: Phrase {
        switch next {
        case .newItself: "roll out NEW"
        case .intermediate(let proposal):
            "roll out a file between the two first (--write-intermediate PATH writes it): "
                + proposal.entries.map { entry -> Phrase in
                    "\(Self.list(entry.resources)) reads "
                        + ReadKey.list(of: entry.providers).map(\.name).joined(separator: ", ")
                }.joined(separator: "; ")
        case .evidence:
            "no file in between helps; show that no stored value needs what is missing"
        case .conflict(let resources):
            "no order of files is safe for \(Self.list(resources)): give the new key a name of its own"
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
                "step": .word(next.code), "message": .phrase(nextSentence),
                "effective": EffectiveTable(proposal.configuration).value,
            ]
        case .evidence, .conflict: ["step": .word(next.code), "message": .phrase(nextSentence)]
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
            "reason": .word(reason.code), "message": .phrase(sentence), "alreadyUnderOld": .bool(isOldAlready),
        ]
    }
}

extension TransitionChange {
    fileprivate var value: ReportValue {
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
        case .depends: "depends on what is stored"
        }
    }
}

extension TransitionChange {
    /// What is different, in one clause.
    fileprivate var sentence: Phrase {
        switch kind {
        case .resourceAdded(let resource): "entry added for \(resource)"
        case .resourceRemoved(let resource): "entry removed for \(resource)"
        case .resourceMoved(let from, let to): "served by the entry for \(to) instead of \(from)"
        case .providerAdded(let label): "provider added: \(label.text)"
        case .providerRemoved(let label): "provider removed: \(label.text)"
        case .identityAdded: "plaintext can be read"
        case .identityRemoved: "plaintext cannot be read any more"
        case .keyAdded(let label): "key added: \(label.text)"
        case .keyRemoved(let label): "key removed: \(label.text)"
        case .keyRenamed(let label, let name): "key renamed: \(label.text) is \(name: name) now"
        case .keyBytesChanged(let label): "other bytes under the same name: \(label.text)"
        case .keyMoved(let label, let other): "bytes of \(label.text) are those of \(other.text) now"
        case .kmsRenamed(let label, let name): "KMS provider renamed: \(label.text) is \(name: name) now"
        case .kmsEndpointChanged(let label, let from, let to):
            "endpoint of \(label.text): \(name: from) is \(name: to) now"
        case .writeKeyChanged(let from, let to) where from == to: "new values are written with what \(to.text) is now"
        case .writeKeyChanged(let from, let to): "new values are written with \(to.text) instead of \(from.text)"
        case .readOrderChanged: "the same keys are tried in another order"
        }
    }
}

extension Counterexample {
    /// What has to be so for it to stand, if it is only possible.
    fileprivate var condition: Phrase {
        if case .kmsEndpointChanged = reason { "if it is another one" } else { "if there are such values" }
    }
}
