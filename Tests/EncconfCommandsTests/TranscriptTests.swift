import Foundation
import PatientTesting
import TestSupport
import Testing

/// A dialogue at the terminal, as testdata/cli/README.md describes it.
struct Transcript: CustomTestStringConvertible, Sendable {
    let name: String
    let text: String

    var testDescription: String { name }

    static func all() throws -> [Transcript] {
        try FileManager.default.contentsOfDirectory(atPath: TestData.path("cli")).filter { $0.hasSuffix(".txt") }
            .sorted()
            .map { Transcript(name: $0, text: String(decoding: try TestData.bytes("cli/\($0)"), as: UTF8.self)) }
    }

    /// The lines before the first file.
    var dialogue: String { String(text.components(separatedBy: "\n-- ")[0]) }

    /// The files that the dialogue finds in its folder.
    var files: [(name: String, content: String)] {
        text.components(separatedBy: "\n-- ").dropFirst().compactMap { part in
            guard let end = part.range(of: " --\n") else { return nil }
            return (String(part[..<end.lowerBound]), String(part[end.upperBound...]) + "\n")
        }
    }

    /// The dialogue run anew: comments and commands as they are, what the program answers as it answers now.
    func replayed() throws -> String {
        let program = try Program()
        defer { program.remove() }
        for file in files {
            try Data(file.content.utf8).write(to: program.workingFolder.appendingPathComponent(file.name))
        }
        var lines: [String] = []
        for line in dialogue.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("#") || line.isEmpty { lines.append(String(line)) }
            guard line.hasPrefix("$ ") else { continue }
            lines.append(String(line))
            let result = try program.shell(String(line.dropFirst(2)))
            if result.status != 0 { lines.append("? \(result.status)") }
            lines += Self.lines(result.errors).map { "! \($0)" }
            let text = result.text.replacing(/"time": "20[-0-9T:]+Z"/, with: #""time": "TIME""#)
            lines += Self.lines(Self.numberingTags(of: text)).map { "  \($0)" }
        }
        return lines.joined(separator: "\n")
    }

    /// Tags of values differ from run to run: each becomes its number among the tags of the command.
    private static func numberingTags(of text: String) -> String {
        var numbers: [Substring: Int] = [:]
        return text.replacing(/(?<before>, tag |"tag": ")(?<tag>[0-9a-f]{16})/) { match in
            let number = numbers[match.tag] ?? numbers.count + 1
            numbers[match.tag] = number
            return "\(match.before)TAG-\(number)"
        }
    }

    private static func lines(_ text: String) -> [Substring] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.last?.isEmpty == true ? lines.dropLast() : lines
    }
}

@Suite(.patient) struct TranscriptTests {
    @Test(arguments: try Transcript.all())
    func replays(_ transcript: Transcript) throws {
        // `testdata` in the folder of a dialogue leads to the one of the repository.
        defer {
            let mode = try? FileManager.default.attributesOfItem(atPath: TestData.path(""))[.posixPermissions] as? Int
            #expect(mode.map { $0 & 0o500 == 0o500 } == true, "\(transcript): the mode of testdata was changed")
        }
        let replayed = try transcript.replayed()
        if ProcessInfo.processInfo.environment["UPDATE_TRANSCRIPTS"] == "1" {
            let files = transcript.text.dropFirst(transcript.dialogue.count)
            try Data((replayed + files).utf8).write(to: URL(fileURLWithPath: TestData.path("cli/\(transcript.name)")))
        }
        #expect(replayed == transcript.dialogue)
    }
}
