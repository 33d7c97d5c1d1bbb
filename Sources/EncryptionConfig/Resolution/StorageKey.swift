public import GoText

/// What a value is stored with: a static key, a KMS plugin, or nothing. Two of the same name can differ in their bytes.
public enum StorageKey: Sendable {
    case plaintext
    case key(EncryptionKey, of: ProviderName)
    case plugin(KMSPlugin)

    public var provider: ProviderName {
        switch self {
        case .plaintext: .identity
        case .key(_, let provider): provider
        case .plugin(let plugin): plugin.version == .v1 ? .kmsv1 : .kmsv2
        }
    }

    /// The name of the key, for KMS that of the provider; nil for plaintext.
    public var name: ByteName? {
        switch self {
        case .plaintext: nil
        case .key(let key, _): key.name
        case .plugin(let plugin): plugin.name
        }
    }

    /// Provider and name.
    public var label: StoredKeyLabel { StoredKeyLabel(provider: provider, key: name) }

    /// The keys of some providers in the order in which they are tried.
    ///
    /// That providers and keys are two nested lists makes no difference: neither ends at its first match.
    public static func list(of providers: [Provider]) -> [StorageKey] {
        providers.flatMap { provider -> [StorageKey] in
            switch provider.kind {
            case .identity: [.plaintext]
            case .kms(let plugin): [.plugin(plugin)]
            case .aescbc(let keys), .aesgcm(let keys), .secretbox(let keys):
                keys.map { .key($0, of: provider.name) }
            }
        }
    }
}

/// Provider and key, as a value in etcd names them.
public struct StoredKeyLabel: Hashable, Sendable {
    public let provider: ProviderName
    /// For KMS the name of the provider; nil for plaintext.
    public let key: ByteName?

    public init(provider: ProviderName, key: ByteName?) {
        self.provider = provider
        self.key = key
    }
}

extension StorageKey {
    /// Whether values of both begin with the same prefix.
    public func hasLabel(of other: StorageKey) -> Bool { label == other.label }
}
