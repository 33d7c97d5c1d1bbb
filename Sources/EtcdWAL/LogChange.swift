/// A change of one key that the log makes to the database. It holds no bytes, only where they are.
public struct LogChange: Equatable, Sendable {
    public let key: StoredBytes
    /// Empty for a tombstone.
    public let value: StoredBytes
    /// The revision of the store that makes the change, and the index of the change among those of its transaction.
    public let revision: Int64
    public let subRevision: Int64
    /// The revision that made the key.
    public let createRevision: Int64
    /// The number of changes since then; 0 for a tombstone.
    public let version: Int64
    /// The lease that the key lives by; 0 for none.
    public let lease: Int64
    /// Whether the change deletes the key.
    public let isTombstone: Bool
    /// Whether the member makes the change as soon as it starts. If not, it may or may not: see ``ReplayedLog/gaps``.
    public let isCertain: Bool
}
