import Diagnostics
import Testing

struct DiagnosticTextTests {
    let finding = Diagnostic(
        code: "ENC0210", severity: .warning, path: "resources[0].providers[0].aesgcm.keys[1].name",
        position: SourcePosition(line: 5, column: 13, offset: 80), message: "key1 is the name of keys[0] too",
        hint: "`encconf rotate` names the keys it adds")

    @Test func showsLineAndCaret() {
        let text = DiagnosticText(file: "enc.yaml") { $0 == 5 ? "    - name: key1" : nil }
        #expect(
            text.text(of: finding) == """
                enc.yaml:5:13: warning: resources[0].providers[0].aesgcm.keys[1].name: key1 is the name of keys[0] too \
                [ENC0210]
                 5 |     - name: key1
                   |             ^
                hint: `encconf rotate` names the keys it adds

                """)
    }

    @Test func hidesLinesThatNobodyVouchesFor() {
        #expect(!DiagnosticText(file: "enc.yaml").text(of: finding).contains("|"))
    }

    @Test func needsNeitherPlaceNorHint() {
        let finding = Diagnostic(code: "ENC0260", severity: .error, message: "others can read the file")
        #expect(DiagnosticText(file: "-").text(of: finding) == "-: error: others can read the file [ENC0260]\n")
    }

    @Test func keepsTabsAndCountsScalars() {
        let finding = Diagnostic(
            code: "X", severity: .note, position: SourcePosition(line: 12, column: 5, offset: 9), message: "m")
        let text = DiagnosticText(file: "f") { _ in "\té\u{301}:x" }
        #expect(text.text(of: finding) == "f:12:5: note: m [X]\n 12 | \té\u{301}:x\n    | \t   ^\n")
    }

    /// Of a long line, what stands around the column.
    @Test(arguments: [(1, 0, 0, 100, 1), (500, 1, 449, 549, 52), (1000, 1, 900, 1000, 101)])
    func cutsLongLines(column: Int, cut: Int, start: Int, end: Int, caret: Int) throws {
        let line = String((0..<1000).map { Character(Unicode.Scalar(UInt8(97 + $0 % 26))) })
        let finding = Diagnostic(
            code: "X", severity: .note, position: SourcePosition(line: 1, column: column, offset: 0), message: "m")
        let lines = DiagnosticText(file: "f") { _ in line }.text(of: finding).split(separator: "\n")
        let shown = String(line.dropFirst(start).prefix(end - start))
        #expect(lines[1] == " 1 | " + (cut > 0 ? "…" : "") + shown + (end < 1000 ? "…" : ""))
        #expect(lines[2] == "   | " + String(repeating: " ", count: caret - 1) + "^")
    }

    /// Names come from the file; a terminal must not obey them.
    @Test func escapesWhatTerminalsObey() {
        let finding = Diagnostic(code: "X", severity: .note, message: "a\u{1b}[2Jb\u{202e}c\nd")
        #expect(DiagnosticText(file: "f").text(of: finding) == #"f: note: a\u{1b}[2Jb\u{202e}c\u{a}d [X]"# + "\n")
    }

    @Test(arguments: [(Diagnostic.Severity.error, "31"), (.warning, "35"), (.note, "36")])
    func colors(_ severity: Diagnostic.Severity, _ color: String) {
        let finding = Diagnostic(code: "X", severity: severity, message: "m", hint: "h")
        #expect(
            DiagnosticText(file: "f", usesColor: true).text(of: finding)
                == "\u{1b}[1mf:\u{1b}[0m \u{1b}[1;\(color)m\(severity.rawValue):\u{1b}[0m m [X]\n"
                + "\u{1b}[1mhint:\u{1b}[0m h\n")
    }
}
