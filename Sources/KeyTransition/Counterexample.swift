public import EncryptionConfig

/// A value that a server of the other configuration does not read as it was written.
public struct Counterexample: Sendable {
    /// The configurations of a change.
    public enum Side: String, Sendable { case old, new }

    public enum Effect: String, Sendable {
        /// kube-apiserver answers an error.
        case unreadable
        /// Without an error, other bytes come out.
        case wrongBytes
        /// It is read, but about one value in 256 comes out as other bytes.
        case byChance
    }

    public enum Certainty: String, Sendable {
        /// The writing side writes new values like this.
        case certain
        /// It depends on what is stored, or on what a plugin does.
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
    /// Whether OLD itself reads the value no better, so that the change makes nothing worse.
    public let isOldAlready: Bool
}
