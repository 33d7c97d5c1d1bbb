import EnvelopeCrypto
import KeyRotation
import Reports
import SecretMemory
import Testing

/// A made name belongs to its bytes: keys that two nodes make in one second have two names.
struct NewKeyNameTests {
    private func key(_ byte: UInt8) -> SecretKey { SecretKey(SecretBytes((0..<32).map { $0 &* 37 ^ byte })) }

    @Test func theNameEndsWithTheFingerprint() throws {
        let name = try newKeyName(of: key(1), at: 1_785_326_400)
        let fingerprint = try Digest.keyFingerprint(key(1).span)
        #expect(name.text == "key-20260729t120000z-\(fingerprint.prefix(4))")
        #expect(KeyCreationDate(keyName: name) != nil)
    }

    @Test func oneSecondTwoKeysTwoNames() throws {
        let names = try (0..<64).map { try newKeyName(of: key($0), at: 1_785_326_400).text }
        // Four digits: two of 64 are equal about once in 30 runs, and these keys are always the same.
        #expect(Set(names).count == 64)
    }
}
