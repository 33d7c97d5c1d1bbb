import EnvelopeCrypto
import SecretMemory
import TestSupport
import Testing

/// What is sealed has the documented layout, and opens again.
struct SealingTests {
    /// A shorter value ends within the first block, at its border, just behind it.
    private static let smallCounts = Array(0...50)

    @Test(arguments: TestCipher.all) func smallValuesRoundTrip(_ cipher: TestCipher) throws {
        var random = SeededGenerator(seed: 1)
        let keyed = try cipher.keyed(random.bytes(cipher.keyByteCount))
        for count in Self.smallCounts {
            let plaintext = random.bytes(count)
            let sealed = try keyed.seal(plaintext)
            #expect(sealed.count == cipher.sealedByteCount(count))
            #expect(keyed.open(sealed) == .success(plaintext))
        }
    }

    @Test(arguments: TestCipher.all, 0..<6 as Range<UInt64>)
    func valuesRoundTrip(_ cipher: TestCipher, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let limit = 1 << 20 + 1 << 19
        // Each magnitude is as likely as any other; the largest value that etcd takes by default is always there.
        let count = seed == 0 ? limit : min(limit, 1 << Int.random(in: 5...20, using: &random) + Int(seed))
        let key = random.bytes(cipher.keyByteCount)
        let plaintext = random.manyBytes(count)
        let sealed = try cipher.keyed(key).seal(plaintext)
        #expect(sealed.count == cipher.sealedByteCount(count))
        #expect(try cipher.keyed(key).open(sealed) == .success(plaintext))
    }

    /// One cipher is used for many values, opening and sealing in turn, and a failure in between disturbs nothing.
    @Test(arguments: TestCipher.all) func oneCipherServesManyValues(_ cipher: TestCipher) throws {
        var random = SeededGenerator(seed: 2)
        let keyed = try cipher.keyed(random.bytes(cipher.keyByteCount))
        var sealed: [(plaintext: [UInt8], message: [UInt8])] = []
        for _ in 0..<200 {
            let plaintext = random.bytes(Int.random(in: 0...100, using: &random))
            sealed.append((plaintext, try keyed.seal(plaintext)))
            let known = sealed[Int.random(in: 0..<sealed.count, using: &random)]
            #expect(keyed.open(known.message) == .success(known.plaintext))
            #expect(keyed.open(Array(known.message.dropLast(1))) != .success(known.plaintext))
        }
    }

    @Test(arguments: TestCipher.all) func noVectorRepeats(_ cipher: TestCipher) throws {
        let keyed = try cipher.keyed([UInt8](repeating: 0x41, count: cipher.keyByteCount))
        let plaintext = Array("k8s".utf8)
        var vectors: Set<[UInt8]> = []
        var messages: Set<[UInt8]> = []
        for _ in 0..<10_000 {
            let sealed = try keyed.seal(plaintext)
            vectors.insert(Array(sealed.prefix(cipher.vectorByteCount)))
            messages.insert(Array(sealed.dropFirst(cipher.vectorByteCount)))
        }
        #expect(vectors.count == 10_000)
        #expect(messages.count == 10_000)
        // Every byte of the vector varies.
        for offset in 0..<cipher.vectorByteCount { #expect(Set(vectors.map { $0[offset] }).count > 200) }
    }

    /// Info and nonce of a derived key are drawn apart from one another.
    @Test func infoAndNonceAreFresh() throws {
        let cipher = TestCipher(kind: .extendedNonce, keyByteCount: 32, vectorByteCount: 44)
        let keyed = try cipher.keyed([UInt8](repeating: 0x41, count: 32))
        let sealed = try (0..<1000).map { _ in try keyed.seal([]) }
        #expect(Set(sealed.map { Array($0[..<32]) }).count == 1000)
        #expect(Set(sealed.map { Array($0[32..<44]) }).count == 1000)
    }

    /// The padding is 1 to 16 bytes long, and each of them says how long.
    @Test(arguments: 0...48) func cbcIsPadded(count: Int) throws {
        let key = [UInt8](0..<32)
        let plaintext = [UInt8](repeating: 0xaa, count: count)
        let cipher = TestCipher(kind: .aescbc, keyByteCount: 32, vectorByteCount: 16)
        let sealed = try cipher.keyed(key).seal(plaintext)
        let padded = try RawCBC.open(Array(sealed.dropFirst(16)), vector: Array(sealed.prefix(16)), key: key)
        let padding = 16 - count % 16
        #expect(padded == plaintext + [UInt8](repeating: UInt8(padding), count: padding))
    }

    @Test(arguments: TestCipher.all) func anotherKeyOpensNothing(_ cipher: TestCipher) throws {
        var random = SeededGenerator(seed: 3)
        let key = random.bytes(cipher.keyByteCount)
        let sealed = try cipher.keyed(key).seal(Array("k8s".utf8))
        for bit in stride(from: 0, to: key.count * 8, by: 5) {
            var other = key
            other[bit / 8] ^= 1 << (bit % 8)
            #expect(try cipher.keyed(other).open(sealed) != .success(Array("k8s".utf8)))
        }
    }

    /// AES-GCM is tied to the etcd key, every bit of it; AES-CBC and secretbox are not.
    @Test(arguments: TestCipher.all) func theEtcdKeyMatters(_ cipher: TestCipher) throws {
        let keyed = try cipher.keyed([UInt8](repeating: 0x41, count: cipher.keyByteCount))
        let plaintext = Array("k8s\0hello".utf8)
        let sealed = try keyed.seal(plaintext)
        for other in ["/registry/secrets/default/fop", "/registry/secrets/default/fo", defaultContext + "/", "x"] {
            let outcome = keyed.open(sealed, context: other)
            switch cipher.kind {
            case .aescbc, .secretbox: #expect(outcome == .success(plaintext))
            case .aesgcm, .extendedNonce: #expect(outcome == .failure(.authenticationFailed))
            }
        }
    }

    /// kube-apiserver panics where a derived key has nothing to authenticate; for AES-GCM it is no matter.
    @Test func anEmptyEtcdKey() throws {
        let key = [UInt8](repeating: 0x41, count: 32)
        let plaintext = Array("k8s".utf8)
        let extended = TestCipher(kind: .extendedNonce, keyByteCount: 32, vectorByteCount: 44)
        let sealed = try extended.keyed(key).seal(plaintext)
        #expect(try extended.keyed(key).open(sealed, context: "") == .failure(.noContext))
        #expect(throws: CipherError.noContext) { try extended.keyed(key).seal(plaintext, context: "") }
        let gcm = TestCipher(kind: .aesgcm, keyByteCount: 32, vectorByteCount: 12)
        let unbound = try gcm.keyed(key).seal(plaintext, context: "")
        #expect(try gcm.keyed(key).open(unbound, context: "") == .success(plaintext))
        #expect(try gcm.keyed(key).open(unbound) == .failure(.authenticationFailed))
    }

    @Test(arguments: 0...70) func keyLengths(count: Int) {
        let key = [UInt8](repeating: 7, count: count)
        func error(_ kind: TestCipher.Kind) -> CipherError? {
            do {
                _ = try TestCipher(kind: kind, keyByteCount: count, vectorByteCount: 0).keyed(key)
                return nil
            } catch {
                return error as? CipherError
            }
        }
        let aes: CipherError? = [16, 24, 32].contains(count) ? nil : .keyLength(count, allowed: [16, 24, 32])
        #expect(error(.aescbc) == aes)
        #expect(error(.aesgcm) == aes)
        #expect(error(.secretbox) == (count == 32 ? nil : .keyLength(count, allowed: [32])))
        #expect(error(.extendedNonce) == (count >= 32 ? nil : .seedLength(count)))
        #expect(aes.map { $0.apiserverText == "crypto/aes: invalid key size \(count)" } ?? true)
    }
}
