import EnvelopeCrypto
import SecretMemory
import TestSupport
import Testing

struct DigestTests {
    /// FIPS 180-2, appendix B, and the digest of nothing.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func sha256(_ text: String, digest: String) throws {
        let bytes = Array(text.utf8)
        #expect(try Digest.sha256(bytes.span.rawBytes) == hex(digest))
    }

    /// FIPS 180-2, appendix B.3, and that a stream begins anew after each digest.
    @Test func sha256OfAMillionLetters() throws {
        let stream = try SHA256Stream.make()
        let thousand = [UInt8](repeating: UInt8(ascii: "a"), count: 1000)
        for _ in 0..<2 {
            for _ in 0..<1000 { try stream.update(thousand.span.rawBytes) }
            let digest = try stream.finish()
            #expect(digest == hex("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"))
        }
        let digest = try stream.finish()
        #expect(digest == hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"))
    }

    /// However the bytes are cut into pieces, the digest is that of the whole.
    @Test(arguments: 0..<50 as Range<UInt64>)
    func sha256OfPieces(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let bytes = random.bytes(Int.random(in: 0...500, using: &random))
        let stream = try SHA256Stream.make()
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(Int.random(in: 0...100, using: &random)))
            try stream.update(piece.span.rawBytes)
            rest = rest.dropFirst(piece.count)
        }
        let digest = try stream.finish()
        #expect(try digest == Digest.sha256(bytes.span.rawBytes))
    }

    /// RFC 4231, test cases 1, 2 and 6.
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0b, count: 20), "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ])
    func hmac(key: [UInt8], message: String, code: String) throws {
        let bytes = Array(message.utf8)
        #expect(try Digest.hmacSHA256(key: key.span.rawBytes, message: bytes.span.rawBytes) == hex(code))
    }

    /// Computed with the `hmac` module of Python.
    @Test(arguments: [
        ([UInt8](0..<32), "989b64d557962869"), ([UInt8](repeating: 0x41, count: 32), "3fb7947647ea346b"),
        ([UInt8](repeating: 0x41, count: 24), "658f638cd4f4dfcc"),
        // Padded with zeros, these would be one key to HMAC.
        ([UInt8](repeating: 0, count: 16), "66e3313088c29d77"), ([UInt8](repeating: 0, count: 24), "a624a7ba59e00d21"),
        ([UInt8](repeating: 0, count: 32), "913bbca4882178fd"),
    ])
    func fingerprint(key: [UInt8], expected: String) throws {
        #expect(try Digest.keyFingerprint(key.span.rawBytes) == expected)
    }

    @Test func hexadecimalDigits() {
        #expect(Digest.hexadecimal([0x00, 0x0f, 0xa5, 0xff]) == "000fa5ff")
        #expect(Digest.hexadecimal([]) == "")
    }

    @Test(arguments: [0, 1, 12, 16, 24, 32, 1000]) func randomBytesHaveTheLength(count: Int) throws {
        let bytes = try RandomBytes.make(count)
        #expect(bytes.count == count)
    }

    @Test func randomBytesDiffer() throws {
        var seen: Set<[UInt8]> = []
        for _ in 0..<10_000 { seen.insert(SecretKey(try RandomBytes.make(16)).span.copiedToArray()) }
        #expect(seen.count == 10_000)
        // Each of the 128 bits is 1 about every second time: 5,000, give or take ten standard deviations.
        for bit in 0..<128 {
            let ones = seen.count { $0[bit / 8] >> (bit % 8) & 1 == 1 }
            #expect((4500...5500).contains(ones))
        }
    }
}
