public import EncryptionConfig
internal import GoText

/// The keys that serve a resource under one configuration.
public struct KeyList: Sendable {
    /// The rule that covers the resource; nil if none does, which stores it in plaintext.
    public let pattern: ResourcePattern?
    /// In the order in which they are tried. Never empty; the first one writes.
    public let keys: [StorageKey]
    /// What can have written: the same, each once.
    public let writers: [StorageKey]
    let providers: [Provider]
    let providerNames: Set<ProviderName>
    let index: KeyIndex

    /// What new values are written with.
    public var writeKey: StorageKey { keys[0] }

    init(pattern: ResourcePattern?, providers: [Provider]?) {
        self.pattern = pattern
        self.providers = providers ?? [.implicitIdentity]
        let keys = StorageKey.list(of: self.providers)
        let index = KeyIndex(keys)
        writers = keys.enumerated().filter { place, key in index.place(of: key) == place }.map(\.element)
        self.keys = keys
        self.index = index
        providerNames = Set(self.providers.map(\.name))
    }
}

/// The result of a list of keys for a value.
enum Reading {
    case same
    /// The same bytes, unless the key, which is tried first, accepts the value by chance.
    case sameUnlessBy(EncryptionKey)
    /// The key decrypts it to other bytes.
    case garbledBy(EncryptionKey)
    /// An error.
    case refused
    /// Cannot tell whether a plugin at another endpoint reads it.
    case unknown(KMSPlugin)

    var isSame: Bool { if case .same = self { true } else { false } }

    /// Whether less comes of it than of the other one. An error and other bytes are equally useless.
    func isWorse(than other: Reading) -> Bool { harm > other.harm }

    private var harm: Int {
        switch self {
        case .same: 0
        case .sameUnlessBy: 1
        case .garbledBy, .refused, .unknown: 2
        }
    }
}

extension KeyList {
    /// The result for a value of `writer` when all keys are tried in order, until one returns no error.
    ///
    /// Of all keys of one name only two matter: the first one, and the first one with the right bytes.
    func reading(_ writer: StorageKey) -> Reading {
        guard case .key = writer else {
            if index.place(of: writer) != nil { return .same }
            guard let place = index.places(labelledAs: writer).first, case .plugin(let namesake) = keys[place]
            else { return .refused }
            return .unknown(namesake)
        }
        let places = index.decisivePlaces(for: writer)
        // The first that raises no error: it opens the value, or always gives other bytes.
        let end = places.filter { [.opens, .garbles].contains(keys[$0].attempt(on: writer)) }.min()
        // A wrong key that was tried may return other bytes instead of the error, by chance. The value is unreadable
        // in both cases.
        guard let end else { return .refused }
        guard case .opens = keys[end].attempt(on: writer) else {
            return keys[end].secretKey.map { .garbledBy($0) } ?? .refused
        }
        let gambler = places.filter { $0 < end && keys[$0].attempt(on: writer) == .gambles }.min()
        return gambler.flatMap { keys[$0].secretKey }.map { .sameUnlessBy($0) } ?? .same
    }

    /// Whether two plugins have one name, which kube-apiserver refuses for KMS v2, and for v1 if it reloads the file.
    var hasPluginNamesakes: Bool {
        let names = writers.compactMap { if case .plugin(let plugin) = $0 { plugin.name } else { nil } }
        return Set(names).count < names.count
    }

    func contains(_ key: StorageKey) -> Bool { index.place(of: key) != nil }

    /// Whether both read and write the same in the same order.
    func isSame(as other: KeyList) -> Bool {
        keys.count == other.keys.count && zip(keys, other.keys).allSatisfy { $0.isSame(as: $1) }
    }
}

extension StorageKey {
    /// The key, if it is one of the file.
    fileprivate var secretKey: EncryptionKey? { if case .key(let key, _) = self { key } else { nil } }
}
