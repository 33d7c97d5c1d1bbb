import SecretMemory
import TestSupport
import Testing

/// That no way of printing shows a secret. `SecretBytes` cannot be printed at all: it is noncopyable.
struct PrintingTests {
    private struct Holder {
        let name: String
        let key: SecretKey
        let more: [SecretKey]
    }
    private enum Choice { case key(SecretKey) }
    private final class Owner {
        let key: SecretKey
        init(_ key: SecretKey) { self.key = key }
    }

    private static let text = "correct horse battery"
    /// How the bytes could show themselves: as text, in hexadecimal, as numbers.
    private static let traces = [text, "orse", "636f7272", "636F7272", "99, 111, 114", "Y29ycmVj"]
    private static let key = SecretKey(Array(text.utf8))

    @Test func aKeyTellsItsLengthAlone() {
        let key = Self.key
        #expect("\(key)" == "<secret, 21 bytes>")
        #expect(key.description == "<secret, 21 bytes>")
        #expect(String(describing: key) == "<secret, 21 bytes>")
        #expect(String(reflecting: key) == "<secret, 21 bytes>")
        #expect("\([key])" == "[<secret, 21 bytes>]")
        #expect(Mirror(reflecting: key).children.isEmpty)
        #expect(Mirror(reflecting: key).superclassMirror == nil)
        var dumped = ""
        dump(key, to: &dumped)
        #expect(dumped == "- <secret, 21 bytes> #0\n")
    }

    @Test(arguments: [
        "alone", "optional", "array", "dictionary", "tuple", "struct", "enum", "class", "slice", "error",
    ])
    func whatHoldsAKeyShowsNothing(_ shape: String) {
        let key = Self.key
        let value: Any =
            switch shape {
            case "alone": key
            case "optional": Optional(key) as Any
            case "array": [key, key]
            case "dictionary": ["name": key]
            case "tuple": ("name", key)
            case "struct": Holder(name: "name", key: key, more: [key])
            case "enum": Choice.key(key)
            case "class": Owner(key)
            case "slice": [key, key].dropFirst()
            default: Result<Holder, Refusal>.failure(Refusal(key: key))
            }
        var dumped = ""
        dump(value, to: &dumped)
        for shown in ["\(value)", String(describing: value), String(reflecting: value), dumped] {
            for trace in Self.traces { #expect(!shown.contains(trace)) }
        }
        #expect(dumped.contains("<secret, 21 bytes>"))
    }

    private struct Refusal: Error { let key: SecretKey }

    @Test func whatIsNoSecretCanBeRevealed() {
        #expect(Self.key.revealedText() == Self.text)
        let broken = SecretKey([0x61, 0xff, 0x62] as [UInt8])
        #expect(broken.revealedText() == "a\u{fffd}b")
    }

    @Test(arguments: [
        ("correct horse battery", true), ("correct horse batterz", false), ("correct horse batter", false),
        ("correct horse battery ", false), ("", false),
    ])
    func comparesWithText(_ text: String, isEqual: Bool) {
        #expect(Self.key.isText(text) == isEqual)
    }
}
