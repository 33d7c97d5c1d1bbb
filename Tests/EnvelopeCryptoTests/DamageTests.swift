import EnvelopeCrypto
import SecretMemory
import TestSupport
import Testing

/// What happens to messages that are cut short, altered or made up.
struct DamageTests {
    private static let plaintext = Array("k8s\0 and some more bytes than three blocks have".utf8)

    /// What must come of a message that is not the one that was sealed.
    private static func expected(
        _ message: [UInt8], cipher: TestCipher, key: [UInt8]
    ) throws -> Result<[UInt8], CipherError> {
        switch cipher.kind {
        case .aescbc: try PaddingRule.open(message, key: key)
        case .aesgcm, .extendedNonce:
            .failure(message.count < cipher.vectorByteCount ? .messageTooShort(message.count) : .authenticationFailed)
        case .secretbox: .failure(message.count < 40 ? .messageTooShort(message.count) : .secretboxRefused)
        }
    }

    @Test(arguments: TestCipher.all) func everyTruncation(_ cipher: TestCipher) throws {
        let key = [UInt8](repeating: 0x41, count: cipher.keyByteCount)
        let keyed = try cipher.keyed(key)
        let sealed = try keyed.seal(Self.plaintext)
        for count in 0..<sealed.count {
            let front = Array(sealed[..<count])
            #expect(try keyed.open(front) == Self.expected(front, cipher: cipher, key: key))
            let back = Array(sealed[(sealed.count - count)...])
            #expect(try keyed.open(back) == Self.expected(back, cipher: cipher, key: key))
        }
        #expect(keyed.open(sealed) == .success(Self.plaintext))
    }

    @Test(arguments: TestCipher.all) func everyBitFlip(_ cipher: TestCipher) throws {
        let key = [UInt8](repeating: 0x41, count: cipher.keyByteCount)
        let keyed = try cipher.keyed(key)
        let sealed = try keyed.seal(Self.plaintext)
        for bit in 0..<sealed.count * 8 {
            var flipped = sealed
            flipped[bit / 8] ^= 1 << (bit % 8)
            let outcome = keyed.open(flipped)
            #expect(try outcome == Self.expected(flipped, cipher: cipher, key: key))
            #expect(outcome != .success(Self.plaintext))
        }
    }

    @Test(arguments: TestCipher.all) func everyByteMore(_ cipher: TestCipher) throws {
        let key = [UInt8](repeating: 0x41, count: cipher.keyByteCount)
        let keyed = try cipher.keyed(key)
        let sealed = try keyed.seal(Self.plaintext)
        for byte in UInt8.min ... .max {
            let longer = sealed + [byte]
            #expect(try keyed.open(longer) == Self.expected(longer, cipher: cipher, key: key))
        }
    }

    @Test(arguments: TestCipher.all, 0..<8 as Range<UInt64>)
    func arbitraryBytesNeverTrap(_ cipher: TestCipher, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let key = random.bytes(cipher.keyByteCount)
        let keyed = try cipher.keyed(key)
        for _ in 0..<100 {
            let message = random.bytes(Int.random(in: 0...100, using: &random))
            #expect(try keyed.open(message) == Self.expected(message, cipher: cipher, key: key))
        }
    }
}

/// The rule for AES-CBC messages, written down once more as plainly as can be.
enum PaddingRule {
    static func open(_ message: [UInt8], key: [UInt8]) throws -> Result<[UInt8], CipherError> {
        if message.count < 16 { return .failure(.messageTooShort(message.count)) }
        if message.count % 16 != 0 { return .failure(.partialBlock) }
        if message.count == 16 { return .failure(.noBlocks) }
        return unpad(try RawCBC.open(Array(message[16...]), vector: Array(message[..<16]), key: key))
    }

    static func unpad(_ padded: [UInt8]) -> Result<[UInt8], CipherError> {
        let count = Int(padded.last ?? 0)
        if count == 0 || count > padded.count { return .failure(.notPadded) }
        if Set(padded.suffix(count)).count != 1 { return .failure(.inconsistentPadding) }
        return .success(Array(padded.dropLast(count)))
    }
}

struct PaddingTests {
    private static let key = [UInt8](0..<32)
    private static let cipher = TestCipher(kind: .aescbc, keyByteCount: 32, vectorByteCount: 16)

    /// Opens a message whose blocks decrypt to these.
    private static func open(_ padded: [UInt8]) throws -> Result<[UInt8], CipherError> {
        let vector = [UInt8](repeating: 0x55, count: 16)
        return try cipher.keyed(key).open(vector + RawCBC.seal(padded, vector: vector, key: key))
    }

    private static func of(_ byte: UInt8, _ count: Int) -> [UInt8] { [UInt8](repeating: byte, count: count) }

    @Test(
        arguments: [
            (of(16, 16), .success([])),
            (of(0xaa, 15) + [1], .success(of(0xaa, 15))),
            (of(0xaa, 16) + of(16, 16), .success(of(0xaa, 16))),
            // More than a block of padding is taken, as long as there are so many bytes.
            (of(0x11, 32), .success(of(0x11, 15))),
            (of(0xaa, 31) + of(17, 17), .success(of(0xaa, 31))),
            (of(32, 32), .success([])),
            (of(255, 256), .success([255])),
            (of(0xaa, 1) + of(255, 255), .success([0xaa])),
            (of(240, 240), .success([])),
            // None is not.
            (of(0, 16), .failure(.notPadded)),
            (of(1, 15) + [0], .failure(.notPadded)),
            (of(16, 31) + [0], .failure(.notPadded)),
            // Nor is more than there is.
            (of(17, 16), .failure(.notPadded)),
            (of(33, 32), .failure(.notPadded)),
            (of(255, 240), .failure(.notPadded)),
            // Every byte of the padding counts.
            (of(0xaa, 14) + [1, 2], .failure(.inconsistentPadding)),
            ([0] + of(16, 15), .failure(.inconsistentPadding)),
            (of(0xaa, 16) + [15] + of(16, 15), .failure(.inconsistentPadding)),
            (of(0xaa, 15) + [0] + of(17, 16), .failure(.inconsistentPadding)),
        ] as [([UInt8], Result<[UInt8], CipherError>)])
    func edges(_ padded: [UInt8], expected: Result<[UInt8], CipherError>) throws {
        #expect(try Self.open(padded) == expected)
        #expect(PaddingRule.unpad(padded) == expected)
    }

    @Test(arguments: 0..<32 as Range<UInt64>) func agreesWithTheRule(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            var padded = random.bytes(16 * Int.random(in: 1...20, using: &random))
            let padding = UInt8.random(in: 0...(Bool.random(using: &random) ? 16 : .max), using: &random)
            let count = min(Int(padding) + Int.random(in: -1...1, using: &random), padded.count)
            for offset in padded.indices.suffix(max(count, 1)) { padded[offset] = padding }
            #expect(try Self.open(padded) == PaddingRule.unpad(padded))
        }
    }

    @Test(
        arguments: [
            (0, .messageTooShort(0)), (15, .messageTooShort(15)), (16, .noBlocks), (17, .partialBlock),
            (31, .partialBlock),
            (33, .partialBlock),
        ] as [(Int, CipherError)])
    func lengths(count: Int, expected: CipherError) throws {
        let outcome = try Self.cipher.keyed(Self.key).open([UInt8](repeating: 0, count: count))
        #expect(outcome == .failure(expected))
    }
}
