import TestSupport
import Testing

@testable import EtcdSnapshot

/// Records that several threads read, each a part: the same as one thread reads, or none.
struct RecordPartsTests {
    /// Keys that are written, deleted and made again, in one part and across them.
    @Test(arguments: [1, 7, 60, 700], 0..<6 as Range<UInt64>)
    func partsSayWhatTheWholeSays(_ keyCount: Int, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let file = Self.tree(leaves: 36, keyCount: keyCount, &random)
        let whole = try #require(Live(wholeOf: file))
        for count in 2...RecordParts.limit {
            #expect(Live(partsOf: file, count: count) == whole, "\(count) parts")
        }
    }

    /// A key that an older part has and a newer one deletes is gone; one that is made again is there once.
    @Test func aNewerPartDecides() throws {
        var builder = BoltBuilder(pageSize: 1024)
        builder.leaf(2, [.bucket("key", root: 3)])
        builder.branch(3, [.child(2, 4), .child(4, 5)])
        builder.leaf(4, [.record(2, "deleted", "a"), .record(3, "again", "b")])
        builder.leaf(5, [.record(4, "deleted", nil), .record(5, "again", "c"), .record(6, "never", nil)])
        let live = try #require(Live(partsOf: builder.file, count: 2))
        #expect(live.keys == ["again"])
        #expect(live.counts == RecordCounts(live: 1, superseded: 2, tombstones: 2, markers: 0))
        #expect(live.lastRevision == 6)
    }

    /// A part that deletes much gives up.
    @Test func manyDeletionsAreLeftToOneThread() throws {
        var builder = BoltBuilder(pageSize: 1024)
        builder.leaf(2, [.bucket("key", root: 3)])
        builder.branch(3, [.child(2, 4), .child(4, 5)])
        builder.leaf(4, [.record(2, "a", ""), .record(3, "b", "")])
        builder.leaf(5, [.record(4, "a", nil), .record(5, "b", nil)])
        let file = builder.file
        var problems = SnapshotProblems.refused
        let snapshot = try SnapshotFile(file.span.bytes, &problems)
        guard let plan = RecordParts(snapshot, count: 2) else {
            Issue.record("the file cannot be divided")
            return
        }
        let isRead = [(1, 2), (1, 1), (0, 0)].map { number, limit in
            LivePart(number, of: plan, in: snapshot, tombstoneLimit: limit) != nil
        }
        #expect(isRead == [true, false, true])
    }

    /// A page that two parts name shows in neither of them.
    @Test func noPageIsInTwoParts() throws {
        for shared in [false, true] {
            var builder = BoltBuilder(pageSize: 1024)
            builder.leaf(2, [.bucket("key", root: 3)])
            builder.branch(3, [.child(2, 4), .child(4, 5)])
            builder.branch(4, [.child(2, 6), .child(3, 7)])
            builder.branch(5, [.child(4, shared ? 7 : 8), .child(5, 9)])
            for (page, revision) in [(6, 2), (7, 3), (8, 4), (9, 5)] as [(UInt64, Int64)] {
                // Without a record, no key of the page is out of order.
                builder.leaf(page, page == 7 ? [] : [.record(revision, "key-\(page)", "")])
            }
            #expect((Live(wholeOf: builder.file) == nil) == shared)
            #expect((Live(partsOf: builder.file, count: 2) == nil) == shared)
        }
    }

    /// Whatever is damaged: parts that are read say what one thread says, which finds nothing wrong.
    @Test(arguments: 0..<24 as Range<UInt64>)
    func damageIsLeftToOneThread(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let sound = Self.tree(leaves: 36, keyCount: 20, &random)
        var readCount = 0
        for _ in 0..<60 {
            var file = sound
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                // The tree lies behind the meta pages, and numbers of elements at the beginning of each page.
                let page = Int.random(in: 2..<file.count / 1024, using: &random) * 1024
                let place = page + Int.random(in: 0..<200, using: &random)
                file[place] = UInt8.random(in: 0...255, using: &random)
            }
            for count in [2, 5] {
                guard let parts = Live(partsOf: file, count: count) else { continue }
                readCount += 1
                #expect(parts == Live(wholeOf: file))
            }
        }
        // Some damage is within values, and shows nowhere.
        #expect(readCount > 0)
    }

    /// A tree of two levels of branches.
    private static func tree(leaves: Int, keyCount: Int, _ random: inout SeededGenerator) -> [UInt8] {
        var builder = BoltBuilder(pageSize: 1024)
        builder.leaf(2, [.bucket("key", root: 3)])
        let branchCount = leaves / 6
        let firstLeaf = 4 + branchCount
        func revision(ofLeaf leaf: Int) -> Int64 { Int64(2 + 8 * leaf) }
        builder.branch(3, (0..<branchCount).map { .child(revision(ofLeaf: 6 * $0), UInt64(4 + $0)) })
        for branch in 0..<branchCount {
            let own = 6 * branch..<6 * branch + 6
            builder.branch(
                UInt64(4 + branch), own.map { .child(revision(ofLeaf: $0), UInt64(firstLeaf + $0)) })
        }
        for leaf in 0..<leaves {
            builder.leaf(
                UInt64(firstLeaf + leaf),
                (revision(ofLeaf: leaf)..<revision(ofLeaf: leaf + 1)).map { revision in
                    let key = "key-\(Int.random(in: 0..<keyCount, using: &random))"
                    if Int.random(in: 0..<20, using: &random) == 0 { return .marker(revision) }
                    return .record(revision, key, Int.random(in: 0..<3, using: &random) == 0 ? nil : "value")
                })
        }
        return builder.file
    }
}

/// What is live, read in one of the two ways; nil if the way refuses the file.
private struct Live: Equatable {
    let locations: [RecordLocation]
    let counts: RecordCounts
    let lastRevision: Int64
    let keys: [String]

    init?(wholeOf file: [UInt8]) {
        var problems = SnapshotProblems.refused
        guard let snapshot = try? SnapshotFile(file.span.bytes, &problems),
            let records = try? LiveRecords(snapshot, &problems)
        else { return nil }
        self.init(records, of: snapshot)
    }

    init?(partsOf file: [UInt8], count: Int) {
        var problems = SnapshotProblems.refused
        guard let snapshot = try? SnapshotFile(file.span.bytes, &problems),
            let plan = RecordParts(snapshot, count: count)
        else { return nil }
        var parts: [LivePart] = []
        for number in 0..<plan.count {
            guard let part = LivePart(number, of: plan, in: snapshot) else { return nil }
            parts.append(part)
        }
        guard let records = LiveRecords(parts, of: plan, in: snapshot) else { return nil }
        self.init(records, of: snapshot)
    }

    private init(_ records: LiveRecords, of snapshot: SnapshotFile) {
        (locations, counts, lastRevision) = (records.locations, records.counts, records.lastRevision)
        keys = records.locations.compactMap { location in
            guard let record = try? snapshot.record(at: location) else { return nil }
            return String(decoding: array(snapshot.key(of: record)), as: UTF8.self)
        }
    }
}
