public import EncryptionConfig
internal import EnvelopeCrypto
public import GoText
internal import SecretMemory

/// What a stored value says of itself: the provider and the name of the key that wrote it. Whether it can be read is
/// another question.
public struct StoredLabel: Hashable, Comparable, Sendable {
    /// Nil for a prefix that no provider of Kubernetes has, and for the name of a key that is not UTF-8: no configuration
    /// can have it.
    public let provider: ProviderName?
    /// For KMS the name of the provider; nil for plaintext. Up to the first colon, though names may hold colons.
    public let key: ByteName?

    /// Names of keys longer than this are cut.
    private static let nameByteCountLimit = 256
    private static let prefixes: [(text: String, provider: ProviderName)] = [
        (EnvelopePrefix.aescbc, .aescbc), (EnvelopePrefix.aesgcm, .aesgcm), (EnvelopePrefix.secretbox, .secretbox),
        (EnvelopePrefix.kmsv1, .kmsv1), (EnvelopePrefix.kmsv2, .kmsv2),
    ]

    /// The label of a key of the configuration.
    public init(provider: ProviderName?, key: ByteName?) {
        self.provider = provider
        self.key = key
    }

    public static func < (left: Self, right: Self) -> Bool {
        (left.provider?.rawValue ?? "", left.key ?? "") < (right.provider?.rawValue ?? "", right.key ?? "")
    }

    /// What a value of this label begins with, the name and its colon included; nil for plaintext and unknown providers.
    public var storedPrefix: ByteName? {
        guard let key, let prefix = Self.prefixes.first(where: { $0.provider == provider }) else { return nil }
        return ByteName("\(prefix.text)\(key):")
    }

    /// Reads the label of a whole value as etcd has it.
    public init(reading value: RawSpan) {
        guard ResourceTransformer.isEncrypted(value) else {
            (provider, key) = (.identity, nil)
            return
        }
        for (text, provider) in Self.prefixes {
            let prefix = Array(text.utf8)
            guard value.starts(with: prefix.span.rawBytes) else { continue }
            let rest = value.extracting(droppingFirst: prefix.count)
            var end = rest.firstOffset(of: UInt8(ascii: ":")) ?? rest.byteCount
            if end > Self.nameByteCountLimit {
                end = Self.nameByteCountLimit
                // Not in the middle of a character.
                while end > 0, rest[end] & 0xc0 == 0x80 { end -= 1 }
            }
            guard let name = String(validating: rest.extracting(first: end).copiedToArray(), as: UTF8.self) else {
                break
            }
            self.provider = provider
            key = ByteName(name)
            return
        }
        (provider, key) = (nil, nil)
    }
}
