import Foundation
import PatientTesting
import TestSupport
import Testing

/// `encconf verify` over every recorded file. (That each text is kube-apiserver's to the letter is tested in
/// EncryptionConfigTests.)
@Suite(.patient) struct VerifyTests {
    struct Index: Decodable {
        struct Case: Decodable {
            let file: String
            let `default`: Verdict
            let default_reload: Verdict
            let kmsv1: Verdict
            let kmsv1_reload: Verdict

            func verdict(_ mode: Mode) -> Verdict {
                switch mode {
                case .default: self.default
                case .reload: default_reload
                case .kmsv1: kmsv1
                case .kmsv1Reload: kmsv1_reload
                }
            }
        }
        struct Verdict: Decodable {
            let ok: Bool
            let error: String?
        }
        let cases: [Case]
    }

    enum Mode: String, CaseIterable {
        case `default` = ""
        case reload = "--reload"
        case kmsv1 = "--feature-gates KMSv1=true"
        case kmsv1Reload = "--reload --feature-gates KMSv1=true"
    }

    struct Report: Decodable {
        struct Finding: Decodable {
            let code: String
            let severity: String
            let line: Int?
        }
        let kind: String
        let file: String
        let hash: String
        let verdict: String
        let apiserverError: String?
        let diagnostics: [Finding]
        let suppressed: [Finding]
    }

    /// The JSON documents that the program printed one after another.
    private func reports(_ result: Program.Result) throws -> [Report] {
        try result.text.components(separatedBy: "\n}\n").filter { !$0.isEmpty }
            .map { try JSONDecoder().decode(Report.self, from: Data(($0 + "\n}").utf8)) }
    }

    @Test(arguments: Mode.allCases)
    func recordedFiles(_ mode: Mode) throws {
        let cases = try TestData.json("verdicts/index.json", as: Index.self).cases
        let program = try Program()
        defer { program.remove() }
        // The file name is part of some texts, and the recordings have it without a folder.
        let result = try program.shell("cd testdata/verdicts && encconf verify \(mode.rawValue) -o json *.yaml")
        #expect(result.status == 1)
        let reports = Dictionary(uniqueKeysWithValues: try reports(result).map { ($0.file, $0) })
        #expect(reports.count == cases.count)
        for item in cases {
            let report = try #require(reports[item.file])
            let verdict = item.verdict(mode)
            #expect(report.verdict == (verdict.ok ? "accepted" : "rejected"), "\(item.file)")
            #expect((report.apiserverError == nil) == verdict.ok)
            #expect(report.diagnostics.contains { $0.severity == "error" } == !verdict.ok, "\(item.file)")
            if let text = report.apiserverError, !text.contains("REDACTED") { #expect(text == verdict.error) }
        }
    }

    /// No eight bytes of a key in a row, raw, in base64 or in hexadecimal, in any output in any format.
    @Test(arguments: ["text", "json", "sarif"])
    func noSecretIsShown(format: String) throws {
        let program = try Program()
        defer { program.remove() }
        let folder = TestData.path("verdicts")
        let all = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }.sorted()
        #expect(all.count > 400)
        let names = Sample.of(all, 60, "noSecretIsShown \(format)")
        // Each file's output is its own, so that a word of one is not taken for a key of another.
        let result = try program.shell(
            """
            mkdir out; cd testdata/verdicts
            for f in \(names.joined(separator: " ")); do encconf verify -o \(format) --color always "$f" > "$OLDPWD/out/$f" 2>&1; done
            """)
        #expect(result.errors.isEmpty)
        for name in names {
            let keys = KeyMaterial(try TestData.bytes("verdicts/\(name)"))
            let output = try Data(contentsOf: program.workingFolder.appendingPathComponent("out/\(name)"))
            #expect(!output.isEmpty)
            #expect(!keys.isFound(in: String(decoding: output, as: UTF8.self)), "\(name)")
        }
    }

    /// What `init` makes is accepted, and warned of only for what the provider itself deserves.
    @Test(arguments: [
        ("secretbox", ["ENC0205"]), ("aescbc", ["ENC0230", "ENC0205"]), ("aesgcm", ["ENC0231", "ENC0205"]),
        ("kms --kms-name vault --kms-endpoint unix:///run/kms.sock", ["ENC0205"]),
    ])
    func newConfigurations(provider: String, allowed: [String]) throws {
        let program = try Program()
        defer { program.remove() }
        let result = try program.shell(
            "encconf init --provider \(provider) --file enc.yaml 2> log && encconf verify -o json enc.yaml")
        #expect(result.status == 0)
        let report = try #require(try reports(result).first)
        #expect(report.verdict == "accepted")
        #expect(report.diagnostics.allSatisfy { allowed.contains($0.code) }, "\(report.diagnostics)")
    }

    /// SARIF 2.1.0 has what its schema requires.
    @Test func sarif() throws {
        let program = try Program()
        defer { program.remove() }
        let result = try program.shell(
            "encconf verify -o sarif testdata/verdicts/fields-076.yaml testdata/verdicts/keys-001.yaml")
        #expect(result.status == 1)
        let log = try #require(JSONSerialization.jsonObject(with: Data(result.output)) as? [String: Any])
        #expect(log["version"] as? String == "2.1.0")
        let run = try #require((log["runs"] as? [[String: Any]])?.first)
        let driver = try #require((run["tool"] as? [String: Any])?["driver"] as? [String: Any])
        #expect(driver["name"] as? String == "encconf")
        let rules = try #require(driver["rules"] as? [[String: Any]])
        let results = try #require(run["results"] as? [[String: Any]])
        #expect(results.count > 5)
        for result in results {
            let index = try #require(result["ruleIndex"] as? Int)
            #expect(rules[index]["id"] as? String == result["ruleId"] as? String)
            #expect((result["message"] as? [String: Any])?["text"] is String)
        }
    }
}
