internal import GoText
internal import SecretMemory

/// What two keys have in common that write the same: the provider, the name, and the key's bytes or the plugin's endpoint.
///
/// With it, a key is found among many without a comparison with each.
public struct StorageKeyForm: Hashable, Sendable {
    private let label: StoredKeyLabel
    private let material: StorageKeyMaterial?

    public init(_ key: StorageKey) { self.init(label: key.label, material: StorageKeyMaterial(key)) }

    /// What a key would have that has the label of one and the bytes of another.
    public init(label: StoredKeyLabel, material: StorageKeyMaterial?) {
        self.label = label
        self.material = material
    }
}

/// What a key is, whatever its name: its bytes, or the endpoint of its plugin.
public struct StorageKeyMaterial: Hashable, Sendable {
    private enum Content: Hashable, Sendable {
        case bytes(SecretHash)
        case endpoint(ByteName)
    }

    private let content: Content

    /// Nil for plaintext.
    public init?(_ key: StorageKey) {
        switch key {
        case .plaintext: return nil
        case .key(let key, _): content = .bytes(SecretHash(key.secret))
        case .plugin(let plugin): content = .endpoint(plugin.endpoint)
        }
    }
}

extension Provider {
    /// What its keys write, or the plugin, or plaintext.
    public var forms: [StorageKeyForm] { StorageKey.list(of: [self]).map { StorageKeyForm($0) } }
}
