public import EncryptionConfig
internal import EnvelopeCrypto
internal import SecretMemory

/// What a stored value says of itself: the provider and the name of the key that wrote it. Whether it can be read is
/// another question.
public struct StoredLabel: Hashable, Sendable {
    /// Nil for a prefix that no provider of Kubernetes has.
    public let provider: ProviderName?
    /// For KMS the name of the provider; nil for plaintext. Up to the first colon, though names may hold colons.
    public let key: String?

    /// Names of keys longer than this are cut.
    private static let nameByteCountLimit = 256
    private static let prefixes: [(text: String, provider: ProviderName)] = [
        (EnvelopePrefix.aescbc, .aescbc), (EnvelopePrefix.aesgcm, .aesgcm), (EnvelopePrefix.secretbox, .secretbox),
        (EnvelopePrefix.kmsv1, .kmsv1), (EnvelopePrefix.kmsv2, .kmsv2),
    ]

    /// The label of a key of the configuration.
    public init(provider: ProviderName?, key: String?) {
        self.provider = provider
        self.key = key
    }

    /// Names are bytes to kube-apiserver. To Swift, texts of other bytes can be equal.
    public static func == (left: Self, right: Self) -> Bool {
        left.provider == right.provider && (left.key == nil) == (right.key == nil)
            && (left.key ?? "").utf8.elementsEqual((right.key ?? "").utf8)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(provider)
        for byte in (key ?? "").utf8 { hasher.combine(byte) }
    }

    /// What a value of this label begins with, the name and its colon included; nil for plaintext and unknown providers.
    public var storedPrefix: String? {
        guard let key, let prefix = Self.prefixes.first(where: { $0.provider == provider }) else { return nil }
        return prefix.text + key + ":"
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
            let end = min(rest.firstOffset(of: UInt8(ascii: ":")) ?? rest.byteCount, Self.nameByteCountLimit)
            self.provider = provider
            key = String(decoding: rest.extracting(first: end).copiedToArray(), as: UTF8.self)
            return
        }
        (provider, key) = (nil, nil)
    }
}
