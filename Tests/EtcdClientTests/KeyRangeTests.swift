import EtcdClient
import PatientTesting
import Testing

@Suite(.patient) struct KeyRangeTests {
    /// As etcdctl's `--prefix` has it.
    @Test(
        arguments: [
            ([], [0], nil), ([0], [0], [1]), (Array("/a".utf8), Array("/a".utf8), Array("/b".utf8)),
            ([1, 0xff], [1, 0xff], [2]), ([0xff, 0xff], [0xff, 0xff], nil),
            ([1, 0xfe, 0xff], [1, 0xfe, 0xff], [1, 0xff]),
        ] as [([UInt8], [UInt8], [UInt8]?)])
    func prefixes(_ prefix: [UInt8], start: [UInt8], end: [UInt8]?) {
        #expect(KeyRange(prefix: prefix) == KeyRange(from: start, before: end))
        #expect(KeyRange(prefix: prefix).start == start && KeyRange(prefix: prefix).end == end)
    }

    @Test func holdsOneKey() {
        #expect(KeyRange(key: [7]) == KeyRange(from: [7], before: [7, 0]))
        #expect(KeyRange.everything == KeyRange(prefix: []))
    }
}
