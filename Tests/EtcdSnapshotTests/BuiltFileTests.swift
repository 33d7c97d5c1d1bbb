import TestSupport
import Testing

@testable import EtcdSnapshot

/// Files that etcd would hardly write: other page sizes, small buckets, and every kind of damage by itself.
struct BuiltFileTests {
    typealias Element = BoltBuilder.Element

    /// Page 2 names the buckets, page 3 is the branch over leaves 4 and 5 of bucket `key`.
    private var tree: BoltBuilder {
        var builder = BoltBuilder()
        builder.leaf(2, [.bucket("key", root: 3)])
        builder.branch(3, [.child(2, 4), .child(5, 5)])
        builder.leaf(4, [.record(2, "a", "one"), .record(3, "b", "two"), .record(4, "b", nil)])
        builder.leaf(5, [.record(5, "c", "three"), .record(6, "a", "four")])
        return builder
    }

    @Test func readsATree() throws {
        let reading = try Reading(tree.file)
        #expect(names(reading) == ["c": "three", "a": "four"])
        #expect(reading.history.map(\.isLive) == [false, false, false, true, true])
        #expect(reading.lastRevision == 6 && reading.tombstoneCount == 1 && reading.unreachable.isEmpty)
    }

    @Test(arguments: (0..<7).map { 1024 << $0 })
    func readsEveryPageSize(_ pageSize: Int) throws {
        var builder = BoltBuilder(pageSize: pageSize)
        builder.leaf(2, [.bucket("key", root: 3)])
        let large = String(repeating: "x", count: 100)
        builder.leaf(3, (2..<80).map { .record($0, "key-\($0)", large) })
        builder.leaf(20, [.record(2, "free", "k8s\0")])
        var file = builder.file
        #expect(try Reading(file).live.count == 78)
        #expect(try Reading(file).unreachable.map(\.pages.upperBound) == [21])
        #expect(try Reading(file).remnants.map(\.length) == [4])
        file[20] = 0
        #expect(try Reading(file).live.count == 78)
    }

    /// The later transaction counts.
    @Test func takesTheLaterMetaPage() throws {
        var older = tree
        older.root = 6
        older.leaf(6, [])
        older.transaction = 5
        var newer = tree.file
        newer.replaceSubrange(0..<4096, with: older.file[0..<4096])
        #expect(try names(Reading(newer)) == ["c": "three", "a": "four"])
    }

    @Test func readsInlineBuckets() throws {
        var builder = BoltBuilder()
        let mark = Element(key: Array("finishedCompactRev".utf8), value: Element.revision(3))
        let scheduled = Element(key: Array("scheduledCompactRev".utf8), value: Element.revision(9))
        builder.leaf(
            2, [.bucket("key", inline: [.record(3, "a", "x")]), .bucket("meta", inline: [mark, scheduled])])
        let reading = try Reading(builder.file)
        #expect(names(reading) == ["a": "x"])
        // The compaction to 9 has not ended, so nothing below 9 is certain any more.
        #expect(reading.settings.isCompactionUnfinished && reading.currentRevision == 9)
        #expect(try find(Array("a".utf8), at: 8, in: builder.file) == .compacted(9))
        guard case .found = try find(Array("a".utf8), at: 3, in: builder.file) else {
            Issue.record("what a revision itself wrote is certain")
            return
        }
    }

    /// What etcd 3.4 to 3.6 keep in buckets `meta` and `cluster`, and names that no version knows yet
    /// (etcd 3.6, server/storage/schema/{cindex,confstate,schema,membership}.go).
    @Test func readsTheSettingsOfEveryVersion() throws {
        func text(_ name: String, _ value: String) -> Element {
            Element(key: Array(name.utf8), value: Array(value.utf8))
        }
        var builder = BoltBuilder()
        let meta = [
            text("confState", #"{"voters":[10276657743932975437],"auto_leave":false}"#),
            Element(key: Array("consistent_index".utf8), value: big(UInt64(9))),
            text("someday", ""),
            text("storageVersion", "3.6.0"),
            Element(key: Array("term".utf8), value: big(UInt64(3))),
        ]
        let cluster = [
            text("clusterVersion", "3.6.0"), text("downgrade", #"{"target-version":"3.5.0","enabled":true}"#),
        ]
        builder.leaf(
            2,
            [
                .bucket("alarm", inline: []), .bucket("cluster", inline: cluster),
                .bucket("key", inline: [.record(3, "a", "x"), .marker(8)]), .bucket("meta", inline: meta),
            ])
        let reading = try Reading(builder.file)
        #expect(reading.settings.consistentIndex == 9 && reading.settings.term == 3)
        #expect(reading.settings.storageVersion == "3.6.0" && reading.settings.clusterVersion == "3.6.0")
        #expect(names(reading) == ["a": "x"] && reading.currentRevision == 8)
    }

    struct Damage: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let error: SnapshotError
        /// What a salvage still finds.
        let salvaged: Set<String>
        let change: @Sendable (inout BoltBuilder, inout [UInt8]) -> Void

        init(
            _ name: String, _ error: SnapshotError, salvaged: Set<String>,
            _ change: @escaping @Sendable (inout BoltBuilder, inout [UInt8]) -> Void
        ) {
            (testDescription, self.error, self.salvaged, self.change) = (name, error, salvaged, change)
        }
    }

    @Test(arguments: [
        Damage("page says another number", .page(4, .otherID(9)), salvaged: ["a", "c"]) { $1[4 * 4096] = 9 },
        Damage("page of another kind", .page(4, .flags(0x10)), salvaged: ["a", "c"]) { $1[4 * 4096 + 8] = 0x10 },
        Damage("more elements than room", .page(4, .elementCount(0xff03)), salvaged: ["a", "c"]) {
            $1[4 * 4096 + 11] = 0xff
        },
        Damage("a branch without elements", .page(3, .elementCount(0)), salvaged: []) { $1[3 * 4096 + 10] = 0 },
        Damage("overflow beyond the file", .page(5, .outsideFile), salvaged: ["a"]) { $1[5 * 4096 + 15] = 0xff },
        Damage("overflow over another page", .page(5, .visitedTwice), salvaged: ["a"]) { $1[4 * 4096 + 12] = 1 },
        Damage("child beyond the file", .page(6, .outsideFile), salvaged: ["a"]) { $1[3 * 4096 + 40] = 6 },
        Damage("child is a meta page", .page(1, .outsideFile), salvaged: ["a"]) { $1[3 * 4096 + 40] = 1 },
        Damage("absurd child", .page(.max, .outsideFile), salvaged: ["a"]) {
            $1.replaceSubrange(3 * 4096 + 40..<3 * 4096 + 48, with: Array(repeating: 0xff, count: 8))
        },
        Damage("cycle", .page(3, .visitedTwice), salvaged: ["a"]) { $1[3 * 4096 + 40] = 3 },
        Damage("same leaf twice", .page(4, .visitedTwice), salvaged: ["a"]) { $1[3 * 4096 + 40] = 4 },
        Damage("value beyond the page", .page(5, .element(1, .outsidePage)), salvaged: ["a", "c"]) {
            $1[5 * 4096 + 16 + 16 + 15] = 0xff
        },
        Damage("key beyond the page", .page(5, .element(0, .outsidePage)), salvaged: ["a"]) {
            $1[5 * 4096 + 16 + 11] = 0xff
        },
        Damage("element within the headers", .page(5, .element(0, .overlap)), salvaged: ["a"]) {
            $1[5 * 4096 + 16 + 4] = 0
        },
        Damage("keys that descend", .page(4, .element(1, .keyOrder)), salvaged: ["a", "c"]) { builder, file in
            builder.leaf(4, [.record(3, "a", "one"), .record(2, "b", "two"), .record(4, "b", nil)])
            file = builder.file
        },
        Damage("key below what the branch announces", .page(5, .element(0, .keyOrder)), salvaged: ["a"]) {
            $0.leaf(5, [.record(4, "c", "three"), .record(6, "a", "four")])
            $1 = $0.file
        },
        Damage("key above what the branch announces", .page(4, .element(2, .keyOrder)), salvaged: ["a", "b", "c"]) {
            $0.leaf(4, [.record(2, "a", "one"), .record(3, "b", "two"), .record(5, "b", nil)])
            $1 = $0.file
        },
        Damage("no revision", .page(5, .element(0, .revision)), salvaged: ["a"]) {
            $0.leaf(5, [Element(key: Element.revision(5) + [0x75], value: [0x0a, 1, 0x63]), .record(6, "a", "four")])
            $1 = $0.file
        },
        Damage("a short revision", .page(5, .element(0, .revision)), salvaged: ["a"]) {
            let short = Element(key: Element.revision(5, sub: 1 << 40).dropLast())
            $0.leaf(5, [short, .record(6, "a", "four")])
            $1 = $0.file
        },
        Damage("no message", .page(5, .element(0, .record(.truncated))), salvaged: ["a"]) {
            $0.leaf(5, [Element(key: Element.revision(5), value: [0x0a, 9, 1]), .record(6, "a", "four")])
            $1 = $0.file
        },
        Damage("no etcd key", .page(5, .element(0, .recordWithoutKey)), salvaged: ["a"]) {
            $0.leaf(5, [Element(key: Element.revision(5), value: [0x18, 5]), .record(6, "a", "four")])
            $1 = $0.file
        },
        Damage("field of another type", .page(5, .element(0, .recordFieldType(2))), salvaged: ["a"]) {
            $0.leaf(5, [Element(key: Element.revision(5), value: [0x12, 0]), .record(6, "a", "four")])
            $1 = $0.file
        },
        Damage("another revision in the value", .page(5, .element(0, .recordNumbers)), salvaged: ["a", "c"]) {
            let other = Element.record(6, "c", "three").value
            $0.leaf(5, [Element(key: Element.revision(5), value: other), .record(6, "a", "four")])
            $1 = $0.file
        },
        Damage("a bucket among records", .page(5, .element(0, .bucket)), salvaged: ["a"]) {
            $1[5 * 4096 + 16] = 1
        },
        Damage("no bucket at all", .missingBucket("key"), salvaged: []) {
            $0.leaf(2, [.bucket("lease", inline: [])])
            $1 = $0.file
        },
        Damage("bucket is none", .page(2, .element(0, .bucket)), salvaged: []) { $1[2 * 4096 + 16] = 0 },
    ])
    func namesTheDamage(_ damage: Damage) throws {
        var (builder, file) = (tree, tree.file)
        damage.change(&builder, &file)
        #expect(throws: damage.error) { try Reading(file) }
        let salvaged = try Reading(file, problems: .collected)
        #expect(salvaged.problems.first.contains(damage.error))
        #expect(Set(names(salvaged).keys) == damage.salvaged)
    }

    /// A chain of branches may be as deep as the limit, and no deeper.
    @Test func limitsTheDepth() throws {
        func chain(_ length: Int) -> [UInt8] {
            var builder = BoltBuilder()
            builder.leaf(2, [.bucket("key", root: 3)])
            for page in 3..<UInt64(3 + length) { builder.branch(page, [.child(2, page + 1)]) }
            builder.leaf(UInt64(3 + length), [.record(2, "a", "x")])
            return builder.file
        }
        #expect(try Reading(chain(SnapshotFile.depthLimit - 1)).live.count == 1)
        #expect(throws: SnapshotError.page(UInt64(3 + SnapshotFile.depthLimit), .depth)) {
            try Reading(chain(SnapshotFile.depthLimit))
        }
    }

    /// Sixty thousand elements with the same long key: a salvage does not compare it for each.
    @Test func givesUpAPageInDisorder() throws {
        let (count, length) = (60_000, 200_000)
        var page = little(UInt64(3)) + little(UInt16(2)) + little(UInt16(count)) + little(UInt32(0))
        for index in 0..<count {
            let position = UInt32(16 * (count - index) + (index == 0 ? 0 : length))
            page += little(UInt32(0)) + little(position) + little(UInt32(length)) + little(UInt32(0))
        }
        page += Array(repeating: 0x62, count: 2 * length - 1) + [0x61]
        var builder = BoltBuilder()
        builder.leaf(2, [.bucket("key", root: 3)])
        builder.put(3, page)
        // Each of the three walks that a reading takes meets 64, and those through `key` an element without a revision.
        #expect(try Reading(builder.file, problems: .collected).problems.count == 3 * 64 + 2)
    }

    private func names(_ reading: Reading) -> [String: String] {
        Dictionary(uniqueKeysWithValues: reading.live.map { (text($0.key), text($0.value)) })
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
