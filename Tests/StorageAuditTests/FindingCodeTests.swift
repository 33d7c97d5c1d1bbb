import StorageAudit
import TestSupport
import Testing

struct FindingCodeTests {
    /// The words say exactly the codes, whichever they are, and name what has a name.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func wordsSayTheCodes(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let codes = Set(FindingCode.allCases.filter { _ in Int.random(in: 0..<4, using: &random) > 0 })
        let words = FindingCode.words(for: codes)
        let said = words.flatMap { FindingCode.names[$0] ?? Set([FindingCode(rawValue: $0)].compactMap(\.self)) }
        #expect(Set(said) == codes)
        #expect(words.count == Set(words).count)
    }

    @Test func theDefaultIsSaidInNames() {
        #expect(
            FindingCode.words(for: Set(FindingCode.allCases.filter(\.countsByDefault)))
                == [
                    "digest", "keyInClear", "moved", "nonce", "notObject", "padding", "plaintext", "policy",
                    "unreadable",
                ])
    }
}
