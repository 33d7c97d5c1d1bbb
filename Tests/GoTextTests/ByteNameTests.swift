import GoText
import Testing

struct ByteNameTests {
    private static let composed: ByteName = "cl\u{e9}"
    private static let decomposed: ByteName = "cle\u{301}"

    @Test func comparesBytes() {
        #expect(Self.composed.text == Self.decomposed.text)
        #expect(Self.composed != Self.decomposed)
        #expect(Set([Self.composed, Self.decomposed, ByteName("cl\u{e9}")]).count == 2)
        #expect(Dictionary([(Self.composed, 1), (Self.decomposed, 2)]) { first, _ in first }[Self.decomposed] == 2)
    }

    @Test func sortsByBytes() {
        let names: [ByteName] = ["b", Self.composed, Self.decomposed, "a", "", "\u{ffff}", "\u{10000}"]
        #expect(names.sorted() == ["", "a", "b", Self.decomposed, Self.composed, "\u{ffff}", "\u{10000}"])
    }

    @Test func looksAtBytes() {
        #expect(ByteName("a\u{301}b").starts(with: "a") && !ByteName("a").starts(with: "a\u{301}"))
        #expect(ByteName(".\u{301}").contains(UInt8(ascii: ".")))
        #expect(ByteName("/\u{301}a//b").split(at: UInt8(ascii: "/")) == ["", "\u{301}a", "", "b"])
        #expect(ByteName("").split(at: UInt8(ascii: "/")) == [""])
    }
}
