import EnvelopeCrypto
import SecretMemory
import TestSupport
import Testing

/// Vectors that others published. See testdata/vectors/published/README.md.
struct PublishedVectorTests {
    private static func blocks(_ name: String) throws -> [BlockFile.Block] {
        try BlockFile.read("vectors/published/\(name).txt")
    }

    @Test(arguments: try blocks("aes-cbc-sp800-38a") + blocks("aes-cbc-cavp"))
    func aescbc(_ vector: BlockFile.Block) throws {
        let (key, iv) = try (vector.bytes("key"), vector.bytes("iv"))
        let (ciphertext, plaintext) = try (vector.bytes("ciphertext"), vector.bytes("plaintext"))
        #expect(try vector.shouldSucceed)
        #expect(try RawCBC.open(ciphertext, vector: iv, key: key) == plaintext)
        #expect(try RawCBC.seal(plaintext, vector: iv, key: key) == ciphertext)
        // One more block, all padding, makes of it what kube-apiserver would store.
        let padding = [UInt8](repeating: 16, count: 16)
        let last = try RawCBC.seal(padding, vector: ciphertext.suffix(16), key: key)
        let cipher = TestCipher(kind: .aescbc, keyByteCount: key.count, vectorByteCount: 16)
        #expect(try cipher.keyed(key).open(iv + ciphertext + last) == .success(plaintext))
    }

    @Test(arguments: try blocks("aes-gcm-cavp")) func aesgcm(_ vector: BlockFile.Block) throws {
        let message = try vector.bytes("nonce") + vector.bytes("ciphertext") + vector.bytes("tag")
        let cipher = try AESGCM(key: SecretKey(vector.bytes("key")).bytes)
        let aad = try vector.bytes("aad")
        let outcome = openInto { output throws(CipherError) in
            try cipher.open(message.span.rawBytes, authenticating: aad.span.rawBytes, appendingTo: &output)
        }
        if try vector.shouldSucceed {
            #expect(try outcome == .success(vector.bytes("plaintext")))
        } else {
            #expect(outcome == .failure(.authenticationFailed))
        }
    }

    @Test(arguments: try blocks("secretbox-nacl")) func secretbox(_ vector: BlockFile.Block) throws {
        let cipher = TestCipher(kind: .secretbox, keyByteCount: 32, vectorByteCount: 24)
        let message = try vector.bytes("nonce") + vector.bytes("boxed")
        #expect(try vector.shouldSucceed)
        #expect(try cipher.keyed(vector.bytes("key")).open(message) == .success(vector.bytes("plaintext")))
    }

    @Test(arguments: try blocks("hkdf-sha256-rfc5869")) func hkdf(_ vector: BlockFile.Block) throws {
        let (seed, info) = try (vector.bytes("prk"), vector.bytes("info"))
        let expected = try vector.bytes("okm")
        #expect(try vector.shouldSucceed)
        let expand = try HKDFExpand()
        for count in [1, 32, expected.count] {
            let derived = try expand.derive(count, seed: seed.span.rawBytes, info: info.span.rawBytes)
            #expect(derived.bytes.copiedToArray() == Array(expected.prefix(count)))
        }
    }

    @Test(arguments: [
        ("aes-cbc-sp800-38a", 3), ("aes-cbc-cavp", 54), ("aes-gcm-cavp", 180), ("secretbox-nacl", 1),
        ("hkdf-sha256-rfc5869", 3),
    ])
    func allAreThere(_ name: String, count: Int) throws {
        #expect(try Self.blocks(name).count == count)
    }
}
