import ClusterSupport
import Foundation
import PatientTesting
import TestSupport
import Testing

/// Every command that a step prints runs as printed, in the state that printed it. What needs more is no command: JSON has
/// no `next.command` then, and says what is missing.
@Suite(.patient) struct RotationAdviceTests {
    /// A procedure: a file in short form or JSON, and what is done to it, one command after the other.
    struct Procedure: CustomTestStringConvertible, Sendable {
        let name: String
        var path = "enc.yaml"
        let start: String
        let steps: [String]

        var testDescription: String { name }
    }

    private static let old = "key-20260101t000000z"
    private static let new = "key-20260201t000000z"
    private static let last = "--without-evidence --archive archive.yaml"

    /// `FILE` is the file, `HASH` the word that every server runs it.
    static let procedures = [
        Procedure(
            name: "rotate", start: "secrets: secretbox \(old)=1; identity",
            steps: [
                "", "--step promote HASH", "--step retire HASH \(last)", "--step retire --remove-identity HASH \(last)",
            ]),
        Procedure(
            name: "names of the documentation", start: "secrets: aescbc key1=1; identity",
            steps: ["", "HASH", "HASH \(last)"]),
        Procedure(
            name: "a wildcard and several entries",
            start: "secrets: aescbc \(old)=1; identity\n*.apps: aescbc \(old)=1\n*.*: secretbox \(old)=2",
            steps: ["", "--step promote HASH", "--step retire HASH \(last)"]),
        Procedure(
            name: "one server", start: "secrets: secretbox \(old)=1; identity",
            steps: ["--single-server", "--step retire HASH \(last)"]),
        Procedure(name: "enable", start: "secrets: identity; secretbox \(old)=1", steps: ["--step promote HASH"]),
        Procedure(
            name: "enable what opts out", start: "secrets: identity",
            steps: [
                "--to secretbox --resources secrets", "--to secretbox --resources secrets --step promote HASH",
            ]),
        Procedure(
            name: "disable", start: "secrets: secretbox \(old)=1",
            steps: ["--to identity", "--to identity HASH", "--to identity HASH \(last)"]),
        Procedure(
            name: "switch", start: "secrets: aescbc \(old)=1; identity",
            steps: ["--to secretbox", "--to secretbox HASH", "--to secretbox HASH \(last)"]),
        Procedure(
            name: "to a plugin", start: "secrets: aescbc \(old)=1; identity",
            steps: [
                "--to kms --kms-name 'a b' --kms-endpoint unix:///run/k.sock --no-kms",
                "--to kms --kms-name 'a b' --kms-endpoint unix:///run/k.sock --no-kms HASH",
            ]),
        Procedure(
            name: "from KMS v1", start: "secrets: kms v1 old@run/old.sock; identity",
            steps: [
                "--to kms --kms-name new --kms-endpoint unix:///run/new.sock --no-kms",
                "--to kms --kms-name new --kms-endpoint unix:///run/new.sock --no-kms HASH",
                "--to kms --kms-name new --kms-endpoint unix:///run/new.sock --no-kms HASH \(last)",
            ]),
        Procedure(
            name: "a further resource",
            start: "secrets: secretbox \(old)=1; identity\nconfigmaps: identity; secretbox \(old)=1",
            steps: ["--step promote HASH", "--step add", "--step promote HASH"]),
        Procedure(
            name: "abort", start: "secrets: secretbox \(old)=1",
            steps: ["", "--step abort", "--step abort \(last)"]),
        Procedure(
            name: "roll back", start: "secrets: secretbox \(old)=1 \(new)=2",
            steps: ["HASH", "--step promote --key-name \(old) HASH", "--step abort", "--step retire HASH \(last)"]),
        Procedure(
            name: "a leaked key", start: "secrets: secretbox \(new)=2 \(old)=1",
            steps: [
                "--step add --key-name emergency", "--step promote --key-name emergency HASH",
                "--step retire --key-name emergency HASH \(last)",
            ]),
        Procedure(
            name: "a name that the shell would split", path: "my enc's.yaml", start: "secrets: secretbox \(old)=1",
            steps: ["", "--step promote HASH", "--step retire HASH \(last)"]),
        Procedure(
            name: "a name with a dash in front", path: "-enc.yaml", start: "secrets: secretbox \(old)=1",
            steps: ["", "--step promote HASH", "--step retire HASH \(last)"]),
        Procedure(
            name: "JSON", path: "enc.json",
            start: """
                {"apiVersion": "apiserver.config.k8s.io/v1", "kind": "EncryptionConfiguration", "resources": [
                  {"resources": ["secrets"], "providers": [
                    {"secretbox": {"keys": [{"name": "key1", "secret": "\(ShortConfiguration.secret("1"))"}]}}, {"identity": {}}
                  ]}
                ]}
                """, steps: ["", "--step promote HASH", "--step retire HASH \(last)"]),
        Procedure(name: "refused", start: "secrets: secretbox \(new)=2 \(old)=1", steps: ["", "--step promote"]),
    ]

    @Test(arguments: procedures)
    func whatIsPrintedRuns(_ procedure: Procedure) throws {
        let program = try Program()
        defer { program.remove() }
        let path = "'\(procedure.path.replacing("'", with: "'\\''"))'"
        let file = procedure.path.hasPrefix("-") ? "./\(procedure.path)" : path
        let text = procedure.start.hasPrefix("{") ? procedure.start : ShortConfiguration(procedure.start).text
        try Data(text.utf8).write(
            to: program.workingFolder.appendingPathComponent("start.yaml"))
        #expect(try program.shell("mkdir work && mv start.yaml work/\(path) && chmod 600 work/\(path)").status == 0)
        for step in ["--status"] + procedure.steps {
            let options = step.replacing("HASH", with: "--servers-loaded $(sha256sum < \(file) | head -c 64)")
            // In a copy first, since the step is made once only.
            _ = try program.shell("rm -rf json && cp -a work json")
            let json = try program.shell("cd json && encconf rotate \(file) \(options) -o json")
            let next = try JSONDecoder().decode(Report.self, from: Data(json.output)).next
            #expect((next == nil) == (json.status == 2), "\(step): \(json.text)")
            if let next {
                #expect(next.needs.isEmpty || next.command == nil, "\(step)")
                if let command = next.command { try run(command, in: "json", program) }
            }
            let text = try program.shell("cd work && encconf rotate \(file) \(options)")
            #expect(text.status == json.status, "\(step): \(text.errors)")
            for command in Self.commands(in: text.text + text.errors) { try run(command, in: "work", program) }
        }
    }

    private struct Report: Decodable {
        struct Next: Decodable {
            let command: String?
            let needs: [String]
        }

        let next: Next?
    }

    /// What is in backquotes, and what stands in a line of its own.
    private static func commands(in text: String) -> [String] {
        text.matches(of: /`(encconf [^`]*)`/).map { String($0.1) }
            + text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { $0.hasPrefix("encconf ") && !$0.hasPrefix("encconf: ") }
    }

    /// Runs a command in a copy of the folder, where it must do what it is for. A name alone is no command line.
    private func run(_ command: String, in folder: String, _ program: Program) throws {
        guard command.wholeMatch(of: /encconf [a-z-]+( [a-z]+)?/) == nil else { return }
        #expect(command.firstMatch(of: /\b[A-Z]{3,}\b|\.\.\./) == nil, "a placeholder in \(command)")
        let result = try program.shell("rm -rf try && cp -a \(folder) try && cd try && \(command)")
        #expect(result.status == 0, "\(command): \(result.errors)")
    }
}
