public import EncryptionConfig

/// A value that a server with the other configuration does not read correctly.
public struct Counterexample: Sendable {
    /// The configurations of a change.
    public enum Side: String, Sendable { case old, new }

    public enum Effect: String, Sendable {
        /// kube-apiserver returns an error.
        case unreadable
        /// It decrypts to wrong data without an error.
        case wrongBytes
        /// About 1 in 255 values decrypts to wrong data.
        case byChance
    }

    public enum Certainty: String, Sendable {
        /// The writing side writes new values like this.
        case certain
        /// It depends on the stored values, or on a plugin.
        case possible
    }

    /// What wrote the value.
    public struct Writer: Sendable {
        public let side: Side
        public let key: StorageKey
    }

    /// The resource; a wildcard is everything that it covers and that has no counterexample of its own.
    public let resource: ResourcePattern
    public let writer: Writer
    public let reader: Side
    public let effect: Effect
    public let certainty: Certainty
    public let reason: TransitionReason
    /// Whether OLD itself reads the value no better, so the change is not the cause.
    public let isOldAlready: Bool
}
