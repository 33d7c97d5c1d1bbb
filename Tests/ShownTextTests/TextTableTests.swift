import SecretMemory
import ShownText
import TestSupport
import Testing

/// Columns are as wide as what is shown in them.
struct TextTableTests {
    private func text(_ table: TextTable, keys: [[UInt8]] = []) -> String {
        Redactor(keys.map { SecretKey($0) }).shown(Phrase(table)).text
    }

    @Test func numbersStandToTheRight() {
        var table = TextTable(header: ["NAME", "COUNT", "NOTE"])
        table.append(["a", "7", ""])
        table.append(["long name", "1234567", "x"])
        table.append(["b", "-", "5"])
        #expect(
            text(table) == """
                NAME         COUNT  NOTE
                a                7
                long name  1234567  x
                b                -  5

                """)
        #expect(table.numericColumns == [1])
    }

    @Test func aHeaderAlone() {
        #expect(text(TextTable(header: ["A", "B"])) == "A  B\n")
        #expect(TextTable(header: ["A"]).numericColumns.isEmpty)
    }

    /// Widths are those of the text that is shown: of a key that is left out, and of control characters made visible.
    @Test func widthsOfWhatIsShown() {
        var table = TextTable(header: ["KEY", "N"])
        let key = Array("0123456789abcdef0123456789abcdef".utf8)
        table.append([Phrase(name: String(decoding: key, as: UTF8.self)), "1"])
        table.append([Phrase(name: "\u{1b}"), "2"])
        #expect(text(table, keys: [key]) == "KEY       N\nREDACTED  1\n\\u{1b}    2\n")
    }

    @Test func foreignHeads() {
        var table = TextTable(header: ["KEY"])
        table.appendColumns([Phrase(foreign: "a\nb"), "NEEDED-BY"])
        table.append(["x", "1", "y"])
        #expect(text(table) == "KEY  a\\u{a}b  NEEDED-BY\nx          1  y\n")
    }
}
