public import EncryptionConfig
public import GoText

/// One difference between two configurations, and the resources for which it holds.
public struct TransitionChange: Sendable {
    public enum Kind: Hashable, Sendable {
        /// A rule that only NEW has.
        case resourceAdded(ResourcePattern)
        /// A rule that only OLD has.
        case resourceRemoved(ResourcePattern)
        /// Another rule serves the resource.
        case resourceMoved(from: ResourcePattern, to: ResourcePattern)
        /// The first key of a cipher, or a KMS provider.
        case providerAdded(StoredKeyLabel)
        case providerRemoved(StoredKeyLabel)
        case identityAdded
        case identityRemoved
        case keyAdded(StoredKeyLabel)
        case keyRemoved(StoredKeyLabel)
        case keyRenamed(StoredKeyLabel, to: ByteName)
        case keyBytesChanged(StoredKeyLabel)
        /// The same bytes for another cipher.
        case keyMoved(StoredKeyLabel, to: StoredKeyLabel)
        case kmsRenamed(StoredKeyLabel, to: ByteName)
        case kmsEndpointChanged(StoredKeyLabel, from: ByteName, to: ByteName)
        case writeKeyChanged(from: StoredKeyLabel, to: StoredKeyLabel)
        /// The same keys are tried in another order.
        case readOrderChanged
    }

    public let kind: Kind
    /// For a rule that came or went, itself; else all those asked about that it concerns.
    public let resources: [ResourcePattern]

    /// For scripts: the name of the kind.
    public var code: String {
        switch kind {
        case .resourceAdded: "resourceAdded"
        case .resourceRemoved: "resourceRemoved"
        case .resourceMoved: "resourceMoved"
        case .providerAdded: "providerAdded"
        case .providerRemoved: "providerRemoved"
        case .identityAdded: "identityAdded"
        case .identityRemoved: "identityRemoved"
        case .keyAdded: "keyAdded"
        case .keyRemoved: "keyRemoved"
        case .keyRenamed: "keyRenamed"
        case .keyBytesChanged: "keyBytesChanged"
        case .keyMoved: "keyMoved"
        case .kmsRenamed: "kmsRenamed"
        case .kmsEndpointChanged: "kmsEndpointChanged"
        case .writeKeyChanged: "writeKeyChanged"
        case .readOrderChanged: "readOrderChanged"
        }
    }
}

extension TransitionChange {
    /// What the change concerns, as the old file names it if both do: a provider alone, or a provider and a key. Nil
    /// for a change of rules or of the order.
    public var subject: StoredKeyLabel? {
        switch kind {
        case .resourceAdded, .resourceRemoved, .resourceMoved, .readOrderChanged: nil
        case .identityAdded, .identityRemoved: StoredKeyLabel(provider: .identity, key: nil)
        case .providerAdded(let label), .providerRemoved(let label), .keyAdded(let label), .keyRemoved(let label),
            .keyRenamed(let label, _), .keyBytesChanged(let label), .keyMoved(let label, _), .kmsRenamed(let label, _),
            .kmsEndpointChanged(let label, _, _), .writeKeyChanged(let label, _):
            label
        }
    }

    /// What became of the subject, if that has a provider and a name of its own: only then are there two.
    public var successor: StoredKeyLabel? {
        switch kind {
        case .keyRenamed(let label, let name), .kmsRenamed(let label, let name):
            StoredKeyLabel(provider: label.provider, key: name)
        case .keyMoved(_, let label), .writeKeyChanged(_, let label): label
        default: nil
        }
    }

    /// All differences: of the rules, then of the keys of each resource, each once.
    static func all(_ prover: Prover, _ proofs: [ResourceProof]) -> [TransitionChange] {
        let (old, new) = (prover.old.patterns, prover.new.patterns)
        let isKnown = (old: Set(old), new: Set(new))
        let rules =
            new.filter { !isKnown.old.contains($0) }.map { (Kind.resourceAdded($0), $0) }
            + old.filter { !isKnown.new.contains($0) }.map { (Kind.resourceRemoved($0), $0) }
        let keys = proofs.flatMap { proof in kinds(from: proof.old, to: proof.new).map { ($0, proof.resource) } }
        var order: [Kind] = []
        var resources: [Kind: [ResourcePattern]] = [:]
        for (kind, resource) in rules + keys {
            if resources[kind] == nil { order.append(kind) }
            resources[kind, default: []].append(resource)
        }
        return order.map { TransitionChange(kind: $0, resources: resources[$0] ?? []) }
    }

    private static func kinds(from old: KeyList, to new: KeyList) -> [Kind] {
        var kinds: [Kind] = []
        if let from = old.pattern, let to = new.pattern, from != to { kinds.append(.resourceMoved(from: from, to: to)) }
        let pairing = KeyPairing(old: old, new: new)
        kinds += pairing.kinds
        if !old.writeKey.isSame(as: new.writeKey) {
            kinds.append(.writeKeyChanged(from: old.writeKey.label, to: new.writeKey.label))
        } else if pairing.isComplete, !old.isSame(as: new) {
            kinds.append(.readOrderChanged)
        }
        return kinds
    }
}
