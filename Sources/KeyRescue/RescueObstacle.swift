public import EncryptionConfig
public import KeyTransition
public import StorageAudit

/// Why a key at hand is not added to the configuration.
public enum RescueObstacle: Sendable {
    /// With the key, a value that the file reads today would be read as something else.
    case confuses(Counterexample)
    /// With the key, new objects would be stored in another way.
    case changesWriting
    /// kube-apiserver rejects the file with the key: its first error.
    case rejected(String)
    /// The text of the file cannot be edited there.
    case notEdited(EditRefusal)
    /// A provider of KMS v1 is not added: kube-apiserver has deprecated it.
    case deprecated
}

/// A key at hand that decrypts stored values and is not added.
public struct RefusedKey: Sendable {
    public let key: KeyAtHand
    /// The entries that lack it.
    public let patterns: [ResourcePattern]
    /// The number of values that need it.
    public let values: Int
    public let obstacle: RescueObstacle
}

/// A key that is added to an entry.
public struct AddedKey: Sendable {
    public let key: KeyAtHand
    /// The entry, in Kubernetes notation.
    public let path: String
    /// Whether the entry is new.
    public let isInNewEntry: Bool
    /// What the entry names.
    public let patterns: [ResourcePattern]
    /// The number of values that need it, in all entries.
    public let values: Int
}
