import EtcdSnapshot
import TestSupport
import Testing

struct RemnantSearchTests {
    /// A free page with each kind of value, as a record, and text that only looks like one.
    @Test func findsEachKind() throws {
        var builder = BoltBuilder()
        builder.leaf(2, [.bucket("key", root: 3)])
        builder.leaf(3, [.record(9, "live", "k8s\0 is no remnant")])
        let values = [
            "k8s\0 in the clear", "k8s:enc:aescbc:v1:key1: not", "{\"kind\":{}}", "k8s: nothing", "k8",
            String(repeating: "k8s:enc:", count: 1000),
        ]
        builder.leaf(5, values.enumerated().map { .record(Int64($0 + 2), "gone-\($0)", $1) })
        builder.put(12, hex("2a03 d9d9f7 2a01 7b d9d9f7 7b 00") + Array("k8s:enc".utf8))
        let reading = try Reading(builder.file)
        #expect(reading.unreachable.map(\.pages) == [4..<13])
        #expect(reading.unreachable.map(\.bytes) == [4 * 4096..<13 * 4096])
        let announced = reading.remnants.filter { $0.length != nil }
        #expect(announced.map(\.kind) == [.protobuf, .encrypted, .json, .encrypted, .cbor, .json])
        #expect(announced.map(\.length) == [17, 27, 11, 8000, 3, 1])
        // What stands within a value is found too, but without a length.
        #expect(reading.remnants.count == announced.count + 999)
        #expect(reading.remnants.allSatisfy { $0.kind == .encrypted || $0.length != nil })
    }

    /// Beyond the last page in use, etcd writes nothing that it needs; a search goes on there to the end of the file.
    @Test func searchesBehindTheLastPage() throws {
        var builder = BoltBuilder()
        builder.leaf(2, [.bucket("key", inline: [])])
        let file = builder.file + [0x2a, 0x05] + Array("k8s\0!".utf8) + Array(repeating: 0, count: 4096 - 7)
        let reading = try Reading(file)
        #expect(reading.unreachable.map(\.pages) == [3..<4])
        #expect(reading.remnants.map(\.length) == [5])
    }
}
