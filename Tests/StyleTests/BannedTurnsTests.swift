import Foundation
import TestSupport
import Testing

/// Messages, help texts, comments, the README and the transcripts are in plain technical English.
@Suite struct BannedTurnsTests {
    /// A place that keeps a turn, and why.
    struct Allowance {
        let file: String
        let text: String
        let reason: String
    }

    static let allowances = [
        Allowance(
            file: "Sources/Reports/RefusedChange.swift", text: "mend",
            reason: "a code of JSON reports, which scripts compare"),
        Allowance(
            file: "testdata/cli/diff.txt", text: "\"step\": \"mend\"",
            reason: "the same code"),
        Allowance(
            file: "Sources/Explanations/RuntimeErrors/DistributionErrors.swift", text: "apiserver has not reloaded",
            reason: "a message of k3s"),
        Allowance(
            file: "testdata/cli/decrypt-secret.txt", text: "component: apiserver", reason: "a label of a stored object"),
    ]

    @Test func literalsOfSources() throws {
        try check(SwiftFile.all(), .literal)
    }

    @Test func commentsOfSources() throws {
        try check(SwiftFile.all(), .comment)
    }

    @Test func readme() throws {
        let lines = try String(contentsOf: TestData.packageRoot.appendingPathComponent("README.md"), encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            expectPlain(String(line), "README.md", index + 1, BannedTurn.all)
        }
    }

    /// What the program prints; the comments of the dialogues are for us.
    @Test func transcripts() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: TestData.path("cli"))
        where name.hasSuffix(".txt") {
            let dialogue = String(decoding: try TestData.bytes("cli/\(name)"), as: UTF8.self)
                .components(separatedBy: "\n-- ")[0]
            for (index, line) in dialogue.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            where line.hasPrefix("  ") || line.hasPrefix("! ") {
                expectPlain(String(line), "testdata/cli/\(name)", index + 1, BannedTurn.all)
            }
        }
    }

    /// Every form is found in a sentence with punctuation around it, and every exception passes.
    @Test func formsAreFound() {
        for turn in BannedTurn.all {
            for form in turn.forms {
                let sentence = form.hasPrefix(",") ? "(So\(form)) x" : "So (\(form)), or \"x\"."
                #expect(turn.found(in: Words(sentence)) == form, "\(form)")
                #expect(turn.found(in: Words(sentence.uppercased())) == form, "\(form)")
                #expect(turn.found(in: Words("So `\(form)`: x")) == nil, "\(form)")
            }
            for exception in turn.except { #expect(turn.found(in: Words("So \(exception) x.")) == nil, "\(exception)") }
        }
    }

    private func check(_ files: [SwiftFile], _ kind: SourceTexts.Kind) throws {
        #expect(files.count > 400)
        let turns = kind == .comment ? BannedTurn.all.filter(\.isOutOfComments) : BannedTurn.all
        for file in files {
            for text in SourceTexts(file.bytes).texts where text.kind == kind && text.text.contains(" ") {
                expectPlain(text.text, file.path, text.line, turns)
            }
        }
    }

    private func expectPlain(_ text: String, _ file: String, _ line: Int, _ turns: [BannedTurn]) {
        let words = Words(text)
        for turn in turns {
            guard let form = turn.found(in: words),
                !Self.allowances.contains(where: { $0.file == file && text.contains($0.text) })
            else { continue }
            Issue.record("\(file):\(line): “\(form)”: write \(turn.instead)")
        }
    }
}

/// A file of Sources.
struct SwiftFile {
    /// From the root of the package.
    let path: String
    let bytes: [UInt8]

    static func all() throws -> [SwiftFile] {
        let root = TestData.packageRoot
        let paths =
            FileManager.default.enumerator(atPath: root.appendingPathComponent("Sources").path)?
            .compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.sorted() ?? []
        return try paths.map {
            SwiftFile(
                path: "Sources/\($0)",
                bytes: [UInt8](try Data(contentsOf: root.appendingPathComponent("Sources/\($0)"))))
        }
    }
}
