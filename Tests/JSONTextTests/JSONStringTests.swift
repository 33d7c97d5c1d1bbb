import SecretMemory
import Testing

@testable import JSONText

struct JSONStringTests {
    @Test(arguments: [
        (#""""#, ""),
        (#""a\"\\\/\b\f\n\r\t""#, "a\"\\/\u{08}\u{0c}\n\r\t"),
        (#""\u00e9\u20AC\u0000""#, "é€\u{0}"),
        (#""\ud83d\ude00""#, "😀"),
        ("\"é€😀\u{7f}\"", "é€😀\u{7f}"),
        // Surrogates without their partner.
        (#""\ud83d""#, "\u{fffd}"),
        (#""\ude00""#, "\u{fffd}"),
        (#""\ud83dx""#, "\u{fffd}x"),
        (#""\ud83d\n""#, "\u{fffd}\n"),
        (#""\ud83d\u0041""#, "\u{fffd}A"),
        (#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
        (#""\ude00\ud83d""#, "\u{fffd}\u{fffd}"),
    ])
    func decodes(source: String, expected: String) throws {
        let text = Text(source)
        let tree = try text.parse()
        #expect(text.string(tree.root, in: tree) == expected)
        #expect(text.string(tree.root, in: tree, equals: expected))
        #expect(!text.string(tree.root, in: tree, equals: expected + "x"))
        #expect(
            !text.string(tree.root, in: tree, equals: String(expected.unicodeScalars.dropLast()))
                || expected.isEmpty)
    }

    /// Strings are gone through eight bytes at a time: each byte is what it is, wherever in them it stands.
    @Test(arguments: 0..<20)
    func seesEachByteAtEachPlace(offset: Int) {
        let plain: [UInt8] = [0x20, 0x21, 0x23, 0x5b, 0x5d, 0x61, 0x7f, 0x80, 0x9c, 0xa2, 0xdc, 0xff]
        for byte in UInt8.min...UInt8.max {
            for rest in [0, 1, 7, 8, 9] {
                let before = (0..<offset).map { plain[$0 % plain.count] }
                let content = before + [byte] + (0..<rest).map { plain[($0 + 5) % plain.count] }
                let text = Text([UInt8(ascii: "\"")] + content + [UInt8(ascii: "\"")])
                let expected: JSONError? =
                    switch byte {
                    case ..<0x20: JSONError(offset: offset + 1, reason: .unexpected(byte, .string))
                    // What follows it stands behind the value, or is no escape.
                    case UInt8(ascii: "\""):
                        JSONError(
                            offset: offset + 2,
                            reason: .unexpected(text.array[offset + 2], .afterTopLevelValue))
                    case UInt8(ascii: "\\") where rest == 0: JSONError(offset: offset + 3, reason: .unexpectedEnd)
                    case UInt8(ascii: "\\"):
                        JSONError(offset: offset + 2, reason: .unexpected(content[offset + 1], .escape))
                    default: nil
                    }
                #expect(Self.error(text) == expected, "\(byte) at \(offset), before \(rest)")
                let open = Text([UInt8(ascii: "\"")] + before)
                #expect(Self.error(open) == JSONError(offset: offset + 1, reason: .unexpectedEnd))
            }
        }
    }

    private static func error(_ text: Text) -> JSONError? {
        do throws(JSONError) {
            _ = try text.parse()
            return nil
        } catch {
            return error
        }
    }

    /// Go's `utf8.DecodeRune` passes over one byte of what is invalid, so each becomes a U+FFFD of its own.
    @Test(
        arguments: [
            ([0x80], 1), ([0xff, 0xfe], 2), ([0xc0, 0x80], 2), ([0xe0, 0x80, 0x80], 3), ([0xed, 0xa0, 0x80], 3),
            ([0xf4, 0x90, 0x80, 0x80], 4), ([0xe2, 0x82], 2), ([0xf0, 0x9f, 0x98], 3),
        ] as [([UInt8], Int)])
    func replacesEachInvalidByte(bytes: [UInt8], replacements: Int) throws {
        let text = Text([UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")])
        let tree = try text.parse()
        #expect(text.string(tree.root, in: tree) == String(repeating: "\u{fffd}", count: replacements))
    }
}
