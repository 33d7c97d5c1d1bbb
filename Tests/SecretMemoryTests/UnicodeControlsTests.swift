import SecretMemory
import Testing

struct UnicodeControlsTests {
    /// Each control, format character and separator of lines is hidden or steering, and no letter, mark that shows,
    /// digit or sign is.
    @Test func agreesWithTheUnicodeDatabase() {
        for scalar in (0...0x10ffff as ClosedRange<UInt32>).lazy.compactMap(Unicode.Scalar.init) {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                #expect(scalar.isHiddenOrSteering, "U+\(String(scalar.value, radix: 16))")
            default:
                guard scalar.isHiddenOrSteering else { continue }
                #expect(scalar.properties.isDefaultIgnorableCodePoint || scalar.value > 0xfff0 || isEgyptian(scalar))
            }
        }
    }

    /// Marks between the format controls of hieroglyphs.
    private func isEgyptian(_ scalar: Unicode.Scalar) -> Bool { (0x13440...0x1345f).contains(scalar.value) }

    @Test(arguments: ["é", "e\u{301}", "команда", "日本語", "😀", "❤\u{fe0f}", "\u{a0}", "عربي"])
    func leavesTextAlone(text: String) {
        #expect(!text.unicodeScalars.contains { $0.isHiddenOrSteering })
    }
}
