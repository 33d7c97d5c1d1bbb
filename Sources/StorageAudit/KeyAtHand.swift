public import EncryptionConfig
public import GoText

/// A key of the configuration or of an archive that decrypts a value which kube-apiserver cannot read.
public struct KeyAtHand: Sendable {
    /// Which of the configurations has it: 0 is the one in force. Nil for plaintext, which needs no key.
    public let configuration: Int?
    public let key: StorageKey
    /// The name that the value calls its key by, under which a server needs the key; nil for plaintext.
    public let storedName: ByteName?
    /// The place of the key in its configuration, in Kubernetes notation. Empty for plaintext.
    public let path: String

    /// Identity, which reads plaintext.
    static let identity = KeyAtHand(configuration: nil, key: .plaintext, storedName: nil, path: "")
}

extension KeyAtHand {
    /// What two values have in common that need the same key under the same name.
    struct Identity: Hashable {
        let configuration: Int?
        let storedName: ByteName?
        let path: String
    }

    var identity: Identity { Identity(configuration: configuration, storedName: storedName, path: path) }
}
