public import GoText
public import SecretMemory

/// One key that only a KMS plugin can decrypt. Equal requests have equal answers.
public struct KMSUnwrapRequest: Hashable, Sendable {
    /// The fields of a KMS v2 request besides the encrypted key.
    public struct Version2: Hashable, Sendable {
        public let keyID: ByteName
        public let dekSourceType: KMSv2Envelope.DEKSourceType
        public let annotations: [ByteName: [UInt8]]
    }

    public let plugin: KMSPluginIdentity
    /// The encrypted DEK or seed.
    public let encryptedKey: [UInt8]
    /// Nil for KMS v1, whose values tell nothing else.
    public let version2: Version2?

    /// The name of the KMS provider in the configuration.
    public var provider: ByteName { plugin.name }

    public init(plugin: KMSPluginIdentity, envelope: KMSv1Envelope) {
        self.plugin = plugin
        encryptedKey = envelope.encryptedDEK
        version2 = nil
    }

    public init(plugin: KMSPluginIdentity, envelope: KMSv2Envelope) {
        self.plugin = plugin
        encryptedKey = envelope.encryptedDEKSource
        version2 = Version2(
            keyID: envelope.keyID, dekSourceType: envelope.dekSourceType, annotations: envelope.annotations)
    }
}

extension KMSUnwrapRequest {
    /// The form in which the value holds its own key unencrypted, in any data from the plugin; nil if it does not.
    /// With such a plugin, encryption protects nothing: the value alone is enough to decrypt it.
    ///
    /// - Parameter key: The key or seed that the plugin decrypted for this request.
    public func clearForm(of key: RawSpan) -> ClearKeyForm? {
        Self.clearForm(
            of: key, encryptedKey: encryptedKey, keyID: version2?.keyID ?? "", annotations: version2?.annotations ?? [:]
        )
    }

    /// The same for an answer of Encrypt.
    public static func clearForm(
        of key: RawSpan, encryptedKey: [UInt8], keyID: ByteName, annotations: [ByteName: [UInt8]]
    ) -> ClearKeyForm? {
        let search = ClearKeySearch(for: key)
        for bytes in [encryptedKey, Array(keyID.utf8)] + annotations.flatMap({ [Array($0.utf8), $1] }) {
            if let form = search.form(in: bytes.span.rawBytes) { return form }
        }
        return nil
    }
}

/// Why there is no decrypted DEK or seed.
public enum KMSUnwrapError: Error, Equatable {
    /// The plugin was not called: whether the value can be decrypted is unknown.
    case notAsked
    /// The plugin refused this key, for good.
    case plugin(String)
    /// The plugin gave no answer that settles it: whether the value can be read is unknown.
    case noAnswer(KMSUncertainty)
}

/// Why a plugin that was asked leaves it unknown whether a value can be read. The texts are those of the plugin, and of
/// kube-apiserver in the same case.
public enum KMSUncertainty: Equatable, Sendable {
    /// It could not be asked, or did not end in time.
    case silent(String)
    /// It answered with an error that says nothing about this key.
    case answered(String)
    /// It answered what kube-apiserver would not take.
    case untrue(String)
    /// What it made of a new key it does not decrypt to that key.
    case keyNotReturned
    /// Its encryption of a new key contains that key unencrypted.
    case keyInClear(ClearKeyForm)
    /// There were no random bytes to ask it with.
    case noRandomBytes
    /// What it decrypted does not open the value, and is shorter than what kube-apiserver makes.
    case shortKey(byteCount: Int)
}

/// Decrypts DEKs and seeds: the KMS plugin, or a replacement in tests.
public protocol KMSUnwrapping: AnyObject {
    /// Decrypts a DEK or seed.
    func unwrap(_ request: KMSUnwrapRequest) throws(KMSUnwrapError) -> SecretKey

    /// The ID of the key with which a KMS v2 plugin encrypts now. kube-apiserver reads no value of it before it knows.
    func currentKeyID(of plugin: KMSPluginIdentity) throws(KMSUnwrapError) -> ByteName

    /// A new seed for values of a KMS v2 provider, encrypted by its plugin.
    func sealingKey(of plugin: KMSPluginIdentity) throws(KMSUnwrapError) -> KMSv2SealingKey
}

extension KMSUnwrapping {
    /// Who only reads has none.
    public func sealingKey(of plugin: KMSPluginIdentity) throws(KMSUnwrapError) -> KMSv2SealingKey { throw .notAsked }
}

/// For when there is no plugin to ask.
public final class NoKMS: KMSUnwrapping, Sendable {
    public init() {}
    public func unwrap(_ request: KMSUnwrapRequest) throws(KMSUnwrapError) -> SecretKey { throw .notAsked }
    public func currentKeyID(of plugin: KMSPluginIdentity) throws(KMSUnwrapError) -> ByteName { throw .notAsked }
}
