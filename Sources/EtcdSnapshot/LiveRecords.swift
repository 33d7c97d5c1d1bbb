/// What etcd would answer now: of every key that exists, its latest record.
///
/// Needs no more than some 60 bytes of memory for each key that exists at the same time, and keeps 8 to 24 of them. Keys,
/// values and keys that are gone are not kept.
public struct LiveRecords: Sendable {
    /// One location for each live key, in the order of their revisions; slices of it can go to several threads.
    public let locations: [RecordLocation]
    /// The records of bucket `key`, tombstones among them.
    public let recordCount: Int
    /// The tombstones among them.
    public let tombstoneCount: Int
    /// The revision of the newest record; 0 if there is none.
    public let lastRevision: Int64

    /// Reads all records once.
    public init(_ file: SnapshotFile, _ problems: inout SnapshotProblems) throws(SnapshotError) {
        var table = LiveTable()
        var walk = try RevisionWalk(file, &problems)
        var (recordCount, tombstoneCount, lastRevision) = (0, 0, Int64(0))
        while let record = try walk.next(&problems) {
            recordCount += 1
            lastRevision = record.revision
            if record.isTombstone { tombstoneCount += 1 }
            table.add(record, in: file)
        }
        (self.recordCount, self.tombstoneCount, self.lastRevision) = (recordCount, tombstoneCount, lastRevision)
        locations = table.finish(in: file)
    }
}
