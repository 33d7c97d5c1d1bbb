import Foundation
import Testing
import TestSupport

@testable import YAMLTree

/// Every recorded file is refused with the text that kube-apiserver printed, or parsed if kube-apiserver parsed it.
@Suite struct RecordedVerdictTests {
    struct Verdict: Decodable {
        let ok: Bool
        var stage: String?
        var error: String?
    }

    @Test func verdicts() throws {
        struct Index: Decodable {
            struct Case: Decodable {
                let file: String
                let `default`: Verdict
            }
            let cases: [Case]
        }
        let cases = try TestData.json("verdicts/index.json", as: Index.self).cases
        for recorded in cases {
            try check(recorded.default, TestData.bytes("verdicts/" + recorded.file), recorded.file)
        }
        #expect(cases.count == 471)
    }

    @Test func mutants() throws {
        struct Mutant: Decodable {
            let id: String
            let content_b64: Data
            let `default`: Verdict
        }
        let mutants = try GzipLines.decode("mutants.jsonl.gz", as: Mutant.self)
        for mutant in mutants { check(mutant.default, Array(mutant.content_b64), mutant.id) }
        #expect(mutants.count == 1200)
    }

    private func check(_ verdict: Verdict, _ bytes: [UInt8], _ name: String) {
        let text = verdict.stage == "decode" ? verdict.error.map(withoutWrapper) : nil
        // Taken as protobuf, and never parsed.
        guard !bytes.starts(with: Array("k8s\0".utf8)), verdict.stage != "read" else { return }
        let expected = text.flatMap(syntaxError).map(redacted)
        let (actual, duplicates) = outcome(of: bytes)
        #expect(actual == expected, "\(name): \(text ?? "parsed")")
        if let text, actual == nil, text.hasPrefix("strict decoding error: yaml: unmarshal errors:") {
            let lines = text.dropFirst("strict decoding error: ".count).split(separator: ", unknown field")[0]
            #expect(lines == "yaml: unmarshal errors:" + duplicates.map { "\n  \($0)" }.joined(), "\(name)")
        } else if actual == nil, verdict.ok {
            #expect(duplicates.isEmpty, "\(name)")
        }
    }

    /// What this module makes of the file: the text of the error, and the lines about duplicate keys.
    private func outcome(of bytes: [UInt8]) -> (error: String?, duplicates: [String]) {
        do {
            let (_, duplicates) = try YAMLDocument(bytes: bytes).view()
            let lines = duplicates.map { duplicate in
                let key = duplicate.isStringKey ? "\"\(duplicate.key.text)\"" : duplicate.key.text
                return "line \(duplicate.line): key \(key) already set in map"
            }
            return (nil, lines)
        } catch let error as YAMLError {
            return (error.upstreamText ?? error.description, [])
        } catch {
            return ("\(error)", [])
        }
    }

    private func withoutWrapper(_ error: String) -> String {
        String(error.replacing(#/^error while parsing file: error decoding [a-z ]* file "[^"]*": /#, with: ""))
    }

    /// The error, if it is one of those that this module finds: everything up to the JSON value.
    private func syntaxError(_ text: String) -> String? {
        if text.hasPrefix("yaml: ") || text.hasPrefix("json: unsupported value")
            || text.hasPrefix("unsupported map key")
        {
            return text
        }
        let wrapper = "couldn't get version/kind; json parse error: "
        guard text.hasPrefix(wrapper) else { return nil }
        let inner = String(text.dropFirst(wrapper.count))
        return inner.hasPrefix("invalid character") || inner.hasPrefix("unexpected end") ? inner : nil
    }

    private func redacted(_ text: String) -> String {
        String(
            text
                .replacing(#/(?s)(unsupported map key of type: .*?, key: <nil>, value: ).*/#) { $0.1 + "REDACTED" }
                .replacing(#/(?s)(invalid map key: ).*/#) { $0.1 + "REDACTED" }
                .replacing(#/(?s)`.*`/#, with: "`REDACTED`"))
    }
}
