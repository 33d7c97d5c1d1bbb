import JSONText
import SecretMemory
import Testing

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
