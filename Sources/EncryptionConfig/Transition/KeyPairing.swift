internal import SecretMemory

/// Which keys of two lists are the same, and what became of the others.
struct KeyPairing {
    /// In order: what was changed, what is gone, what is new.
    let kinds: [TransitionChange.Kind]

    /// Whether both lists have the same keys.
    var isComplete: Bool { kinds.isEmpty }

    init(old: KeyList, new: KeyList) {
        var added = new.writers.filter { !old.contains($0) }
        var removed = old.writers.filter { !new.contains($0) }
        var kinds: [TransitionChange.Kind] = []
        // A name with other bytes before bytes with another name: of two keys that changed names, both hold.
        for transformation in [Self.rewritten, Self.renamed, Self.moved] {
            removed.removeAll { key in
                for (index, other) in added.enumerated() {
                    guard let kind = transformation(key, other) else { continue }
                    kinds.append(kind)
                    added.remove(at: index)
                    return true
                }
                return false
            }
        }
        let (lost, gained) = (Self.providers(of: old, without: new), Self.providers(of: new, without: old))
        kinds +=
            lost.map { .providerRemoved($0) }
            + removed.compactMap { Self.single($0, .identityRemoved) { .keyRemoved($0) } }
        kinds +=
            gained.map { .providerAdded($0) } + added.compactMap { Self.single($0, .identityAdded) { .keyAdded($0) } }
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

    /// The ciphers and plugins that only the first list has.
    private static func providers(of list: KeyList, without other: KeyList) -> [StoredKeyLabel] {
        func providers(_ list: KeyList) -> [StoredKeyLabel] {
            list.writers.compactMap { key in
                switch key {
                case .plaintext: nil
                case .key(_, let provider): StoredKeyLabel(provider: provider, key: nil)
                case .plugin: key.label
                }
            }
        }
        let others = Set(providers(other))
        var seen: Set<StoredKeyLabel> = []
        return providers(list).filter { !others.contains($0) && seen.insert($0).inserted }
    }

    /// What to say of a key that came or went; of a plugin its provider says it.
    private static func single(
        _ key: StorageKey, _ identity: TransitionChange.Kind, _ named: (StoredKeyLabel) -> TransitionChange.Kind
    ) -> TransitionChange.Kind? {
        switch key {
        case .plaintext: identity
        case .key: named(key.label)
        case .plugin: nil
        }
    }
}
