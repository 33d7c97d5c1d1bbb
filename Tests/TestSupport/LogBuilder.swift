import EtcdWAL

/// Writes logs as etcd writes them (server/storage/wal/{wal,encoder}.go), and others.
package struct LogBuilder {
    package private(set) var files: [(name: String, bytes: [UInt8])] = []
    /// What the free space at the end of the last segment is long.
    package var freeSpace = 4096
    private var checksum = CRC32C()
    private let memberID: UInt64
    private var lastIndex: UInt64 = 0
    package private(set) var lastState: [UInt8] = []
    /// Where each record begins in its segment, and of which type it is.
    package private(set) var records: [(segment: Int, offset: Int, type: UInt64)] = []

    package init(memberID: UInt64 = 7) {
        self.memberID = memberID
        begin(index: 0)
        record(5, field(1, 0) + field(2, 0))
    }

    /// The segments, the last one with its free space.
    package var segments: [LogSegment] {
        files.enumerated().map { number, file in
            LogSegment(
                file.name,
                file.bytes + Array(repeating: 0, count: number == files.count - 1 ? freeSpace : 0))
        }
    }

    /// Begins the next segment.
    package mutating func cut() {
        begin(index: lastIndex + 1)
        if !lastState.isEmpty { record(3, lastState) }
    }

    private mutating func begin(index: UInt64) {
        func hexadecimal(_ number: UInt64) -> String {
            let digits = String(number, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
        files.append(("\(hexadecimal(UInt64(files.count)))-\(hexadecimal(index)).wal", []))
        record(4, nil)
        record(1, field(1, memberID) + field(2, 9))
    }

    package mutating func record(_ type: UInt64, _ data: [UInt8]?) {
        if let data { checksum.add(data.span.bytes) }
        var bytes = field(1, type) + field(2, UInt64(checksum.value))
        if let data { bytes += field(3, data) }
        let padding = (8 - bytes.count % 8) % 8
        records.append((files.count - 1, files[files.count - 1].bytes.count, type))
        files[files.count - 1].bytes +=
            little(UInt64(bytes.count) | (padding == 0 ? 0 : UInt64(0x80 | padding) << 56)) + bytes
            + Array(repeating: 0, count: padding)
    }

    package mutating func entry(_ index: UInt64, term: UInt64 = 2, kind: UInt64 = 0, _ data: [UInt8]?) {
        record(2, field(1, kind) + field(2, term) + field(3, index) + (data.map { field(4, $0) } ?? []))
        lastIndex = index
    }

    package mutating func state(term: UInt64 = 2, commit: UInt64) {
        lastState = field(1, term) + field(2, memberID) + field(3, commit)
        record(3, lastState)
    }

    package mutating func snapshot(_ index: UInt64, term: UInt64 = 2, voters: [UInt64] = []) {
        let state = voters.flatMap { field(1, $0) }
        record(5, field(1, index) + field(2, term) + (voters.isEmpty ? [] : field(3, state)))
        lastIndex = max(lastIndex, index)
    }

    /// The change that adds a voter, or does something else to it.
    package mutating func change(_ index: UInt64, term: UInt64 = 2, _ member: UInt64, kind: UInt64 = 0) {
        entry(index, term: term, kind: 1, field(1, 1) + field(2, kind) + field(3, member))
    }
}

/// Messages as etcd proposes them.
package enum Request {
    package static func put(_ key: String, _ value: String, lease: UInt64 = 0) -> [UInt8] {
        request(4, putBody(key, value, lease: lease))
    }

    package static func putBody(_ key: String, _ value: String, lease: UInt64 = 0) -> [UInt8] {
        field(1, Array(key.utf8)) + field(2, Array(value.utf8)) + (lease == 0 ? [] : field(3, lease))
    }

    package static func delete(_ key: String, to end: String? = nil) -> [UInt8] {
        request(5, field(1, Array(key.utf8)) + (end.map { field(2, Array($0.utf8)) } ?? []))
    }

    /// Any request, with the header that every one has.
    package static func request(_ number: Int, _ body: [UInt8]) -> [UInt8] {
        field(number, body) + field(100, field(1, 77))
    }

    /// How a member announces itself up to etcd 3.5: an `etcdserverpb.Request`.
    package static let announcement: [UInt8] =
        field(1, 5) + field(2, Array("PUT".utf8)) + field(3, Array("/0/members/7/attributes".utf8))
        + field(4, Array(#"{"name":"default"}"#.utf8)) + field(5, 0) + field(6, []) + field(7, 0) + field(9, 0)
        + field(10, 0) + field(11, 0) + field(12, 0) + field(13, 0) + field(14, 0) + field(15, 0) + field(16, 0)
}

package func field(_ number: Int, _ value: UInt64) -> [UInt8] { varint(number << 3) + varint(value) }

package func field(_ number: Int, _ bytes: [UInt8]) -> [UInt8] { varint(number << 3 | 2) + varint(bytes.count) + bytes }

extension BoltBuilder {
    /// A database that holds `records` and the entries of a log up to `index`.
    package static func database(
        _ records: [Element], index: UInt64, term: UInt64 = 0, voters: [String] = ["7"],
        settings: [String: [UInt8]] = [:], buckets: [String: [Element]] = [:]
    ) -> [UInt8] {
        var meta = settings
        if index > 0 { meta["consistent_index"] = big(index) }
        if term > 0 { meta["term"] = big(term) }
        var all = buckets
        all["meta"] = elements(meta)
        all["members"] = elements(Dictionary(uniqueKeysWithValues: voters.map { ($0, Array("{}".utf8)) }))
        var builder = BoltBuilder()
        builder.leaf(3, records)
        builder.leaf(
            2,
            (all.map { Element.bucket($0.key, inline: $0.value) } + [.bucket("key", root: 3)])
                .sorted { $0.key.lexicographicallyPrecedes($1.key) })
        return builder.file
    }

    private static func elements(_ entries: [String: [UInt8]]) -> [Element] {
        entries.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            .map { Element(key: Array($0.key.utf8), value: $0.value) }
    }
}
