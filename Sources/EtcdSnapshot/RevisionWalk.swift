/// Goes through every record of bucket `key`, from the oldest revision that the file still has to the newest.
///
/// Tombstones are among them, and of compacted revisions those that etcd keeps as the state at the compaction. Revision
/// markers name no key: they are counted and not returned.
public struct RevisionWalk: ~Escapable {
    private let file: SnapshotFile
    private var walk: BoltWalk
    /// The revision markers so far.
    public private(set) var markerCount = 0
    /// The newest revision so far, that of markers included; 0 before the first.
    public private(set) var lastRevision: Int64 = 0

    /// A walk from the first record on.
    ///
    /// - Throws: ``SnapshotError/missingBucket(_:)`` or damage above the bucket.
    @_lifetime(copy file)
    public init(_ file: SnapshotFile, _ problems: inout SnapshotProblems) throws(SnapshotError) {
        self.file = file
        let bucket = try file.bucket("key", &problems)
        if bucket == nil { try problems.note(.missingBucket("key")) }
        walk = try BoltWalk(bucket ?? .empty, of: file, &problems)
    }

    /// A walk through the records of a part. Pages in `visited` belong to other parts.
    @_lifetime(copy file)
    init(
        _ subtree: BoltSubtree, of file: SnapshotFile, visited: consuming PageSet, _ problems: inout SnapshotProblems
    ) throws(SnapshotError) {
        self.file = file
        walk = try BoltWalk(subtree, of: file, visited: visited, &problems)
    }

    /// The pages that were read.
    var visited: PageSet { walk.visited }

    /// Reads the next record.
    ///
    /// - Returns: The record, or nil after the last.
    @_lifetime(self: copy self)
    public mutating func next(_ problems: inout SnapshotProblems) throws(SnapshotError) -> StoredRevision? {
        while let element = try walk.next(&problems) {
            if let revision = StoredRevision.marker(element, in: file.bytes) {
                markerCount += 1
                lastRevision = revision
                continue
            }
            let record: StoredRevision
            do throws(ElementFault) {
                record = try StoredRevision(element, in: file.bytes)
            } catch {
                try problems.note(element.fault(error))
                continue
            }
            if !record.isConsistent { try problems.note(element.fault(.recordNumbers)) }
            lastRevision = record.revision
            return record
        }
        return nil
    }
}
