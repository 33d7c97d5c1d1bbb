/// What etcd would answer now: of every key that exists, its latest record.
///
/// Needs no more than some 60 bytes of memory for each key that exists at the same time, and keeps 8 to 24 of them. Keys,
/// values and keys that are gone are not kept. Threads that each read a part keep a key in each part that has it, and what
/// they delete (``RecordParts``).
public struct LiveRecords: Sendable {
    /// One location for each live key, in the order of their revisions; slices of it can go to several threads.
    public let locations: [RecordLocation]
    /// All records of bucket `key`, by kind.
    public let counts: RecordCounts
    /// The revision of the newest record, or of a later revision marker; 0 without one.
    public let lastRevision: Int64

    /// The records of bucket `key`, tombstones and revision markers among them.
    public var recordCount: Int { counts.total }
    /// The tombstones among them.
    public var tombstoneCount: Int { counts.tombstones }

    init(locations: [RecordLocation], counts: RecordCounts, lastRevision: Int64) {
        (self.locations, self.counts, self.lastRevision) = (locations, counts, lastRevision)
    }

    /// Reads all records once.
    public init(_ file: SnapshotFile, _ problems: inout SnapshotProblems) throws(SnapshotError) {
        var table = LiveTable()
        var walk = try RevisionWalk(file, &problems)
        var (values, tombstones) = (0, 0)
        while let record = try walk.next(&problems) {
            if record.isTombstone { tombstones += 1 } else { values += 1 }
            table.add(record, in: file)
        }
        lastRevision = walk.lastRevision
        locations = table.finish(in: file)
        counts = RecordCounts(
            live: locations.count, superseded: values - locations.count, tombstones: tombstones,
            markers: walk.markerCount)
    }
}
