internal import EncryptionConfig

/// Tries the keys of each side of a change against the other.
struct Prover {
    let old: ResolvedKeys
    let new: ResolvedKeys

    /// - Parameter stored: What is known of the resource's stored values.
    func proof(of resource: ResourcePattern, stored: StoredLabels) -> ResourceProof {
        let (old, new) = (old[resource], new[resource])
        let evidence = StoredEvidence(writers: old.writers, stored: stored)
        let forward = old.writers.enumerated().compactMap { index, key -> Counterexample? in
            guard let certainty = index == 0 ? .certain : evidence.certainty(of: key) else { return nil }
            return counterexample(
                resource, key, .old, from: old, to: new, file: self.new, certainty: certainty,
                isOldAlready: !new.reading(key).isWorse(than: old.reading(key)))
        }
        let backward = counterexample(
            resource, new.writeKey, .new, from: new, to: old, file: self.old, certainty: .certain, isOldAlready: false)
        return ResourceProof(
            resource: resource, old: old, new: new, counterexamples: forward + [backward].compactMap { $0 })
    }

    private func counterexample(
        _ resource: ResourcePattern, _ key: StorageKey, _ side: Counterexample.Side, from writer: KeyList,
        to reader: KeyList, file: ResolvedKeys, certainty: Counterexample.Certainty, isOldAlready: Bool
    ) -> Counterexample? {
        var certainty = certainty
        let effect: Counterexample.Effect
        let reason: TransitionReason
        switch reader.reading(key) {
        case .same: return nil
        case .sameUnlessBy(let other):
            effect = .byChance
            let isNamesake = StorageKey.key(other, of: key.provider).hasLabel(of: key)
            reason = isNamesake ? .shadowedByNamesake : .shadowed(by: other.name)
        case .garbledBy(let other): (effect, reason) = (.wrongBytes, .swallowed(by: other.name))
        case .refused:
            let finder = ReasonFinder(writer: (side, writer), reader: reader, readerFile: file)
            (effect, reason) = (.unreadable, finder.reason(for: key))
        case .unknown(let plugin):
            guard case .plugin(let writing) = key else { return nil }
            certainty = .possible
            effect = .unreadable
            reason = .kmsEndpointChanged(from: writing.endpoint, to: plugin.endpoint)
        }
        return Counterexample(
            resource: resource, writer: .init(side: side, key: key), reader: side == .old ? .new : .old, effect: effect,
            certainty: certainty, reason: reason, isOldAlready: isOldAlready)
    }
}
