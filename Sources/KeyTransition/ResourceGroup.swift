public import EncryptionConfig
internal import GoText

/// Resources whose proofs say the same.
public struct ResourceGroup: Sendable {
    public let resources: [ResourcePattern]
    /// What is said of the first one.
    public let proof: ResourceProof
}

extension TransitionProof {
    /// All resources, those together that the same rules serve and for which the same is known. A report on `*.*` then
    /// has a few lines.
    public var groups: [ResourceGroup] {
        var order: [Signature] = []
        var members: [Signature: [ResourceProof]] = [:]
        for proof in resources {
            let signature = Signature(proof)
            if members[signature] == nil { order.append(signature) }
            members[signature, default: []].append(proof)
        }
        return order.compactMap { signature in
            guard let proofs = members[signature] else { return nil }
            return ResourceGroup(resources: proofs.map(\.resource), proof: proofs[0])
        }
    }
}

/// The key of equal proofs: the rules decide everything, and evidence the certainties.
private struct Signature: Hashable {
    let old: ResourcePattern?
    let new: ResourcePattern?
    let counterexamples: [Case]

    /// A counterexample apart from its resource.
    struct Case: Hashable {
        let side: Counterexample.Side
        let writer: StoredKeyLabel
        let reader: Counterexample.Side
        let effect: Counterexample.Effect
        let certainty: Counterexample.Certainty
        let reason: TransitionReason
    }

    init(_ proof: ResourceProof) {
        old = proof.old.pattern
        new = proof.new.pattern
        counterexamples = proof.counterexamples.map {
            Case(
                side: $0.writer.side, writer: $0.writer.key.label, reader: $0.reader, effect: $0.effect,
                certainty: $0.certainty, reason: $0.reason)
        }
    }
}
