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
    let index: KeyIndex

    /// What new values are written with.
    public var writeKey: StorageKey { keys[0] }

    init(pattern: ResourcePattern?, providers: [Provider]?) {
        self.pattern = pattern
        self.providers = providers ?? [.implicitIdentity]
        let keys = StorageKey.list(of: self.providers)
        let index = KeyIndex(keys)
        writers = keys.enumerated().filter { place, key in
            !index.places(labelledAs: key).prefix { $0 < place }.contains { keys[$0].isSame(as: key) }
        }.map(\.element)
        self.keys = keys
        self.index = index
    }
}

/// What a list of keys makes of a value.
enum Reading {
    case same
    /// The same bytes, unless the key, which is tried first, opens the value by chance.
    case sameUnlessBy(EncryptionKey)
    /// The key opens it to other bytes.
    case garbledBy(EncryptionKey)
    /// An error.
    case refused
    /// Whether a plugin at another place reads it cannot be told.
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
    /// Tries all keys in order on a value of `writer`, until one raises no error.
    func reading(_ writer: StorageKey) -> Reading {
        var gambler: EncryptionKey?
        var namesake: KMSPlugin?
        for key in index.places(taking: writer).lazy.map({ keys[$0] }) {
            switch (key.attempt(on: writer), key) {
            case (.opens, _): return gambler.map { .sameUnlessBy($0) } ?? .same
            case (.garbles, .key(let key, _)): return .garbledBy(key)
            case (.gambles, .key(let key, _)): gambler = gambler ?? key
            case (.unknown, .plugin(let plugin)): namesake = namesake ?? plugin
            default: continue
            }
        }
        // If a wrong key was tried, luck turns the error into other bytes now and then. It is unreadable either way.
        return namesake.map { .unknown($0) } ?? .refused
    }

    /// Whether two plugins have one name, which kube-apiserver refuses for KMS v2, and for v1 if it reloads the file.
    var hasPluginNamesakes: Bool {
        let names = writers.compactMap { if case .plugin(let plugin) = $0 { plugin.name } else { nil } }
        return Set(names).count < names.count
    }

    func contains(_ key: StorageKey) -> Bool {
        index.places(labelledAs: key).contains { keys[$0].isSame(as: key) }
    }

    /// Whether both read and write the same in the same order.
    func isSame(as other: KeyList) -> Bool {
        keys.count == other.keys.count && zip(keys, other.keys).allSatisfy { $0.isSame(as: $1) }
    }
}
