import Foundation
import SecretMemory
import TestSupport
import Testing

@testable import ShownText

/// A phrase remembers what of it is foreign, however it was put in.
struct PhraseTests {
    private enum Word: String { case one }
    private struct Described: CustomStringConvertible { let description = "described" }

    @Test func whatIsPutInIsForeign() {
        let text = "text"
        let substring = text.dropFirst()
        let numbered = "n\(1)"
        let phrase: Phrase = "a \(text) \(substring) \(Described()) \(numbered)"
        #expect(
            phrase.pieces == [
                .literal("a "), .foreign("text"), .literal(" "), .foreign("ext"), .literal(" "), .foreign("described"),
                .literal(" "), .foreign("n1"),
            ])
        #expect(Phrase(foreign: text).pieces == [.foreign("text")])
        #expect(Phrase(name: text).pieces == [.name("text")])
        #expect(Phrase(lines: text).pieces == [.lines("text")])
        #expect(("\(name: text)" as Phrase).pieces == [.name("text")])
    }

    @Test func wordsAndNumbersAreTheProgramsOwn() {
        let count = 12
        let phrase: Phrase = "\(count) \(Word.one) \(word: "two")"
        #expect(phrase.pieces == [.literal("12"), .literal(" "), .literal("one"), .literal(" "), .literal("two")])
    }

    @Test func partsStayWhatTheyAre() {
        let part: Phrase = "b \("c")"
        let sum: Phrase = "a \(part)" + Phrase(name: "d")
        #expect(sum.pieces == [.literal("a "), .literal("b "), .foreign("c"), .name("d")])
        #expect(
            [part, "x"].joined(separator: ", ").pieces == [
                .literal("b "), .foreign("c"), .literal(", "), .literal("x"),
            ])
        #expect(part.replacing(["b": "!"]).pieces == [.literal("! "), .replaced([.foreign("c")], ["b": "!"])])
    }

    @Test func lists() {
        func text(_ names: [String]) -> String { Redactor().shown(names.listed).text }
        #expect(text([]) == "" && text(["a"]) == "a")
        #expect(text((1...6).map { "n\($0)" }) == "n1, n2, n3, n4, n5, n6")
        #expect(text((1...8).map { "n\($0)" }) == "n1, n2, n3, n4, n5, n6 and 2 more")
        // A comma in a name is one of the name; each is redacted by itself.
        let redactor = Redactor([SecretKey(Array("0123456789abcdef".utf8))])
        #expect(redactor.shown(["a,b", "x0123456789abcdef"].listed).text == "a,b, REDACTED")
    }

    @Test func numbers() {
        func text(_ phrase: Phrase) -> String { Redactor().shown(phrase).text }
        #expect(text(counted(0, "value")) == "0 values" && text(counted(1, "value")) == "1 value")
        #expect(text(counted(2, "value")) == "2 values" && text(counted(2, "entry", "entries")) == "2 entries")
        #expect(text(counted(1, "entry", "entries")) == "1 entry")
    }

    /// The places that make words of the program out of computed text. Everything else in the sources goes through a
    /// redactor, so whoever adds a place shows that what it takes has been through one.
    @Test func onlyKnownPlacesMakeWordsOfText() throws {
        let sources = TestData.packageRoot.appendingPathComponent("Sources")
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        var found: [String: Int] = [:]
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
            // `word:` in a string is an interpolation.
            let count = text.matches(of: #/(Phrase\(stringLiteral:|\\\(word:)/#).count
            if count > 0 { found[String(file.path.dropFirst(sources.path.count + 1))] = count }
        }
        #expect(found == Self.places)
    }

    private static let places = [
        // Nouns and numbers; heads of columns.
        "ShownText/Phrase.swift": 1, "ShownText/TextTable.swift": 1,
        // Names of metrics, and the words around them.
        "Reports/AuditReportMetrics.swift": 5,
        // The names of facts, padded.
        "Reports/AuditReportText.swift": 1,
        // Markup, which is made of `StaticString` alone.
        "Reports/HTML.swift": 1,
        // Findings, which were redacted as the document was read.
        "Reports/Verification.swift": 1, "EncconfCommands/Commands/VerifyCommand.swift": 1,
        // A diff without secrets.
        "EncconfCommands/Commands/RotateCommand.swift": 1, "Reports/AuditTriage.swift": 1,
        // Help, and explanations of codes.
        "EncconfCommands/Commands/Encconf.swift": 1, "EncconfCommands/Commands/ExplainCommand.swift": 3,
    ]
}
