import EncryptionConfig
import Foundation
import SecretMemory
import TestSupport
import Testing

/// The verdict on every recorded file, in all four modes: the same answer, stage and text, and for what is accepted
/// the same keys. Nothing that we say of a file holds a piece of its keys.
struct VerdictTests {
    @Test func recordedFiles() throws {
        let cases = try RecordedCase.files()
        for item in cases { try check(item, id: item.name) }
        #expect(cases.count == 471)
    }

    @Test func mutants() throws {
        let cases = try RecordedCase.mutants()
        for item in cases { try check(item, id: item.id ?? "") }
        #expect(cases.count == 1200)
    }

    private func check(_ item: RecordedCase, id: String) throws {
        let bytes = try item.bytes()
        let material = KeyMaterial(bytes)
        let reading = Result { () throws(ConfigurationRefusal) in
            try ConfigurationDocument.read(SecretBytes(copying: bytes.span.rawBytes))
        }
        for (options, verdict) in item.modes {
            do {
                let configuration = try EncryptionConfiguration(checking: reading.get(), options: options)
                #expect(verdict.ok, "\(id): accepted, but \(verdict.error ?? "")")
                item.check(configuration, effective: item.effective, resolved: item.resolved, name: id)
            } catch {
                check(error, verdict, item, bytes, material, id: id)
                guard case .success(let document) = reading else { continue }
                for diagnostic in error.diagnostics {
                    let path = diagnostic.path ?? "-"
                    #expect(document.has(path), "\(id): there is no \(path)")
                }
            }
        }
    }

    private func check(
        _ refusal: ConfigurationRefusal, _ verdict: RecordedVerdict, _ item: RecordedCase, _ bytes: [UInt8],
        _ material: KeyMaterial, id: String
    ) {
        let text = refusal.apiserverError(path: item.name) ?? "-"
        #expect(!verdict.ok, "\(id): refused with \(text)")
        #expect(refusal.stage.rawValue == verdict.stage, "\(id)")
        let recorded = verdict.error ?? ""
        guard let hidden = Redaction.hidden(by: text, in: recorded) else {
            Issue.record("\(id): \(text)\nrecorded: \(recorded)")
            return
        }
        let whole = String(decoding: bytes, as: UTF8.self)
        for part in hidden where part != "REDACTED" && part != whole {
            let isSecret = recorded.contains("\"Secret\":\"\(part)\"") || material.isKey(part)
            #expect(isSecret, "\(id): \(part) is no key")
        }
        let said = [text] + refusal.diagnostics.flatMap { [$0.message, $0.path ?? "", $0.hint ?? ""] }
        #expect(!material.isFound(in: said.joined(separator: "\n")), "\(id) shows a key: \(said)")
        #expect(!refusal.diagnostics.isEmpty, "\(id)")
        for diagnostic in refusal.diagnostics {
            guard let position = diagnostic.position else {
                #expect(bytes.isEmpty || Redaction.hasNoPlace(text), "\(id): \(diagnostic.message) stands nowhere")
                continue
            }
            #expect((0...bytes.count).contains(position.offset), "\(id): \(position)")
            #expect(position.line >= 1 && position.column >= 1, "\(id): \(position)")
        }
    }
}

extension ConfigurationDocument {
    /// Whether a path leads to something, or to a field that is missing in something.
    fileprivate func has(_ path: String) -> Bool {
        guard path != "resources" else { return true }
        guard let match = path.wholeMatch(of: #/resources\[(\d+)\](?:\.(resources|providers)(?:\[(\d+)\](.*))?)?/#),
            let index = Int(match.1), resources.indices.contains(index)
        else { return false }
        let entry = resources[index]
        guard let child = match.3.flatMap({ Int($0) }) else { return true }
        if match.2 == "resources" { return entry.resources.indices.contains(child) && match.4 == "" }
        guard entry.providers.indices.contains(child) else { return false }
        let provider = entry.providers[child]
        let lists = ["aesgcm": provider.aesgcm, "aescbc": provider.aescbc, "secretbox": provider.secretbox]
        guard let rest = (match.4 ?? "").wholeMatch(of: #/\.(\w+)(?:\.keys(?:\[(\d+)\]\.(?:name|secret))?)?/#) else {
            return match.4 == "" || provider.kms != nil && (match.4 ?? "").hasPrefix(".kms.")
        }
        if rest.1 == "kms" { return provider.kms != nil }
        guard let list = lists[String(rest.1)] ?? nil else { return false }
        return rest.2.map { Int($0).map(list.keys.indices.contains) ?? false } ?? true
    }
}

/// Compares a text in which parts are redacted with the one in which they are not.
enum Redaction {
    /// What `REDACTED` stands for in each place; nil if the texts differ in anything else.
    static func hidden(by redacted: String, in recorded: String) -> [String]? {
        if redacted == recorded { return [] }
        let pattern = redacted.components(separatedBy: "REDACTED").map(NSRegularExpression.escapedPattern(for:))
            .joined(separator: "([\\s\\S]*?)")
        let whole = NSRange(recorded.startIndex..., in: recorded)
        guard let expression = try? NSRegularExpression(pattern: "\\A\(pattern)\\z"),
            let match = expression.firstMatch(in: recorded, range: whole)
        else { return nil }
        return (1..<match.numberOfRanges).map { (recorded as NSString).substring(with: match.range(at: $0)) }
    }

    /// Mistakes of the file as a whole.
    static func hasNoPlace(_ text: String) -> Bool { text.hasSuffix("control characters are not allowed") }
}
