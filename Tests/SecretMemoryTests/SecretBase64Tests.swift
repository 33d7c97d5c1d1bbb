import Foundation
import SecretMemory
import TestSupport
import Testing

/// Base64 as Go's `base64.StdEncoding` has it, which is how kube-apiserver reads keys.
struct SecretBase64Tests {
    private static func decode(_ text: String) throws -> [UInt8] {
        try outcome(Array(text.utf8)).get()
    }

    private static func outcome(_ text: [UInt8]) -> Result<[UInt8], Base64Error> {
        do {
            return .success(SecretKey(try SecretBase64.decode(text.span.rawBytes)).span.copiedToArray())
        } catch {
            return .failure(error)
        }
    }

    private static func encode(_ bytes: [UInt8]) -> String {
        String(decoding: SecretBase64.encode(bytes.span.rawBytes).bytes.copiedToArray(), as: UTF8.self)
    }

    /// RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func encodesAndDecodes(_ plain: String, _ text: String) throws {
        #expect(Self.encode(Array(plain.utf8)) == text)
        #expect(try Self.decode(text) == Array(plain.utf8))
    }

    @Test(arguments: [
        // Line breaks count for nothing, wherever they stand.
        ("\n", ""), ("\r\n\r\n", ""), ("Z\ng=\r=\n", "f"), ("\nZg==", "f"), ("Zg\r\n==\r\n", "f"), ("Zg=\n=", "f"),
        ("Zm8\n=", "fo"), ("Z\rm\n9\rv", "foo"), ("Zm9v\n\n\nYmFy\n", "foobar"),
        // Nor do the bits that are left over.
        ("Zh==", "f"), ("Zv==", "f"), ("Zm9=", "fo"),
        // Every digit of the alphabet.
        ("+/+/", "\u{fffd}"),
    ])
    func passesOver(_ text: String, _ plain: String) throws {
        #expect(String(decoding: try Self.decode(text), as: UTF8.self).hasPrefix(plain))
        #expect(try plain == "\u{fffd}" || Self.decode(text).count == plain.utf8.count)
    }

    @Test(arguments: [
        // Too few digits: where the incomplete group of four begins, line breaks not counted.
        ("Z", 0), ("Zm", 0), ("Zm9", 0), ("Zm9vY", 4), ("Zm9vYm", 4), ("Zm9vYmF", 4), ("Zm9v\nYm", 5), ("Z\nm", 1),
        // Padding too early.
        ("=", 0), ("====", 0), ("Z=", 1), ("Z===", 1), ("Zm9v=", 4), ("Zm9vY=", 5), ("Z\n=", 2),
        // One sign of padding where two must be.
        ("Zg=", 3), ("Zg=\n", 4), ("Zg=A", 2), ("Zg=\nA", 3), ("Zg= =", 2), ("Zm9vYg=", 7),
        // Something after the padding.
        ("Zg==A", 4), ("Zg===", 4), ("Zm8==", 4), ("Zm8=Zm8=", 4), ("Zg==\n\nA", 6), ("Zm8=\r ", 5),
        // What is no digit.
        ("!", 0), (" Zg==", 0), ("Zg==  ", 4), ("Zm9v-A==", 4), ("Zm9v_A==", 4), ("Zm9\u{0}", 3), ("Zm9\u{e9}", 3),
        ("Zm9v\tYmFy", 4), ("Z\n!", 2), ("Zm9vYmF\"", 7),
    ])
    func refuses(_ text: String, offset: Int) {
        #expect(Self.outcome(Array(text.utf8)) == .failure(.illegalData(offset: offset)))
    }

    @Test(arguments: 0...200) func roundTrips(count: Int) throws {
        var random = SeededGenerator(seed: UInt64(count))
        for _ in 0..<10 {
            let bytes = random.bytes(count)
            let text = Self.encode(bytes)
            #expect(text == Data(bytes).base64EncodedString())
            #expect(try Self.decode(text) == bytes)
        }
    }

    /// Line breaks put anywhere into a text change nothing.
    @Test(arguments: 0..<64 as Range<UInt64>) func lineBreaksAnywhere(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let bytes = random.bytes(Int.random(in: 0...100, using: &random))
        var text = Array(Self.encode(bytes))
        for _ in 0..<Int.random(in: 1...8, using: &random) {
            let breaks: [Character] = ["\n", "\r", "\r\n"]
            text.insert(
                breaks[Int.random(in: 0..<3, using: &random)], at: Int.random(in: 0...text.count, using: &random))
        }
        #expect(try Self.decode(String(text)) == bytes)
    }

    /// One byte that is not of the alphabet is found where it stands.
    @Test(arguments: 0..<64 as Range<UInt64>) func foreignBytesAreFound(seed: UInt64) throws {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n".utf8)
        var random = SeededGenerator(seed: seed)
        let text = Array(Self.encode(random.bytes(3 * Int.random(in: 1...20, using: &random))).utf8)
        let offset = Int.random(in: 0..<text.count, using: &random)
        for byte in UInt8.min ... .max where !alphabet.contains(byte) {
            var damaged = text
            damaged[offset] = byte
            #expect(Self.outcome(damaged) == .failure(.illegalData(offset: offset)))
        }
    }

    @Test(arguments: 0..<64 as Range<UInt64>) func arbitraryBytesNeverTrap(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let signs = Array("AZaz09+/==\n\r!".utf8)
        for _ in 0..<200 {
            let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                signs[Int.random(in: 0..<signs.count, using: &random)]
            }
            switch Self.outcome(text) {
            case .success(let plain):
                let digits = text.filter { $0 != 10 && $0 != 13 }
                #expect(digits.count % 4 == 0)
                #expect(plain.count == digits.count / 4 * 3 - digits.filter { $0 == UInt8(ascii: "=") }.count)
            case .failure(.illegalData(let offset)): #expect((0...text.count).contains(offset))
            }
        }
    }
}
