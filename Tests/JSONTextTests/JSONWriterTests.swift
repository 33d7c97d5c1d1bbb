import JSONText
import SecretMemory
import Testing

struct JSONWriterTests {
    @Test func indents() {
        var json = JSONWriter()
        json.object {
            $0.member("kind", "Secret")
            $0.member("empty") { $0.object { _ in } }
            $0.member("data") { json in
                json.object { $0.member("password", base64: Text("pässword").array.span.rawBytes) }
            }
            $0.member("list") { json in
                json.array {
                    $0.number(-1)
                    $0.number(0.5)
                    $0.bool(true)
                    $0.null()
                    $0.array { _ in }
                }
            }
        }
        #expect(
            text(json) == """
                {
                  "kind": "Secret",
                  "empty": {},
                  "data": {
                    "password": "cMOkc3N3b3Jk"
                  },
                  "list": [
                    -1,
                    0.5,
                    true,
                    null,
                    []
                  ]
                }
                """)
    }

    @Test(arguments: [
        ("", #""""#),
        ("\"\\/", #""\"\\/""#),
        ("\n\r\t\u{08}\u{0c}\u{00}\u{1f}", #""\n\r\t\u0008\u000c\u0000\u001f""#),
        ("\u{7f}\u{80}\u{9f}\u{a0}", "\"\\u007f\\u0080\\u009f\u{a0}\""),
        ("é€😀❤\u{fe0f}", "\"é€😀❤\u{fe0f}\""),
        ("\u{ad}\u{61c}\u{200b}\u{200d}\u{200f}", #""\u00ad\u061c\u200b\u200d\u200f""#),
        ("\u{2028}\u{202e}\u{2069}\u{feff}", #""\u2028\u202e\u2069\ufeff""#),
        ("\u{e0041}", #""\udb40\udc41""#),
    ])
    func escapes(string: String, expected: String) {
        var json = JSONWriter()
        json.string(string)
        #expect(text(json) == expected)
    }

    @Test func replacesInvalidUTF8() {
        var json = JSONWriter()
        json.string([0x61, 0xff, 0xc3, 0xe2, 0x82, 0x62].span.rawBytes)
        #expect(text(json) == "\"a\u{fffd}\u{fffd}\u{fffd}\u{fffd}b\"")
    }

    @Test func passesErrorsOn() {
        struct Failure: Error {}
        var json = JSONWriter()
        #expect(throws: Failure.self) { try json.object { _ in throw Failure() } }
    }

    #if !os(Windows)
        @Test func misuseTraps() async {
            await #expect(processExitsWith: .failure) {
                var json = JSONWriter()
                json.object { $0.null() }
            }
            await #expect(processExitsWith: .failure) {
                var json = JSONWriter()
                json.null()
                json.null()
            }
            await #expect(processExitsWith: .failure) {
                var json = JSONWriter()
                json.object { $0.key("a") }
            }
            await #expect(processExitsWith: .failure) {
                var json = JSONWriter()
                json.array { $0.member("a", 1) }
            }
            await #expect(processExitsWith: .failure) {
                var json = JSONWriter()
                json.number(Double.nan)
            }
            await #expect(processExitsWith: .failure) { _ = JSONWriter().finish() }
        }
    #endif

    private func text(_ json: consuming JSONWriter) -> String {
        String(decoding: json.finish().bytes.copiedToArray(), as: UTF8.self)
    }
}
