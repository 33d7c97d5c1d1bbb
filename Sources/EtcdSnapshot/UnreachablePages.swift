/// Pages one after another that no bucket holds.
public struct PageRun: Equatable, Sendable {
    /// The numbers of the pages.
    public let pages: Range<Int>
    /// Their ranges in the file.
    public let bytes: Range<Int>
}

/// The pages of a file that etcd never reads: free ones, which keep what was last written to them, and what lies behind
/// the last page in use. Compaction and deletion free pages; only defragmentation takes them out of the file.
///
/// The page that lists the free ones counts as one of them (etcd writes none). After a salvage, so do all pages below a
/// damaged one.
public struct UnreachablePages: Sequence, IteratorProtocol, Sendable {
    private let reachable: PageSet
    private let pageSize: Int
    private let end: Int
    private var position = 2

    fileprivate init(reachable: PageSet, pageSize: Int, end: Int) {
        (self.reachable, self.pageSize, self.end) = (reachable, pageSize, end)
    }

    /// The next run of such pages, as long as it can be.
    public mutating func next() -> PageRun? {
        while position < end, reachable.contains(position) { position += 1 }
        guard position < end else { return nil }
        let start = position
        while position < end, !reachable.contains(position) { position += 1 }
        return PageRun(pages: start..<position, bytes: start * pageSize..<position * pageSize)
    }
}

extension SnapshotFile {
    /// Walks through all buckets, and reports the pages that belong to none.
    public func unreachablePages(_ problems: inout SnapshotProblems) throws(SnapshotError) -> UnreachablePages {
        var reachable = PageSet(pageCount: pageCount)
        var buckets = [BoltBucket(root: meta.root)]
        while let bucket = buckets.popLast() {
            // An inline bucket has no pages, and holds no bucket (bbolt, bucket.go, inlineable).
            if case .inline = bucket.place { continue }
            // The walk takes the set over, so that it is not copied for every bucket.
            var walk = try BoltWalk(bucket, of: self, visited: reachable.take(), &problems)
            while let element = try walk.next(&problems) {
                guard element.isBucket else { continue }
                do throws(SnapshotError) {
                    buckets.append(try BoltBucket(element, in: bytes))
                } catch {
                    try problems.note(error)
                }
            }
            reachable = walk.visited
        }
        return UnreachablePages(
            reachable: reachable, pageSize: meta.pageSize, end: databaseLength / meta.pageSize)
    }
}
