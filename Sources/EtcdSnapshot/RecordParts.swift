internal import SecretMemory

/// The records of a snapshot in parts of about the same size, each of which a thread can walk.
///
/// Parts are for files without a fault. Whatever is wrong anywhere, there are none, and ``LiveRecords/init(_:_:)`` reads
/// the file from its beginning and says what it is.
public struct RecordParts: Sendable {
    /// More parts than this cost more than they bring: each is compared with all before it.
    public static let limit = 8
    /// With pages of 4 KiB, etcd has at most some 15,000 pages two levels below the root. A tree with more than this many
    /// is left to one thread.
    private static let subtreeLimit = 1 << 18

    fileprivate let parts: [ArraySlice<BoltSubtree>]
    /// The pages above the parts.
    fileprivate let above: PageSet
    /// All parts find keys by the same hash.
    fileprivate let hash = KeyHash()

    public var count: Int { parts.count }

    /// Divides the records of a file.
    ///
    /// - Parameter count: The number of parts, at most ``limit``.
    /// - Returns: Nil if the tree has too few pages, or one that is faulty.
    public init?(_ file: SnapshotFile, count: Int) {
        let count = min(count, Self.limit)
        var ignored = SnapshotProblems.refused
        guard count > 1, let bucket = try? file.bucket("key", &ignored), case .tree(let root) = bucket.place
        else { return nil }
        var above = PageSet(pageCount: file.pageCount)
        var subtrees = [BoltSubtree(root: root)]
        // The root alone can have too few children.
        for _ in 0..<2 where subtrees.count < 16 * count {
            var children: [BoltSubtree] = []
            for subtree in subtrees {
                guard let below = subtree.children(in: file, visited: &above),
                    children.count + below.count <= Self.subtreeLimit
                else { return nil }
                children += below
            }
            subtrees = children
            // What is below leaves is no tree.
            guard let first = subtrees.first, file.isBranch(first.root) else { break }
        }
        guard subtrees.count >= count else { return nil }
        let total = subtrees.count
        parts = (0..<count).map { subtrees[$0 * total / count..<($0 + 1) * total / count] }
        self.above = above
    }
}

/// What one part leaves: of every key in it the latest record, deletions too.
public struct LivePart: Sendable {
    fileprivate var table: LiveTable
    fileprivate private(set) var (values, tombstones, markers) = (0, 0, 0)
    fileprivate private(set) var lastRevision: Int64 = 0
    fileprivate let visited: PageSet

    /// Reads a part.
    ///
    /// - Parameter tombstoneLimit: More deletions than this take memory that one thread, which keeps none, does not need.
    /// - Returns: Nil if something is wrong in it, or too much is deleted: then one thread reads the whole file.
    public init?(_ number: Int, of parts: RecordParts, in file: SnapshotFile, tombstoneLimit: Int = 1 << 20) {
        var table = LiveTable(hash: parts.hash, keepsTombstones: true)
        var visited = PageSet(pageCount: file.pageCount)
        var problems = SnapshotProblems.refused
        do throws(SnapshotError) {
            for subtree in parts.parts[number] {
                // The walk takes the set over, so that it is not copied for every subtree.
                var walk = try RevisionWalk(subtree, of: file, visited: visited.take(), &problems)
                while let record = try walk.next(&problems) {
                    if record.isTombstone { tombstones += 1 } else { values += 1 }
                    table.add(record, in: file)
                }
                guard tombstones <= tombstoneLimit else { return nil }
                markers += walk.markerCount
                if walk.lastRevision > 0 { lastRevision = walk.lastRevision }
                visited = walk.visited
            }
        } catch {
            return nil
        }
        table.makeChanges(in: file)
        (self.table, self.visited) = (table, visited)
    }
}

extension LiveRecords {
    /// Puts parts together that were read apart.
    ///
    /// - Parameter parts: All parts of `plan`, in their order.
    /// - Returns: Nil if a page is in two parts, or a part was read when the file had another length.
    public init?(_ parts: consuming [LivePart], of plan: RecordParts, in file: SnapshotFile) {
        var found = consume parts
        precondition(found.count == plan.count, "a part is missing")
        var visited = plan.above
        for part in found {
            guard visited.isDisjoint(with: part.visited) else { return nil }
            visited.formUnion(part.visited)
        }
        for older in found.indices {
            for newer in found[(older + 1)...].indices {
                found[older].table.forget(keysOf: found[newer].table, in: file)
            }
        }
        var locations: [RecordLocation] = []
        locations.reserveCapacity(found.reduce(0) { $0 + $1.table.count })
        for part in found { locations += part.table.values }
        let values = found.reduce(0) { $0 + $1.values }
        self.init(
            locations: locations,
            counts: RecordCounts(
                live: locations.count, superseded: values - locations.count,
                tombstones: found.reduce(0) { $0 + $1.tombstones }, markers: found.reduce(0) { $0 + $1.markers }),
            lastRevision: found.last { $0.lastRevision > 0 }?.lastRevision ?? 0)
    }
}

extension SnapshotFile {
    fileprivate func isBranch(_ number: UInt64) -> Bool {
        guard number < UInt64(pageCount) else { return false }
        return OldPageHeader(at: Int(number) * meta.pageSize, in: bytes)?.kind == .branch
    }
}
