public import EncryptionConfig
public import Explanations
public import JSONText
public import KeyTransition
internal import KubernetesResources
internal import SecretMemory

/// The transition proof as people and programs read it.
public struct TransitionReport {
    let proof: TransitionProof
    public let next: NextStep
    /// What the evidence leaves open of it.
    public let gaps: [CommandFailure.Problem]

    /// - Parameter gaps: What the evidence leaves open.
    public init(_ proof: TransitionProof, gaps: [CommandFailure.Problem]) {
        self.proof = proof
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
    public var text: String {
        var text = Self.answers(safe: proof.safe, rolling: proof.rolling)
        for group in proof.groups where !group.proof.counterexamples.isEmpty {
            text += "\n\(Self.list(group.resources))\n"
            for counterexample in group.proof.counterexamples {
                let certainty = counterexample.certainty == .possible ? " (\(counterexample.condition))" : ""
                let already = counterexample.isOldAlready ? " OLD misreads it already." : ""
                text += "  \(counterexample.sentence.printable)\(certainty)\(already)\n"
            }
        }
        if !proof.changes.isEmpty {
            text += "\nchanges\n"
            for change in proof.changes {
                text += "  \(change.sentence.printable) (\(Self.list(change.resources)))\n"
            }
        }
        if case .newItself = next, proof.changes.isEmpty {
            return text + "\nnext: nothing, there is no change in this\n"
        }
        return text + "\nnext: \(nextSentence)\n"
    }

    /// The two answers, each on a line of its own.
    static func answers(safe: TransitionProof.Answer, rolling: TransitionProof.Answer) -> String {
        """
        one apiserver, the old process ends first: \(safe.sentence)
        several apiservers, or any overlap:        \(rolling.sentence)

        """
    }

    /// What to do, in one sentence.
    var nextSentence: String {
        switch next {
        case .newItself: "roll out NEW"
        case .intermediate(let proposal):
            "roll out a file between the two first (--write-intermediate PATH writes it): "
                + proposal.entries.map { entry in
                    "\(Self.list(entry.resources)) reads "
                        + ReadKey.list(of: entry.providers).map(\.description).joined(separator: ", ")
                }.joined(separator: "; ")
        case .evidence:
            "no file in between helps; show that no stored value needs what is missing"
        case .conflict(let resources):
            "no order of files is safe for \(Self.list(resources)): give the new key a name of its own"
        }
    }

    /// Names for a sentence: the first ones, and how many more.
    public static func list(_ resources: [ResourcePattern]) -> String {
        let limit = 6
        let names = resources.prefix(limit).map { $0.description.printable }
        let rest = resources.count - names.count
        return names.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }
}

extension TransitionReport {
    /// The members of the report, within an object.
    public func write(to json: inout JSONWriter) {
        json.member("safe", proof.safe.rawValue)
        json.member("rolling", proof.rolling.rawValue)
        json.key("counterexamples")
        json.array { json in
            for counterexample in proof.counterexamples { write(counterexample, to: &json) }
        }
        json.key("evidenceGaps")
        json.array { json in
            for gap in gaps { json.string(gap.message) }
        }
        json.key("changes")
        json.array { json in
            for change in proof.changes { write(change, to: &json) }
        }
        json.key("next")
        writeNext(to: &json)
    }

    private func write(_ counterexample: Counterexample, to json: inout JSONWriter) {
        json.object { json in
            json.member("resource", counterexample.resource.description)
            json.key("writer")
            json.object { json in
                json.member("side", counterexample.writer.side.rawValue)
                json.member("provider", counterexample.writer.key.provider.rawValue)
                json.optionalMember("key", counterexample.writer.key.name)
            }
            json.member("reader", counterexample.reader.rawValue)
            json.member("effect", counterexample.effect.rawValue)
            json.member("certainty", counterexample.certainty.rawValue)
            json.member("reason", counterexample.reason.code)
            json.member("message", counterexample.sentence)
            json.member("alreadyUnderOld", counterexample.isOldAlready)
        }
    }

    private func write(_ change: TransitionChange, to json: inout JSONWriter) {
        json.object { json in
            json.member("change", change.code)
            json.optionalMember("provider", change.subject?.provider.rawValue)
            json.optionalMember("key", change.subject?.key)
            json.optionalMember("newProvider", change.successor?.provider.rawValue)
            json.optionalMember("newKey", change.successor?.key)
            json.key("resources")
            json.array { json in
                for resource in change.resources { json.string(resource.description) }
            }
            json.member("message", change.sentence)
        }
    }

    private func writeNext(to json: inout JSONWriter) {
        guard case .newItself = next else {
            return json.object { json in
                json.member("step", next.code)
                json.member("message", nextSentence)
                guard case .intermediate(let proposal) = next else { return }
                json.key("effective")
                EffectiveTable(proposal.configuration).write(to: &json)
            }
        }
        json.null()
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
    fileprivate var sentence: String {
        switch self {
        case .yes: "safe"
        case .no: "NOT SAFE"
        case .depends: "depends on what is stored"
        }
    }
}

extension TransitionChange {
    /// What is different, in one clause.
    fileprivate var sentence: String {
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
        case .keyRenamed(let label, let name): "key renamed: \(label.text) is \(name) now"
        case .keyBytesChanged(let label): "other bytes under the same name: \(label.text)"
        case .keyMoved(let label, let other): "bytes of \(label.text) are those of \(other.text) now"
        case .kmsRenamed(let label, let name): "KMS provider renamed: \(label.text) is \(name) now"
        case .kmsEndpointChanged(let label, let from, let to): "endpoint of \(label.text): \(from) is \(to) now"
        case .writeKeyChanged(let from, let to) where from == to: "new values are written with what \(to.text) is now"
        case .writeKeyChanged(let from, let to): "new values are written with \(to.text) instead of \(from.text)"
        case .readOrderChanged: "the same keys are tried in another order"
        }
    }
}

extension Counterexample {
    /// What has to be so for it to stand, if it is only possible.
    fileprivate var condition: String {
        if case .kmsEndpointChanged = reason { "if it is another one" } else { "if there are such values" }
    }
}

extension StoredKeyLabel {
    /// `aescbc key1`, `aescbc` or `plaintext`.
    public var text: String {
        if let key { return "\(provider.rawValue) \(key)" }
        // A provider as a whole has no key either.
        return provider == .identity ? "plaintext" : provider.rawValue
    }
}
