/// Visits all records as ``RevisionWalk`` does, and reports for each whether it is the latest record of an existing
/// key.
public struct HistoryWalk: ~Escapable {
    private var walk: RevisionWalk
    /// The live records that have not been met yet. They come in the order of the walk.
    private var remaining: ArraySlice<RecordLocation>

    /// A walk from the first record on.
    ///
    /// - Parameter live: The live records of the same file.
    @_lifetime(copy file)
    public init(
        _ file: SnapshotFile, live: LiveRecords, _ problems: inout SnapshotProblems
    ) throws(SnapshotError) {
        walk = try RevisionWalk(file, &problems)
        remaining = live.locations[...]
    }

    /// Reads the next record.
    ///
    /// - Returns: The record, or nil after the last.
    @_lifetime(self: copy self)
    public mutating func next(
        _ problems: inout SnapshotProblems
    ) throws(SnapshotError) -> (record: StoredRevision, isLive: Bool)? {
        guard let record = try walk.next(&problems) else { return nil }
        guard record.location == remaining.first else { return (record, false) }
        remaining.removeFirst()
        return (record, true)
    }
}
