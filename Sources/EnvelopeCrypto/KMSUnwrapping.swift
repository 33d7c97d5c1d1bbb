public import SecretMemory

/// One key that only a KMS plugin can decrypt. Equal requests have equal answers.
public struct KMSUnwrapRequest: Hashable, Sendable {
    /// What a KMS v2 plugin is told besides the encrypted key.
    public struct Version2: Hashable, Sendable {
        public let keyID: String
        public let dekSourceType: KMSv2Envelope.DEKSourceType
        public let annotations: [String: [UInt8]]

        /// Key IDs are compared byte by byte, as in Go: to Swift, texts that only look alike are equal.
        public static func == (left: Version2, right: Version2) -> Bool {
            left.keyID.utf8.elementsEqual(right.keyID.utf8) && left.dekSourceType == right.dekSourceType
                && left.annotations == right.annotations
        }
    }

    /// The name of the KMS provider in the configuration.
    public let provider: String
    /// The encrypted DEK or seed.
    public let encryptedKey: [UInt8]
    /// Nil for KMS v1, whose values tell nothing else.
    public let version2: Version2?

    public init(provider: String, envelope: KMSv1Envelope) {
        self.provider = provider
        encryptedKey = envelope.encryptedDEK
        version2 = nil
    }

    public init(provider: String, envelope: KMSv2Envelope) {
        self.provider = provider
        encryptedKey = envelope.encryptedDEKSource
        version2 = Version2(
            keyID: envelope.keyID, dekSourceType: envelope.dekSourceType, annotations: envelope.annotations)
    }
}

/// What a KMS v2 provider writes with at the moment. Values written otherwise are stale.
public struct KMSWriteState: Equatable, Sendable {
    public let keyID: String
    public let dekSourceType: KMSv2Envelope.DEKSourceType

    public init(keyID: String, dekSourceType: KMSv2Envelope.DEKSourceType = .seed) {
        self.keyID = keyID
        self.dekSourceType = dekSourceType
    }

    /// Whether a value like this one is written now. Key IDs are compared byte by byte, as in Go.
    public func writes(_ envelope: KMSv2Envelope) -> Bool {
        keyID.utf8.elementsEqual(envelope.keyID.utf8) && dekSourceType == envelope.dekSourceType
    }
}

/// Why there is no decrypted DEK or seed.
public enum KMSUnwrapError: Error, Equatable {
    /// Nobody asked the plugin: whether the value can be read is unknown.
    case notAsked
    /// The plugin answered with this error.
    case plugin(String)
    /// The plugin could not be asked, or what it answered cannot be: whether the value can be read is unknown.
    case noAnswer(String)
}

/// Whoever decrypts DEKs and seeds: the KMS plugin, or a stand-in for it.
public protocol KMSUnwrapping: AnyObject {
    /// Decrypts a DEK or seed.
    func unwrap(_ request: KMSUnwrapRequest) throws(KMSUnwrapError) -> SecretKey

    /// What the provider of this name writes with. kube-apiserver reads no KMS v2 value before it knows.
    func writeState(ofProvider name: String) throws(KMSUnwrapError) -> KMSWriteState

    /// A new seed for values of the KMS v2 provider of this name, encrypted by its plugin.
    func sealingKey(ofProvider name: String) throws(KMSUnwrapError) -> KMSv2SealingKey
}

extension KMSUnwrapping {
    /// Who only reads has none.
    public func sealingKey(ofProvider name: String) throws(KMSUnwrapError) -> KMSv2SealingKey { throw .notAsked }
}

/// For when there is no plugin to ask.
public final class NoKMS: KMSUnwrapping, Sendable {
    public init() {}
    public func unwrap(_ request: KMSUnwrapRequest) throws(KMSUnwrapError) -> SecretKey { throw .notAsked }
    public func writeState(ofProvider name: String) throws(KMSUnwrapError) -> KMSWriteState { throw .notAsked }
}
