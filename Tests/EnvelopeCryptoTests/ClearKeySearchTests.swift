import EnvelopeCrypto
import Foundation
import SecretMemory
import TestSupport
import Testing

struct ClearKeySearchTests {
    private func form(of key: [UInt8], in bytes: [UInt8]) -> ClearKeyForm? {
        ClearKeySearch(for: key.span.bytes).form(in: bytes.span.bytes)
    }

    private func form(of key: [UInt8], in text: String) -> ClearKeyForm? { form(of: key, in: Array(text.utf8)) }

    /// As `Data` writes it, with bytes before and after the key.
    private static func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

    /// Every length of a key, at every alignment, whatever surrounds it.
    @Test(arguments: [16, 24, 32, 33, 34, 48] as [Int], 0..<7)
    func findsEveryForm(count: Int, before: Int) {
        var random = SeededGenerator(seed: UInt64(count * 100 + before))
        for after in 0..<4 {
            let key = random.bytes(count)
            let around = random.bytes(before) + key + random.bytes(after)
            #expect(form(of: key, in: around) == .raw)
            let base64 = Self.base64(around)
            for text in [base64, "vault:v1:" + base64, base64 + ":\u{e9}"] {
                #expect(form(of: key, in: text) == .base64)
                let urlSafe = text.replacing("+", with: "-").replacing("/", with: "_")
                #expect(form(of: key, in: urlSafe) == .base64)
                #expect(form(of: key, in: urlSafe.replacing("=", with: "")) == .base64)
            }
            let hexadecimal = around.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            for text in [hexadecimal, hexadecimal.uppercased(), "0x" + hexadecimal, "x" + hexadecimal + "x"] {
                #expect(form(of: key, in: text) == .hexadecimal)
            }
        }
    }

    /// Base64 that is put behind other characters of base64 has another alignment in the text than in its own group.
    @Test(arguments: 0..<4)
    func findsBase64AnywhereInText(count: Int) {
        var random = SeededGenerator(seed: UInt64(count))
        let key = random.bytes(32)
        #expect(form(of: key, in: String(repeating: "Q", count: count) + Self.base64(key) + "QQ") == .base64)
    }

    /// Encoders break lines.
    @Test func passesOverWhiteSpace() {
        let key = Array(0..<32 as Range<UInt8>).map { $0 &* 37 &+ 11 }
        let base64 = Self.base64(key)
        #expect(form(of: key, in: base64.prefix(20) + "\r\n" + base64.dropFirst(20)) == .base64)
        let digits = key.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        #expect(form(of: key, in: digits.joined(separator: " ")) == .hexadecimal)
        #expect(form(of: key, in: digits.joined(separator: ".")) == nil)
        // Bytes are not text: white space between them is no gap.
        #expect(form(of: key, in: key[..<10] + [0x20] + key[10...]) == nil)
    }

    /// One other symbol, and it is not that key.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func findsNothingElse(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let key = random.bytes([16, 24, 32].randomElement(using: &random) ?? 32)
        var other = key
        // At its ends, up to five bits of a key are in characters of base64 that it shares with its neighbours.
        let place = Int.random(in: 1..<key.count - 1, using: &random)
        other[place] ^= 1 << UInt8.random(in: 2..<6, using: &random)
        let around = random.bytes(Int.random(in: 0..<5, using: &random)) + other
        #expect(form(of: key, in: around) == nil)
        #expect(form(of: key, in: Self.base64(around)) == nil)
        #expect(form(of: key, in: around.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()) == nil)
        #expect(form(of: key, in: Array(key.dropLast())) == nil)
        #expect(form(of: key, in: Self.base64(Array(key.dropLast(2)))) == nil)
        #expect(form(of: key, in: []) == nil)
    }

    /// Keys that repeat themselves, in text that almost has them over and over.
    @Test(arguments: 0..<400 as Range<UInt64>)
    func agreesWithTrying(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let key = (0..<Int.random(in: 1...6, using: &random)).map { _ in UInt8.random(in: 0...1, using: &random) }
        let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in UInt8.random(in: 0...1, using: &random) }
        let isThere = bytes.indices.contains { bytes[$0...].starts(with: key) }
        // Of so short a key no digit of base64 is certain, and no byte here is one.
        #expect((form(of: key, in: bytes) == .raw) == isThere)
    }

    @Test func anEmptyKeyIsNowhere() {
        #expect(form(of: [], in: "") == nil && form(of: [], in: "abc") == nil)
    }

    /// As much as a plugin can answer, and as bad as it can be made; the search must not be a search in a search.
    @Test func largeInput() {
        let key = [UInt8](repeating: 0, count: 32 << 10) + [1]
        let bytes = [UInt8](repeating: 0, count: 1 << 20)
        #expect(form(of: key, in: bytes) == nil)
        #expect(form(of: key, in: bytes + [1]) == .raw)
    }

    /// What was searched for is wiped.
    @Test func wipesTheKey() throws {
        let needle = MemoryNeedle(seed: 4711, count: 48)
        do {
            let search = ClearKeySearch(for: needle.bytes)
            #expect(search.form(in: needle.bytes) == .raw)
        }
        #expect(try needle.occurrences() == 0)
    }
}
