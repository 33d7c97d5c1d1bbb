import TestSupport
import Testing

@testable import EtcdSnapshot

struct LiveRecordsTests {
    /// Many changes of few and of many keys, beside a dictionary that makes the same ones.
    @Test(arguments: [1, 3, 50, 1_000, 10_000], 0..<2 as Range<UInt64>)
    func agreeWithADictionary(_ keyCount: Int, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var expected: [String: Int64] = [:]
        var elements: [BoltBuilder.Element] = []
        for revision in 2..<Int64(8_000) {
            let key = "key-\(Int.random(in: 0..<keyCount, using: &random))"
            let isDeleted = Int.random(in: 0..<3, using: &random) == 0
            elements.append(.record(revision, key, isDeleted ? nil : "value"))
            expected[key] = isDeleted ? nil : revision
        }
        var builder = BoltBuilder()
        builder.leaf(2, [.bucket("key", root: 3)])
        builder.leaf(3, elements)
        let live = try Reading(builder.file).live
        #expect(live.count == expected.count)
        #expect(live.allSatisfy { expected[String(decoding: $0.key, as: UTF8.self)] == $0.modRevision })
        #expect(live.map(\.modRevision) == expected.values.sorted())
    }

    /// Keys that exist no longer do not count: the list that is kept is packed again and again.
    @Test func forgetsDeletedKeys() throws {
        var elements: [BoltBuilder.Element] = []
        for revision in stride(from: Int64(2), to: 24_000, by: 2) {
            elements += [.record(revision, "key-\(revision)", ""), .record(revision + 1, "key-\(revision)", nil)]
        }
        var builder = BoltBuilder()
        builder.leaf(2, [.bucket("key", root: 3)])
        builder.leaf(3, elements)
        let file = builder.file
        var problems = SnapshotProblems.refused
        let snapshot = try SnapshotFile(file.span.bytes, &problems)
        var walk = try RevisionWalk(snapshot, &problems)
        var table = LiveTable()
        var largest = 0
        while let record = try walk.next(&problems) {
            table.add(record, in: snapshot)
            largest = max(largest, table.reservedEntries)
        }
        #expect(largest <= 8192)
        #expect(table.finish(in: snapshot).isEmpty)
    }
}
