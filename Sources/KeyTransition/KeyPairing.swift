internal import EncryptionConfig
internal import SecretMemory

/// Which keys of two lists are the same, and what became of the others.
struct KeyPairing {
    /// In order: what was changed, what is gone, what is new.
    let kinds: [TransitionChange.Kind]

    /// Whether both lists have the same keys.
    var isComplete: Bool { kinds.isEmpty }

    init(old: KeyList, new: KeyList) {
        let candidates = new.writers.filter { !old.contains($0) }
        let index = KeyIndex(candidates)
        var paired: Set<Int> = []
        var removed = old.writers.filter { !new.contains($0) }
        var kinds: [TransitionChange.Kind] = []
        // A name with other bytes before bytes with another name: of two keys that changed names, both hold.
        for transformation in [Self.rewritten, Self.renamed, Self.moved] {
            removed.removeAll { key in
                // Each transformation keeps the label or what stands behind it.
                for place in index.places(labelledAs: key) + index.places(ofMaterialOf: key) {
                    guard !paired.contains(place), let kind = transformation(key, candidates[place]) else { continue }
                    kinds.append(kind)
                    paired.insert(place)
                    return true
                }
                return false
            }
        }
        let added = candidates.enumerated().filter { !paired.contains($0.offset) }.map(\.element)
        kinds += Self.ciphers(of: old, without: new).map { .providerRemoved($0) }
        kinds += removed.map { key in
            switch key {
            case .plaintext: .identityRemoved
            case .key: .keyRemoved(key.label)
            case .plugin: .providerRemoved(key.label)
            }
        }
        kinds += Self.ciphers(of: new, without: old).map { .providerAdded($0) }
        kinds += added.map { key in
            switch key {
            case .plaintext: .identityAdded
            case .key: .keyAdded(key.label)
            case .plugin: .providerAdded(key.label)
            }
        }
        self.kinds = kinds
    }

    private static func rewritten(_ old: StorageKey, _ new: StorageKey) -> TransitionChange.Kind? {
        guard old.hasLabel(of: new) else { return nil }
        switch (old, new) {
        case (.plugin(let from), .plugin(let to)):
            return .kmsEndpointChanged(old.label, from: from.endpoint, to: to.endpoint)
        case (.key, .key): return .keyBytesChanged(old.label)
        default: return nil
        }
    }

    private static func renamed(_ old: StorageKey, _ new: StorageKey) -> TransitionChange.Kind? {
        guard old.provider == new.provider else { return nil }
        switch (old, new) {
        case (.plugin(let from), .plugin(let to)) where from.endpoint == to.endpoint:
            return .kmsRenamed(old.label, to: to.name)
        case (.key(let from, _), .key(let to, _)) where from.secret.isEqual(to: to.secret):
            return .keyRenamed(old.label, to: to.name)
        default: return nil
        }
    }

    private static func moved(_ old: StorageKey, _ new: StorageKey) -> TransitionChange.Kind? {
        guard case .key(let from, _) = old, case .key(let to, _) = new, from.secret.isEqual(to: to.secret)
        else { return nil }
        return .keyMoved(old.label, to: new.label)
    }

    /// The ciphers that only the first list has.
    private static func ciphers(of list: KeyList, without other: KeyList) -> [StoredKeyLabel] {
        func ciphers(_ list: KeyList) -> [ProviderName] {
            list.keys.compactMap { if case .key(_, let provider) = $0 { provider } else { nil } }
        }
        let (own, others) = (Set(ciphers(list)), Set(ciphers(other)))
        return ProviderName.allCases.filter { own.contains($0) && !others.contains($0) }
            .map { StoredKeyLabel(provider: $0, key: nil) }
    }
}
