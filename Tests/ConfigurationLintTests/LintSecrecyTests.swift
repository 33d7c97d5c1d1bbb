import ConfigurationLint
import Diagnostics
import EncryptionConfig
import Explanations
import Foundation
import SecretMemory
import TestSupport
import Testing

/// No text that the linter makes, and no line that may be quoted, has eight characters of a key in a row.
struct LintSecrecyTests {
    @Test(arguments: try LintCase.all())
    func findingsTellNothing(_ item: LintCase) throws {
        let texts = try item.findings().flatMap { [$0.message, $0.hint ?? "", $0.path ?? ""] }
        expectNoSecret(of: item.bytes, in: texts)
    }

    @Test(arguments: try LintCase.all())
    func quotableLinesTellNothing(_ item: LintCase) {
        expectNoSecret(of: item.bytes, in: quoted(item.bytes).compactMap(\.self))
    }

    @Test func recordedFilesTellNothing() throws {
        let folder = TestData.path("verdicts")
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where !name.hasSuffix(".md") {
            let bytes = try TestData.bytes("verdicts/\(name)")
            expectNoSecret(of: bytes, in: quoted(bytes).compactMap(\.self), "\(name)")
            guard let findings = try? lint(bytes, server: .lenient) else { continue }
            expectNoSecret(of: bytes, in: findings.flatMap { [$0.message, $0.hint ?? "", $0.path ?? ""] }, "\(name)")
        }
    }

    /// Nor does the linter trap on any of them, or answer twice differently.
    @Test func mutatedFilesTellNothing() throws {
        struct Mutant: Decodable { let content_b64: String }
        var lintedCount = 0
        for mutant in try GzipLines.decode("mutants.jsonl.gz", as: Mutant.self) {
            let bytes = [UInt8](Data(base64Encoded: mutant.content_b64) ?? Data())
            expectNoSecret(of: bytes, in: quoted(bytes).compactMap(\.self))
            guard let findings = try? lint(bytes, with: Linter(now: 1_777_593_600), server: .lenient) else { continue }
            lintedCount += 1
            expectNoSecret(of: bytes, in: findings.flatMap { [$0.message, $0.hint ?? "", $0.path ?? ""] })
            #expect(try lint(bytes, with: Linter(now: 1_777_593_600), server: .lenient) == findings)
        }
        #expect(lintedCount > 100)
    }

    /// Neither do the explanations, whose words could be those of a documented key.
    @Test func explanationsTellNothing() throws {
        let texts = Explanation.ofConfigurations.flatMap { [$0.title, $0.meaning, $0.check, $0.remedy] }
        for item in try LintCase.all() where item.name.hasPrefix("ENC0220") {
            expectNoSecret(of: item.bytes, in: texts)
        }
    }

    @Test func quotesWhatIsHarmless() {
        let text = """
            apiVersion: apiserver.config.k8s.io/v1
            kind: EncryptionConfiguration
            resources:
            - resources: [secrets, 'deployments.apps']
              providers:
              - aescbc:
                  keys:
                  - name: aescbckey-2026-01-31T12:00:00+01:00
                    secret: nXmxo38xgBzRGmcG+0DWvVdSaEaQO7E+3lYkOenBuCM=
                  - name: "key2"  # nXmxo38x
                    secret: |
                      bsqgB1pp/BeLqPg3GKqPO9H2XoFE5h2asw/LBqbBrY8=
                  - {name: key3, secret: A/j5CnrWGB83ylcPkuUhm/6TSyrQtsNJtDPwPHNOj4Q=}
              - kms:
                  apiVersion: v2
                  name: vault
                  endpoint: unix:///run/secrets/vault/plugin.sock
                  timeout: 3s
              - identity: {}
            # - name: old
            """
        let hidden = [9, 10, 11, 12, 13, 20]
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
        for (index, line) in quoted(Array(text.utf8)).enumerated() {
            #expect(line == (hidden.contains(index + 1) ? nil : lines[index]), "line \(index + 1)")
        }
    }

    /// One line each, in the place of line 8; and whether it may be shown.
    @Test(arguments: [
        ("- name: key1", true), ("- name: key1 ", true), ("- 'name' :\tkey1", true),
        // A key where its name belongs, whole or in part.
        ("- name: nXmxo38xgBzRGmcG+0DWvVdSaEaQO7E+3lYkOenBuCM=", false), ("- name: DWvVdSaEaQ", false),
        ("- name: 9d79b1a37f31801c", false), ("- name: bsqgB1pp/BeLqPg3GKqPO9H2XoFE5h2asw/LBqbBrY8=", false),
        ("- name: 6ecaa0075a69fc178ba8f83718aa8f3b", false),
        // What nobody knows.
        ("- nmae: key1", false), ("- name: &a key1", false), ("- name: !!str key1", false), ("- name: key1 #", false),
        ("- name: [key1]", false), ("- nXmxo38xgBzRGmcG: key1", false),
    ])
    func quotesOneLine(_ line: String, _ isQuotable: Bool) {
        let text = """
            apiVersion: apiserver.config.k8s.io/v1
            kind: EncryptionConfiguration
            resources:
            - resources: [secrets]
              providers:
              - aescbc:
                  keys:
                  \(line)
                    secret: nXmxo38xgBzRGmcG+0DWvVdSaEaQO7E+3lYkOenBuCM=
            """
        #expect((quoted(Array(text.utf8))[7] != nil) == isQuotable)
    }

    @Test(arguments: [
        "a: [", "\u{feff}\0", "kind: EncryptionConfiguration\rresources:", "kind: EncryptionConfiguration\u{2028}",
        "{\"kind\": \"EncryptionConfiguration\"",
    ])
    func quotesNothingOf(_ text: String) {
        #expect(quoted(Array(text.utf8)).allSatisfy { $0 == nil })
    }

    /// A line is quoted with each finding in it.
    @Test(arguments: [(100, true), (1000, false)]) func quotesNoLongLine(count: Int, isQuotable: Bool) {
        let names = (0..<count).map { "r\($0)" }.joined(separator: ", ")
        let text = "kind: EncryptionConfiguration\nresources:\n- resources: [\(names)]"
        #expect((quoted(Array(text.utf8))[2] != nil) == isQuotable)
    }

    @Test func quotesJSON() {
        let text = "{\n  \"kind\": \"EncryptionConfiguration\",\r\n  \"other\": 1\n}"
        #expect(quoted(Array(text.utf8)) == ["{", "  \"kind\": \"EncryptionConfiguration\",", nil, "}"])
    }

    /// A key under the name of itself: the name is not shown.
    @Test func namesThatHoldAKeyAreHidden() throws {
        let key = "nXmxo38xgBzRGmcG+0DWvVdSaEaQO7E+3lYkOenBuCM="
        for name in [key, "old-\(key.prefix(10))", "9D79B1A37F31801C"] {
            let text = """
                apiVersion: apiserver.config.k8s.io/v1
                kind: EncryptionConfiguration
                resources:
                - resources: [secrets]
                  providers:
                  - secretbox: {keys: [{name: "\(name)", secret: "\(key)"}, {name: "\(name)", secret: "\(key)"}]}
                """
            let finding = try #require(try lint(Array(text.utf8)).first { $0.code == "ENC0210" })
            #expect(finding.message.hasPrefix("duplicate key name REDACTED with"))
        }
    }
}

/// Each line of a file, or nil where it has to stay hidden.
private func quoted(_ bytes: [UInt8]) -> [String?] {
    let numbers = 1...bytes.count { $0 == UInt8(ascii: "\n") } + 1
    let lines = QuotableLines(SecretBytes(copying: bytes.span.bytes), wanted: Set(numbers))
    return numbers.map { lines.text(ofLine: $0) }
}

/// Expects no eight characters of any secret in the texts: not of its base64, nor of its bytes, nor of their hex digits.
///
/// Which texts are secrets is told by a pattern here, so as not to rest on the code that is tested.
private func expectNoSecret(
    of file: [UInt8], in texts: [String], _ comment: Comment? = nil, at location: SourceLocation = #_sourceLocation
) {
    var windows: Set<UInt64> = []
    for match in String(decoding: file, as: UTF8.self).matches(
        of: /secret["']?:[ \t]*(?:\|-?\s*)?["']?([A-Za-z0-9+\/=]{8,})/)
    {
        let text = String(match.1)
        let bytes = [UInt8](Data(base64Encoded: text) ?? Data())
        for form in [Array(text.utf8), bytes, Array(bytes.map { String(format: "%02x", $0) }.joined().utf8)] {
            windows.formUnion(form.windows)
        }
    }
    for text in texts {
        let isClean = windows.isDisjoint(with: Array(text.utf8).windows)
        #expect(isClean, comment ?? "\(text)", sourceLocation: location)
    }
}

extension [UInt8] {
    /// Each eight bytes in a row, as one number.
    fileprivate var windows: Set<UInt64> {
        var (window, windows): (UInt64, Set<UInt64>) = (0, [])
        for (offset, byte) in enumerated() {
            window = window << 8 | UInt64(byte)
            if offset >= 7 { windows.insert(window) }
        }
        return windows
    }
}
