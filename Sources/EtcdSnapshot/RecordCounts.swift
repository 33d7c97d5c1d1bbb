/// The records of bucket `key`, each counted once.
///
/// Records that a salvage left out because they are damaged are not among them: ``SnapshotProblems/count`` counts those.
public struct RecordCounts: Equatable, Sendable {
    /// Values that etcd would answer now.
    public let live: Int
    /// Values that a later change replaced or deleted.
    public let superseded: Int
    /// Deletions, which hold no value.
    public let tombstones: Int
    /// Revision markers of `etcdutl snapshot restore --bump-revision`, which hold neither key nor value.
    public let markers: Int

    package init(live: Int, superseded: Int, tombstones: Int, markers: Int) {
        (self.live, self.superseded, self.tombstones, self.markers) = (live, superseded, tombstones, markers)
    }

    /// All records of the bucket.
    public var total: Int { live + superseded + tombstones + markers }
}
