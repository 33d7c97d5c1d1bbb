import Foundation
import SecretMemory
import TestSupport
import Testing

@testable import ShownText

/// What holds a key is not shown, in whatever form; all else is.
struct RedactorTests {
    private static let key: [UInt8] = {
        var random = SeededGenerator(seed: 3)
        return random.bytes(32)
    }()
    /// A key that is text, as somebody types it.
    private static let typed = Array("correct horse battery staple 32b".utf8)

    private func shown(_ phrase: Phrase, keys: [[UInt8]] = [key]) -> String {
        Redactor(keys.map { SecretKey($0) }).shown(phrase).text
    }

    /// The ways to write a key, each with its name.
    private static let spellings: [(name: String, text: String)] = {
        let base64 = Data(key).base64EncodedString()
        let digits = key.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let mixed = String(digits.enumerated().map { $0 % 3 == 0 ? Character($1.uppercased()) : $1 })
        return [
            ("base64", base64), ("base64 without padding", base64.replacing("=", with: "")),
            ("base64url", base64.replacing("+", with: "-").replacing("/", with: "_")), ("hex", digits),
            ("HEX", digits.uppercased()), ("hEx", mixed), ("raw", String(decoding: typed, as: UTF8.self)),
        ]
    }()

    // MARK: Keys

    @Test(arguments: spellings.map(\.text))
    func aWholeKey(text: String) {
        let keys = [Self.key, Self.typed]
        for text in [text, "k-\(text)", "\(text)-2", "/registry/secrets/default/\(text)", "x\(text)x"] {
            #expect(shown(Phrase(name: text), keys: keys) == "REDACTED")
            #expect(shown("\(text)", keys: keys) == "REDACTED")
            #expect(shown(Phrase(foreign: text), keys: keys) == "REDACTED")
            #expect(shown("a \(name: text) b", keys: keys) == "a REDACTED b")
            #expect(shown(Phrase(lines: "one\n\(text)\ntwo"), keys: keys) == "one\nREDACTED\ntwo")
        }
    }

    /// Eight bytes in a row of a spelling are too much for a name, sixteen for an etcd key or a path.
    @Test(arguments: spellings.map(\.text))
    func aPartOfAKey(text: String) {
        let redactor = Redactor([SecretKey(Self.key), SecretKey(Self.typed)])
        for start in [0, 5, 15] {
            // A hyphen makes it no spelling, and no text that looks like a key.
            func part(_ count: Int) -> String { "-\(text.dropFirst(start).prefix(count))-" }
            #expect(redactor.shown(Phrase(name: part(8))).text == "REDACTED")
            #expect(redactor.shown(Phrase(name: part(7))).text == part(7))
            #expect(redactor.shown(Phrase(foreign: part(15))).text == part(15))
            #expect(redactor.shown(Phrase(foreign: part(16))).text == "REDACTED", "\(part(16))")
            #expect(redactor.shown(Phrase(foreign: "/a/\(part(16))/b")).text == "REDACTED")
        }
    }

    /// The same without the keys: it is them that the redactor looks for.
    @Test func othersKeysAreNotKnown() {
        let part = "-\(Self.spellings[0].text.prefix(8))-"
        #expect(shown(Phrase(name: part), keys: []) == part)
        #expect(shown(Phrase(name: part), keys: [Self.typed]) == part)
        #expect(shown(Phrase(foreign: Self.spellings[0].text), keys: []) == Self.spellings[0].text)
        // A name that looks like a key is hidden even so.
        #expect(shown(Phrase(name: Self.spellings[0].text), keys: []) == "REDACTED")
    }

    /// A secret of fewer bytes than a piece counts where it is the whole text.
    @Test func shortSecrets() {
        let keys = [Array("A9".utf8), Array("hunter2".utf8)]
        for text in ["A9", "hunter2"] {
            #expect(shown(Phrase(foreign: text), keys: keys) == "REDACTED", "\(text)")
            #expect(shown(Phrase(name: text), keys: keys) == "REDACTED", "\(text)")
        }
        #expect(shown(Phrase(name: "A9b"), keys: keys) == "A9b")
        #expect(shown("", keys: keys) == "")
    }

    /// The keys of a further configuration count as soon as they are known.
    @Test func learnsMoreKeys() {
        let redactor = Redactor()
        let text = Self.spellings[0].text
        #expect(redactor.shown("\(text)").text == text)
        redactor.learn([SecretKey(Self.key)])
        #expect(redactor.shown("\(text)").text == "REDACTED")
        redactor.learn([SecretKey(Self.typed)])
        #expect(redactor.shown("\(text)").text == "REDACTED")
        #expect(redactor.shown("\(String(decoding: Self.typed, as: UTF8.self))").text == "REDACTED")
    }

    /// More secrets than are looked at: nothing foreign is shown rather than too much.
    @Test func tooManySecrets() {
        let keys = (0..<2 * SecretPieces.totalByteLimit / SecretPieces.secretByteLimit).map { number in
            SecretKey([UInt8](repeating: UInt8(truncatingIfNeeded: number), count: SecretPieces.secretByteLimit))
        }
        let redactor = Redactor(keys)
        #expect(redactor.shown("words \("name")").text == "words REDACTED")
    }

    @Test func theProgramsOwnWordsAreShown() {
        // A key could be a word of the program; a text without that word would tell so.
        let word = String(decoding: Self.typed, as: UTF8.self)
        #expect(shown("correct horse battery staple 32b", keys: [Self.typed]) == word)
    }

    @Test func theRedactorShowsNoKey() {
        let redactor = Redactor([SecretKey(Self.typed)])
        _ = redactor.shown("\("x")")
        var dumped = ""
        dump(redactor, to: &dumped)
        #expect(!dumped.contains("horse") && !"\(redactor)".contains("horse"))
        #expect(!String(reflecting: redactor).contains("horse"))
    }

    // MARK: Other text

    @Test(arguments: [
        "key1", "key-20260101t000000z-3fa9", "cloud-kms", "kms:old", "payments", "clé", "cle\u{301}", "🔑", "a b",
        "/etc/kubernetes/enc.yaml",
    ])
    func namesAreShown(name: String) {
        #expect(shown(Phrase(name: name)).unicodeScalars.elementsEqual(name.unicodeScalars))
        #expect(shown(Phrase(foreign: name)).unicodeScalars.elementsEqual(name.unicodeScalars))
    }

    /// Characters that steer a terminal are made visible, except where the format does so by itself.
    @Test func controlCharacters() {
        let text = "a\u{1b}[2Jb\nc\u{202e}d\u{0}\r\u{85}\u{7f}"
        let visible = "a\\u{1b}[2Jb\\u{a}c\\u{202e}d\\u{0}\\u{d}\\u{85}\\u{7f}"
        #expect(shown(Phrase(foreign: text)) == visible)
        #expect(shown(Phrase(name: text)) == visible)
        #expect(shown("\(text)") == visible)
        #expect(Redactor().unescaped(Phrase(foreign: text)).text == text)
        // Only the ends of lines stay in a text of several lines.
        #expect(shown(Phrase(lines: "a\u{1b}\n\nb\n")) == "a\\u{1b}\n\nb\n")
        // The program's own words are not touched.
        #expect(shown("a\n\u{1b}[1m") == "a\n\u{1b}[1m")
    }

    /// What a format replaces is replaced after all else, and in the program's words too.
    @Test func replacements() {
        let entities: [Unicode.Scalar: String] = ["&": "&amp;", "<": "&lt;", "\"": "&quot;", "\n": "\\n"]
        let phrase: Phrase = "a & \("<b>") \(name: "\"\n")"
        #expect(shown(phrase.replacing(entities)) == "a &amp; &lt;b> &quot;\\u{a}")
        #expect(Redactor().unescaped(phrase.replacing(entities)).text == "a &amp; &lt;b> &quot;\\n")
        // A key is found although its spelling has characters that are replaced.
        let key = Array("<<<<<<<<&&&&&&&&".utf8)
        #expect(shown(Phrase(foreign: "<<<<<<<<&&&&&&&&").replacing(entities), keys: [key]) == "REDACTED")
        var table = TextTable(header: ["KEY"])
        table.append([Phrase(name: "<<<<<<<<")])
        #expect(shown(Phrase(table).replacing(entities), keys: [key]) == "KEY\\nREDACTED\\n")
    }
}
