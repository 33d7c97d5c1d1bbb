import Testing

/// Reading Swift far enough to find its words.
@Suite struct SourceTextsTests {
    private func literals(_ source: String) -> [String] {
        SourceTexts(Array(source.utf8)).texts.filter { $0.kind == .literal }.map(\.text)
    }

    private static let cases: [(source: String, literals: [String])] = [
        (#"let a = "one two""#, ["one two"]), (#"f("a \"b\" c", "d\n")"#, [#"a "b" c"#, "d\n"]),
        (#"let a = "x \(y + z(1)) w""#, ["x … w"]), (#"let a = "x \(y ? "in" : "ner") w""#, ["in", "ner", "x … w"]),
        ("let a = #\"raw \\n \\#(x) \"q\" \"#", [#"raw \n … "q" "#]), (#"// "no""#, []),
        (#"/* "no" */ let a = "yes""#, ["yes"]),
        (#"let a = /"x/ ; let b = "y z""#, ["y z"]), (#"let a = #/"/#; let b = "y""#, ["y"]),
        (#"let a = b / c; let d = "e / f""#, ["e / f"]), (#"let a = ["", "x"]"#, ["", "x"]),
        ("f(\"a \"\n  + \"b\")", ["a b"]), (##"f("a" + b, "c" + #"d"#)"##, ["a", "cd"]),
    ]

    @Test(arguments: cases)
    func finds(_ source: String, _ expected: [String]) { #expect(literals(source) == expected) }

    @Test func multiLine() {
        let quotes = String(repeating: "\"", count: 3)
        let source = "let a =\n  \(quotes)\n  one \\\n  two \"x\"\n  \\(b(\"c\"))\n  \(quotes)\nlet d = \"e\""
        let texts = SourceTexts(Array(source.utf8)).texts
        #expect(texts.map(\.line) == [5, 2, 7])
        #expect(texts.map(\.text) == ["c", "\n  one   two \"x\"\n  …\n  ", "e"])
    }

    @Test func comments() {
        let source = "/// One\n  /// line.\nlet a = \"b\" // two\n/* three\n*/\n// four\n\n// five"
        let texts = SourceTexts(Array(source.utf8)).texts
        #expect(texts.map(\.text) == [" One\n line.", "b", " two", "/* three\n", " four", " five"])
        #expect(texts.map(\.line) == [1, 3, 3, 4, 6, 8])
    }
}
