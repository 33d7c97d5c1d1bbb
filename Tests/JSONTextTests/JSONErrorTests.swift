import JSONText
import SecretMemory
import Testing

/// The messages are those of Go's encoding/json; each context of its scanner is here.
struct JSONErrorTests {
    @Test(arguments: [
        ("", 0, "unexpected end of JSON input"),
        (" \n", 2, "unexpected end of JSON input"),
        ("{", 1, "unexpected end of JSON input"),
        ("{\"a\"", 4, "unexpected end of JSON input"),
        ("{\"a\":", 5, "unexpected end of JSON input"),
        ("{\"a\":1", 6, "unexpected end of JSON input"),
        ("{\"a\":1,", 7, "unexpected end of JSON input"),
        ("[1", 2, "unexpected end of JSON input"),
        ("[-1 ", 4, "unexpected end of JSON input"),
        ("\"abc", 4, "unexpected end of JSON input"),
        ("}", 0, "invalid character '}' looking for beginning of value"),
        ("[,", 1, "invalid character ',' looking for beginning of value"),
        ("[1,]", 3, "invalid character ']' looking for beginning of value"),
        ("{\"a\":}", 5, "invalid character '}' looking for beginning of value"),
        ("k8s", 0, "invalid character 'k' looking for beginning of value"),
        ("'a'", 0, #"invalid character '\'' looking for beginning of value"#),
        ("+1", 0, "invalid character '+' looking for beginning of value"),
        (".5", 0, "invalid character '.' looking for beginning of value"),
        ("{,", 1, "invalid character ',' looking for beginning of object key string"),
        ("{\"a\":1,}", 7, "invalid character '}' looking for beginning of object key string"),
        ("{a:1}", 1, "invalid character 'a' looking for beginning of object key string"),
        ("{\"a\" 1}", 5, "invalid character '1' after object key"),
        ("{\"a\"\"b\"}", 4, "invalid character '\"' after object key"),
        ("{\"a\":1 \"b\":2}", 7, "invalid character '\"' after object key:value pair"),
        ("{\"a\":1]", 6, "invalid character ']' after object key:value pair"),
        ("[1 2]", 3, "invalid character '2' after array element"),
        ("[1}", 2, "invalid character '}' after array element"),
        ("[01]", 2, "invalid character '1' after array element"),
        ("01", 1, "invalid character '1' after top-level value"),
        ("1true", 1, "invalid character 't' after top-level value"),
        ("{} {}", 3, "invalid character '{' after top-level value"),
        ("\"a\nb\"", 2, #"invalid character '\n' in string literal"#),
        ("\"\u{0}\"", 1, #"invalid character '\x00' in string literal"#),
        ("\"\\x\"", 2, "invalid character 'x' in string escape code"),
        ("\"\\'\"", 2, #"invalid character '\'' in string escape code"#),
        ("\"\\", 2, "invalid character ' ' in string escape code"),
        ("\"\\u12g4\"", 5, #"invalid character 'g' in \u hexadecimal character escape"#),
        ("\"\\u\"", 3, #"invalid character '"' in \u hexadecimal character escape"#),
        ("\"\\u00", 5, #"invalid character ' ' in \u hexadecimal character escape"#),
        ("-", 1, "invalid character ' ' in numeric literal"),
        ("-a", 1, "invalid character 'a' in numeric literal"),
        ("[--1]", 2, "invalid character '-' in numeric literal"),
        ("1.", 2, "invalid character ' ' after decimal point in numeric literal"),
        ("1.e5", 2, "invalid character 'e' after decimal point in numeric literal"),
        ("1e", 2, "invalid character ' ' in exponent of numeric literal"),
        ("1e+-5", 3, "invalid character '-' in exponent of numeric literal"),
        ("5.1.2", 3, "invalid character '.' after top-level value"),
        ("txue", 1, "invalid character 'x' in literal true (expecting 'r')"),
        ("trxe", 2, "invalid character 'x' in literal true (expecting 'u')"),
        ("tru", 3, "invalid character ' ' in literal true (expecting 'e')"),
        ("f", 1, "invalid character ' ' in literal false (expecting 'a')"),
        ("fa]", 2, "invalid character ']' in literal false (expecting 'l')"),
        ("fal", 3, "invalid character ' ' in literal false (expecting 's')"),
        ("falsE", 4, "invalid character 'E' in literal false (expecting 'e')"),
        ("nil", 1, "invalid character 'i' in literal null (expecting 'u')"),
        ("nu1", 2, "invalid character '1' in literal null (expecting 'l')"),
        ("nulL", 3, "invalid character 'L' in literal null (expecting 'l')"),
        ("truee", 4, "invalid character 'e' after top-level value"),
    ])
    func saysWhatGoSays(source: String, offset: Int, message: String) throws {
        let text = Text(source)
        let error = try #require(throws: JSONError.self) { try text.parse() }
        #expect(error.description == message)
        #expect(error.offset == offset)
    }

    /// `quoteChar` of Go's scanner: the byte as a Latin-1 character, through `strconv.Quote`.
    @Test(
        arguments: [
            (0x00, #"'\x00'"#), (0x07, #"'\a'"#), (0x08, #"'\b'"#), (0x0b, #"'\v'"#), (0x0c, #"'\f'"#),
            (0x1b, #"'\x1b'"#), (0x22, #"'"'"#), (0x27, #"'\''"#), (0x5c, #"'\\'"#), (0x7f, #"'\x7f'"#),
            (0x80, #"'\u0080'"#), (0x9f, #"'\u009f'"#), (0xa0, #"'\u00a0'"#), (0xa1, "'¡'"), (0xad, #"'\u00ad'"#),
            (0xc3, "'Ã'"), (0xef, "'ï'"), (0xff, "'ÿ'"),
        ] as [(UInt8, String)])
    func quotesOneByte(byte: UInt8, quoted: String) throws {
        let text = Text([UInt8(ascii: "["), UInt8(ascii: "0"), byte])
        let error = try #require(throws: JSONError.self) { try text.parse() }
        #expect(error.description == "invalid character \(quoted) after array element")
    }
}
