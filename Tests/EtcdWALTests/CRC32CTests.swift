import TestSupport
import Testing

@testable import EtcdWAL

struct CRC32CTests {
    /// RFC 3720, appendix B.4.
    @Test func agreesWithTheStandard() {
        let ascending = Array(0..<32 as Range<UInt8>)
        for (bytes, expected) in [
            (Array(repeating: 0, count: 32), 0x8a91_36aa), (Array(repeating: 0xff, count: 32), 0x62a8_ab43),
            (ascending, 0x46dd_794e), (ascending.reversed(), 0x113f_db5c), (Array("123456789".utf8), 0xe306_9283),
        ] as [([UInt8], UInt32)] {
            var checksum = CRC32C()
            checksum.add(bytes.span.bytes)
            #expect(checksum.value == expected)
        }
    }

    /// However the bytes are cut, the checksum runs on.
    @Test func runsOn() {
        var random = SeededGenerator(seed: 1)
        let bytes = random.bytes(100)
        var whole = CRC32C()
        whole.add(bytes.span.bytes)
        for cut in 0...100 {
            var first = CRC32C()
            first.add(bytes.span.bytes.extracting(0..<cut))
            var second = CRC32C(first.value)
            second.add(bytes.span.bytes.extracting(cut..<100))
            #expect(second == whole)
        }
    }
}
