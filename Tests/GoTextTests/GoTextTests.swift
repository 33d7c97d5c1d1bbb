import GoText
import Testing

struct GoTextTests {
    @Test(arguments: [
        ("plain é", #""plain é""#), ("a\"b\\", #""a\"b\\""#), ("\u{7}\u{8}\u{c}\n\r\t\u{b}", #""\a\b\f\n\r\t\v""#),
        ("\u{0}\u{1b}\u{7f}", #""\x00\x1b\x7f""#), ("\u{80}\u{ad}\u{200b}\u{2028}", #""\u0080\u00ad\u200b\u2028""#),
        ("\u{a0}", #""\u00a0""#), ("\u{e0001}", #""\U000e0001""#),
    ])
    func quotes(_ text: String, _ expected: String) { #expect(goQuoted(text) == expected) }

    @Test func quotesBrokenUTF8() {
        #expect(goQuoted(utf8: [0x61, 0xff, 0xc3, 0xa9, 0xe2, 0x82]) == #""a\xffé\xe2\x82""#)
    }

    @Test func quotesAsJSON() {
        #expect(jsonQuoted("<a href=\"x\">&\u{2028}\u{1}") == #""\u003ca href=\"x\"\u003e\u0026\u2028\u0001""#)
    }

    @Test func quotesAsTimeDoes() { #expect(goTimeQuoted("1é\"") == #""1\xc3\xa9\"""#) }

    @Test(arguments: [
        ([], "[]"), (["a"], "a"), (["a", "a"], "a"), (["b", "a", "b"], "[b, a]"),
        (["a", "b", "a"], "[a, b]"), (["b", "a", "a", "c"], "[b, a, c]"),
        // Go tells them apart.
        (["\u{e9}", "e\u{301}"], "[\u{e9}, e\u{301}]"),
    ])
    func joins(_ texts: [String], _ expected: String) {
        #expect(Array(aggregated(texts).utf8) == Array(expected.utf8))
    }

    /// In a time that grows with the number of texts, not with its square.
    @Test func joinsMany() {
        let texts = (0..<200_000).map { "error \($0)" }
        let elapsed = ContinuousClock().measure { #expect(aggregated(texts).utf8.count > 2_000_000) }
        #expect(elapsed < .seconds(20))
    }
}
