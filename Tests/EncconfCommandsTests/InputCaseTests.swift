import Foundation
import PatientTesting
import TestSupport
import Testing

/// Inputs as people have them, each of which was answered wrongly once. See testdata/inputs/README.md.
@Suite(.patient) struct InputCaseTests {
    @Test(arguments: try InputCase.all())
    func holds(_ item: InputCase) throws {
        let box = try InputFolder()
        defer { box.program.remove() }
        for step in item.steps { try box.check(step, of: item.id) }
    }

    /// 51 of the 53 cases: the two about kine need a server.
    @Test func areComplete() throws {
        let names = try InputCase.all().map(\.id)
        #expect(names.count == 51 && Set(names).count == 51)
    }
}

struct InputCase: Decodable, CustomTestStringConvertible, Sendable {
    let id: String
    let steps: [Step]

    var testDescription: String { id }

    struct Step: Decodable, Sendable {
        let run: [String]
        let status: [Int32]
        var mode: [String: String]?
        var must: [String]?
        var mustNot: [String]?
        var json: [String: OneOrMany]?
        var jsonMatch: [String: String]?
        var diag: [Finding]?
        var unchanged: [String]?
        var oneOf: [Alternative]?
    }

    /// What an alternative asks besides.
    struct Alternative: Decodable, Sendable {
        let status: [Int32]
        let must: [String]
    }

    /// Diagnostics of one code.
    struct Finding: Decodable, Sendable {
        let code: String
        let severity: String?
        let count: Int?
        let must: [String]?
        let mustNot: [String]?
    }

    struct OneOrMany: Decodable, Sendable {
        let values: [String]

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            values = try (try? container.decode([String].self)) ?? [container.decode(String.self)]
        }
    }

    static func all() throws -> [InputCase] {
        try TestData.json("inputs/cases.json", as: [InputCase].self) + explained()
    }

    private static func explained() throws -> [InputCase] {
        let lines = String(decoding: try TestData.bytes("inputs/explain.tsv"), as: UTF8.self).split(separator: "\n")
        return lines.filter { !$0.hasPrefix("#") }.map { line in
            let fields = line.split(separator: "\t", maxSplits: 5).map(String.init)
            func patterns(_ field: String) -> [String] {
                field == "-" ? [] : field.components(separatedBy: " && ")
            }
            return InputCase(
                id: fields[0],
                steps: [
                    Step(
                        run: ["explain", "--", fields[5]],
                        status: fields[2].split(separator: ",").compactMap { Int32($0) },
                        must: patterns(fields[3]), mustNot: patterns(fields[4]))
                ])
        }
    }
}

/// A folder with all input files.
private struct InputFolder {
    let program: Program
    /// Keys that no output may hold.
    private let keys: Set<String>

    init() throws {
        program = try Program()
        var keys: Set<String> = []
        for folder in ["inputs", "pastes"] {
            for name in try FileManager.default.contentsOfDirectory(atPath: TestData.path(folder))
            where !["cases.json", "explain.tsv", "README.md"].contains(name) {
                let data = Data(try TestData.bytes("\(folder)/\(name)"))
                let text = String(bytes: data, encoding: .utf8)
                if let text {
                    keys.formUnion(
                        text.matches(of: /secret["']?\s*:\s*["']?([A-Za-z0-9+\/=]{20,})/).map { String($0.1) }
                            .filter { !$0.allSatisfy { "A=".contains($0) } })
                }
                let file = program.workingFolder.appendingPathComponent(name)
                let path = program.workingFolder.path
                try (text.map { Data($0.replacingOccurrences(of: "@DIR@", with: path).utf8) } ?? data).write(to: file)
                try Self.setMode("0600", of: file)
            }
        }
        self.keys = keys
    }

    private static func setMode(_ mode: String, of file: URL) throws {
        try FileManager.default.setAttributes(
            [.posixPermissions: Int(mode, radix: 8) ?? 0o600], ofItemAtPath: file.path)
    }

    private func bytes(of name: String) throws -> Data {
        try Data(contentsOf: program.workingFolder.appendingPathComponent(name))
    }

    private func hash(of name: String) throws -> String {
        try String(program.shell("sha256sum < \(name)").text.prefix(64))
    }

    func check(_ step: InputCase.Step, of id: String) throws {
        for (name, mode) in step.mode ?? [:] {
            try Self.setMode(mode, of: program.workingFolder.appendingPathComponent(name))
        }
        let before = try (step.unchanged ?? []).map { ($0, try bytes(of: $0)) }
        let arguments = try step.run.map { argument -> String in
            guard let match = argument.wholeMatch(of: /@SHA256:(.+)@/) else { return argument }
            return try hash(of: String(match.1))
        }
        let result = try program.run(arguments)
        let said = Self.flat(result.text + "\n" + result.errors)
        #expect(keys.allSatisfy { !said.contains($0) }, "\(id) prints a key")
        let alternatives = step.oneOf ?? [InputCase.Alternative(status: step.status, must: [])]
        let isRight = alternatives.contains { alternative in
            alternative.status.contains(result.status) && step.status.contains(result.status)
                && ((step.must ?? []) + alternative.must).allSatisfy { Self.says($0, said) }
                && !(step.mustNot ?? []).contains { Self.says($0, said) }
        }
        #expect(isRight, "\(id): status \(result.status): \(said)")
        try checkDocument(step, result.output, id)
        for (name, bytes) in before { #expect(try self.bytes(of: name) == bytes, "\(id) changed \(name)") }
    }

    private func checkDocument(_ step: InputCase.Step, _ output: [UInt8], _ id: String) throws {
        guard step.json != nil || step.jsonMatch != nil || step.diag != nil else { return }
        let document = try JSONSerialization.jsonObject(with: Data(output))
        for (path, expected) in step.json ?? [:] {
            #expect(expected.values.contains(Self.text(at: path, in: document)), "\(id): \(path)")
        }
        for (path, pattern) in step.jsonMatch ?? [:] {
            #expect(Self.says(pattern, Self.text(at: path, in: document)), "\(id): \(path)")
        }
        let findings = (document as? [String: Any])?["diagnostics"] as? [[String: Any]] ?? []
        for expected in step.diag ?? [] {
            let found = findings.filter {
                $0["code"] as? String == expected.code
                    && (expected.severity == nil || $0["severity"] as? String == expected.severity)
            }
            if let count = expected.count { #expect(found.count == count, "\(id): \(expected.code)") }
            let words = Self.flat(found.map { "\($0["message"] ?? "") \($0["hint"] ?? "")" }.joined(separator: " "))
            for pattern in expected.must ?? [] { #expect(Self.says(pattern, words), "\(id): \(words)") }
            for pattern in expected.mustNot ?? [] { #expect(!Self.says(pattern, words), "\(id): \(words)") }
        }
    }

    /// Line breaks of the terminal and the escapes of JSON do not decide.
    private static func flat(_ text: String) -> String {
        text.replacingOccurrences(of: "\\\"", with: "\"").replacingOccurrences(of: "\\/", with: "/")
            .replacingOccurrences(of: "\\n", with: " ").split { $0.isWhitespace }.joined(separator: " ")
    }

    private static func says(_ pattern: String, _ text: String) -> Bool {
        guard
            let expression = try? NSRegularExpression(
                pattern: pattern, options: [.caseInsensitive, .dotMatchesLineSeparators])
        else {
            Issue.record("no regular expression: \(pattern)")
            return false
        }
        return expression.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)) != nil
    }

    /// The value at a path such as `resources[0].write.key`.
    private static func text(at path: String, in document: Any) -> String {
        var value: Any? = document
        for part in path.split(whereSeparator: { ".[]".contains($0) }) {
            value =
                Int(part).map { index in
                    (value as? [Any]).flatMap { $0.indices.contains(index) ? $0[index] : nil }
                } ?? (value as? [String: Any])?[String(part)]
        }
        return value.map { "\($0)" } ?? ""
    }
}
