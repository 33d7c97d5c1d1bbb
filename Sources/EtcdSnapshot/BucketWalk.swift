/// One key of a bucket and its value, as offsets in the file.
public struct BucketEntry: Equatable, Sendable {
    public let key: Range<Int>
    public let value: Range<Int>
}

/// Goes through the keys of a bucket at the top of the file, in their order: `lease`, `auth`, `members` and the like.
public struct BucketWalk: ~Escapable {
    private var walk: BoltWalk

    /// A walk from the first key on. A bucket that is not there has no key.
    @_lifetime(copy file)
    public init(
        _ name: String, of file: SnapshotFile, _ problems: inout SnapshotProblems
    ) throws(SnapshotError) {
        walk = try BoltWalk(try file.bucket(name, &problems) ?? .empty, of: file, &problems)
    }

    /// The next key, or nil after the last. Buckets within the bucket are passed over.
    @_lifetime(self: copy self)
    public mutating func next(_ problems: inout SnapshotProblems) throws(SnapshotError) -> BucketEntry? {
        while let element = try walk.next(&problems) {
            if !element.isBucket { return BucketEntry(key: element.key, value: element.value) }
        }
        return nil
    }
}
