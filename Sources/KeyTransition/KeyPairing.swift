internal import EncryptionConfig

/// The pairs of equal keys of two lists, and the changes of the others.
struct KeyPairing {
    /// In order: changed, removed and added keys.
    let kinds: [TransitionChange.Kind]

    /// Whether both lists have the same keys.
    var isComplete: Bool { kinds.isEmpty }

    init(old: KeyList, new: KeyList) {
        let candidates = new.writers.filter { !old.contains($0) }
        var pool = CandidatePool(candidates)
        var removed = old.writers.filter { !new.contains($0) }
        var kinds: [TransitionChange.Kind] = []
        // A name with other bytes before bytes with another name: of two keys that changed names, both hold.
        for transformation in [Self.rewritten, Self.renamed, Self.moved] {
            removed.removeAll { key in
                guard let kind = transformation(key, &pool) else { return false }
                kinds.append(kind)
                return true
            }
        }
        let added = pool.rest
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

    private static func rewritten(_ old: StorageKey, _ pool: inout CandidatePool) -> TransitionChange.Kind? {
        switch (old, pool.take(labelledAs: old)) {
        case (.plugin(let from), .plugin(let to)):
            .kmsEndpointChanged(old.label, from: from.endpoint, to: to.endpoint)
        case (.key, .key): .keyBytesChanged(old.label)
        default: nil
        }
    }

    private static func renamed(_ old: StorageKey, _ pool: inout CandidatePool) -> TransitionChange.Kind? {
        switch (old, pool.take(ofMaterialOf: old, and: old.provider)) {
        case (.plugin, .plugin(let to)): .kmsRenamed(old.label, to: to.name)
        case (.key, .key(let to, _)): .keyRenamed(old.label, to: to.name)
        default: nil
        }
    }

    private static func moved(_ old: StorageKey, _ pool: inout CandidatePool) -> TransitionChange.Kind? {
        // A plugin of another version is another one.
        guard case .key = old, let new = pool.take(ofMaterialOf: old) else { return nil }
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

/// The keys of which it is not known yet what they were before. Each is taken once.
private struct CandidatePool {
    /// The trait that a key and its successor share.
    private enum Trait: Hashable {
        case label(StoredKeyLabel)
        case material(StorageKeyMaterial, ProviderName)
        case anyMaterial(StorageKeyMaterial)
    }

    private let keys: [StorageKey]
    private var taken: Set<Int> = []
    /// The places of those with a trait, the last one first.
    private var places: [Trait: [Int]] = [:]

    init(_ keys: [StorageKey]) {
        self.keys = keys
        for (place, key) in keys.enumerated().reversed() {
            var traits = [Trait.label(key.label)]
            if let material = StorageKeyMaterial(key) {
                traits += [.material(material, key.provider), .anyMaterial(material)]
            }
            for trait in traits { places[trait, default: []].append(place) }
        }
    }

    /// Those that are not paired, in order.
    var rest: [StorageKey] { keys.enumerated().filter { !taken.contains($0.offset) }.map(\.element) }

    /// Plaintext has no other form, so that it is never taken.
    mutating func take(labelledAs key: StorageKey) -> StorageKey? {
        if case .plaintext = key { nil } else { take(.label(key.label)) }
    }

    mutating func take(ofMaterialOf key: StorageKey, and provider: ProviderName) -> StorageKey? {
        StorageKeyMaterial(key).flatMap { take(.material($0, provider)) }
    }

    mutating func take(ofMaterialOf key: StorageKey) -> StorageKey? {
        StorageKeyMaterial(key).flatMap { take(.anyMaterial($0)) }
    }

    /// The first one that has the trait and was not taken yet. Those that were taken are looked at once, and dropped.
    private mutating func take(_ trait: Trait) -> StorageKey? {
        while let place = places[trait]?.popLast() {
            if taken.insert(place).inserted { return keys[place] }
        }
        return nil
    }
}
