@testable import EnvelopeCrypto
import SecretMemory
import TestSupport
import Testing

struct KMSv1EnvelopeTests {
    private static let dek = [UInt8](repeating: 0x41, count: 32)
    private static let plaintext = Array("k8s\0hello, old plugin".utf8)

    private static func envelope(_ encryptedDEK: [UInt8], _ body: [UInt8]) -> [UInt8] {
        [UInt8(encryptedDEK.count >> 8), UInt8(encryptedDEK.count & 255)] + encryptedDEK + body
    }

    private static func parse(_ value: [UInt8]) -> Result<[UInt8], KMSEnvelopeError> {
        do {
            return .success(try KMSv1Envelope(parsing: value.span.rawBytes).encryptedDEK)
        } catch {
            return .failure(error)
        }
    }

    @Test(
        arguments: [
            ([], nil), ([0], nil), ([1, 0], nil), ([0, 1], nil), ([0, 2, 7], nil), ([0xff, 0xff, 7], nil),
            ([0, 0], []), ([0, 1, 7], [7]), ([0, 1, 7, 8], [7]), ([0, 0, 7], []),
        ] as [([UInt8], [UInt8]?)])
    func layout(_ value: [UInt8], encryptedDEK: [UInt8]?) {
        #expect(Self.parse(value) == encryptedDEK.map { .success($0) } ?? .failure(.missingDEKLength))
    }

    /// The length is big-endian, up to its largest.
    @Test(arguments: [255, 256, 257, 4660, 65_535]) func longKeys(count: Int) {
        let encrypted = SeededKeys.bytes(count)
        #expect(Self.parse(Self.envelope(encrypted, [1, 2, 3])) == .success(encrypted))
        #expect(Self.parse(Self.envelope(encrypted, []).dropLast(1)) == .failure(.missingDEKLength))
    }

    @Test(arguments: [16, 24, 32], [0, 1, 20, 36]) func bothFormsOpen(keyByteCount: Int, encryptedByteCount: Int) throws
    {
        let dek = SeededKeys.bytes(keyByteCount)
        let encrypted = SeededKeys.bytes(encryptedByteCount)
        for (kind, isOld) in [(TestCipher.Kind.aesgcm, false), (.aescbc, true)] {
            let cipher = TestCipher(kind: kind, keyByteCount: keyByteCount, vectorByteCount: 0)
            let value = Self.envelope(encrypted, try cipher.keyed(dek).seal(Self.plaintext))
            let outcome = openKMSv1(value, dek: dek)
            #expect(outcome.plaintext == .success(Self.plaintext))
            #expect(outcome.isOldForm == isOld)
        }
    }

    /// What is said when neither form opens: both reasons, AES-GCM's first.
    @Test(
        arguments: [
            (0, [.messageTooShort(0), .messageTooShort(0)]),
            (11, [.messageTooShort(11), .messageTooShort(11)]),
            (12, [.authenticationFailed, .messageTooShort(12)]),
            (15, [.authenticationFailed, .messageTooShort(15)]),
            (16, [.authenticationFailed, .noBlocks]),
            (17, [.authenticationFailed, .partialBlock]),
            (31, [.authenticationFailed, .partialBlock]),
        ] as [(Int, [CipherError])])
    func neitherForm(bodyByteCount: Int, reasons: [CipherError]) {
        let value = Self.envelope([1, 2, 3], [UInt8](repeating: 0, count: bodyByteCount))
        #expect(openKMSv1(value, dek: Self.dek).plaintext == .failure(KMSOpeningError(reasons: reasons)))
    }

    @Test(arguments: [0, 1, 15, 17, 31, 33, 64]) func badDEKLengths(count: Int) {
        let value = WorkedVector.kmsv1
        let outcome = openKMSv1(value, dek: [UInt8](repeating: 1, count: count))
        #expect(
            outcome.plaintext
                == .failure(KMSOpeningError(reasons: [.keyLength(count, allowed: [16, 24, 32])])))
    }

    @Test func everyTruncation() {
        let value = WorkedVector.kmsv1
        for count in 0..<value.count {
            let front = Array(value[..<count])
            guard count >= 38 else {
                #expect(Self.parse(front) == .failure(.missingDEKLength))
                continue
            }
            let body = Array(front[38...])
            #expect(openKMSv1(front, dek: Self.dek).plaintext == Self.reference(body))
        }
    }

    /// With a plugin that answers the same whatever it is asked, damage in the encrypted DEK is not noticed.
    @Test func everyBitFlip() throws {
        let value = WorkedVector.kmsv1
        for bit in 0..<value.count * 8 {
            var flipped = value
            flipped[bit / 8] ^= 1 << (bit % 8)
            switch bit / 8 {
            case 2..<38: #expect(openKMSv1(flipped, dek: Self.dek).plaintext == .success(WorkedVector.plaintext))
            case 38...: #expect(openKMSv1(flipped, dek: Self.dek).plaintext == Self.reference(Array(flipped[38...])))
            default:
                let length = Int(flipped[0]) << 8 + Int(flipped[1])
                guard length <= flipped.count - 2 else {
                    #expect(Self.parse(flipped) == .failure(.missingDEKLength))
                    continue
                }
                let body = Array(flipped[(2 + length)...])
                #expect(openKMSv1(flipped, dek: Self.dek).plaintext == Self.reference(body))
            }
        }
    }

    @Test(arguments: 0..<32 as Range<UInt64>) func arbitraryBytesNeverTrap(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let value =
                [0, UInt8.random(in: 0...60, using: &random)] + random.bytes(Int.random(in: 0...90, using: &random))
            let length = Int(value[1])
            guard length <= value.count - 2 else {
                #expect(Self.parse(value) == .failure(.missingDEKLength))
                continue
            }
            #expect(openKMSv1(value, dek: Self.dek).plaintext == Self.reference(Array(value[(2 + length)...])))
        }
    }

    /// What must come of a body that was not sealed with AES-GCM.
    private static func reference(_ body: [UInt8]) -> Result<[UInt8], KMSOpeningError> {
        let first: CipherError = body.count < 12 ? .messageTooShort(body.count) : .authenticationFailed
        switch try? PaddingRule.open(body, key: dek) {
        case .success(let plaintext): return .success(plaintext)
        case .failure(let second): return .failure(KMSOpeningError(reasons: [first, second]))
        case nil: return .failure(KMSOpeningError(reasons: []))
        }
    }
}

/// Bytes that are the same each time.
enum SeededKeys {
    static func bytes(_ count: Int) -> [UInt8] {
        var random = SeededGenerator(seed: UInt64(count))
        return random.bytes(count)
    }
}
