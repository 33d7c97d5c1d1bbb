/// What the rows of a database of kine are, without their values.
public struct KineIndex: Sendable {
    /// The revisions of the live values, in order.
    public internal(set) var live: [Int64] = []
    /// The highest revision; 0 without rows.
    public internal(set) var lastRevision: Int64 = 0
    /// kine has compacted up to this revision.
    public internal(set) var compactRevision: Int64 = 0
    /// All rows.
    public internal(set) var rows = 0
    /// The rows of deletions among them that have no value.
    public internal(set) var emptyDeletions = 0
    /// The rows among them in which kine keeps up to where it has compacted.
    public internal(set) var markers = 0
    /// The rows that hold a copy of an earlier value.
    public internal(set) var previousValues = 0
}
