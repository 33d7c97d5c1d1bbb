public import EncryptionConfig
public import EnvelopeCrypto
internal import GoText

/// What opens values: a provider and, if it has keys of its own, one of them.
public final class Opener: Sendable {
    public let provider: Provider
    /// The name of the provider.
    public let name: ProviderName
    /// Nil for identity and KMS.
    public let key: EncryptionKey?
    /// The number of bytes before the message in each value: the prefix of the provider, and the key name.
    public let prefixByteCount: Int

    init(_ provider: Provider, key: EncryptionKey? = nil) {
        self.provider = provider
        self.key = key
        name = provider.name
        prefixByteCount = provider.storedPrefix.utf8.count + (key.map { $0.name.utf8.count + 1 } ?? 0)
    }
}

/// How a value was opened. The plaintext itself is in the buffer that the caller gave.
public struct Opened: Sendable {
    public let opener: Opener
    /// Whether kube-apiserver would write the object at its next update even without a change, because a new value
    /// would be stored differently.
    public private(set) var isStale: Bool
    /// The form in which a KMS value contains its own data key or seed unencrypted; nil if it does not, and for other
    /// providers. Such a value can be decrypted without the plugin.
    public let keyInClear: ClearKeyForm?

    init(_ opener: Opener, isStale: Bool = false, keyInClear: ClearKeyForm? = nil) {
        self.opener = opener
        self.isStale = isStale
        self.keyInClear = keyInClear
    }

    public var provider: Provider { opener.provider }
    /// Nil for identity and KMS.
    public var key: EncryptionKey? { opener.key }

    /// The same, found at `index` of a list: only the first entry writes.
    consuming func found(at index: Int) -> Opened {
        if index != 0 { isStale = true }
        return self
    }
}
