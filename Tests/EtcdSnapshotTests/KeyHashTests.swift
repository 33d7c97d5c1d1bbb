import Testing

@testable import EtcdSnapshot

struct KeyHashTests {
    /// The first values of SipHash-1-3 with the key 00, 01, … 0f over 00, 01, …: their lower halves stand in Linux,
    /// siphash_kunit.c, test_vectors_hsiphash for machines of 64 bits.
    @Test func agreesWithLinux() {
        let hash = KeyHash(seed: (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908))
        let bytes = Array(0..<64 as Range<UInt8>)
        let expected: [UInt32] = [
            0x050f_c4dc, 0x7d57_ca93, 0x4dc7_d44d, 0xe7dd_f7fb, 0x88d3_8328, 0x4953_3b67, 0xc59f_22a7, 0x9bb1_1140,
        ]
        for (length, expected) in expected.enumerated() {
            #expect(UInt32(truncatingIfNeeded: hash(0..<length, of: bytes.span.bytes)) == expected)
        }
    }

    /// Where the bytes stand does not count, all of them do, and each seed gives other hashes.
    @Test func countsTheBytesAlone() {
        let (hash, other) = (KeyHash(), KeyHash())
        let bytes = Array("/registry/secrets/a /registry/secrets/a".utf8)
        #expect(hash(0..<19, of: bytes.span.bytes) == hash(20..<39, of: bytes.span.bytes))
        #expect(hash(0..<19, of: bytes.span.bytes) != other(0..<19, of: bytes.span.bytes))
        #expect(hash(0..<18, of: bytes.span.bytes) != hash(0..<19, of: bytes.span.bytes))
    }
}
