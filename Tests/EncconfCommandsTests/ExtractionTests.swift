import Foundation
import PatientTesting
import TestSupport
import Testing

/// A document that contains a configuration: the command that `verify` prints takes it out, and harms nothing.
@Suite(.patient) struct ExtractionTests {
    private static let configuration = """
        apiVersion: apiserver.config.k8s.io/v1
        kind: EncryptionConfiguration
        resources:
          - resources: [secrets]
            providers:
              - secretbox: {keys: [{name: key1, secret: N4kvPfUO2MSMCra4lA3WbP3bdruavHg04JI8GcaxoIc=}]}
              - identity: {}

        """

    struct Document: CustomTestStringConvertible, Sendable {
        let name: String
        let text: String
        var testDescription: String { name }
    }

    private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    private static func indented(_ text: String, by count: Int) -> String {
        text.split(separator: "\n").map { String(repeating: " ", count: count) + $0 + "\n" }.joined()
    }

    private static let cloudConfig =
        "#cloud-config\nwrite_files:\n  - path: /etc/enc.yaml\n    content: |\n" + indented(configuration, by: 6)

    static let documents = [
        Document(
            name: "Secret", text: "apiVersion: v1\nkind: Secret\ndata: {a.yaml: \(base64(configuration))}\n"),
        Document(
            name: "encoded twice",
            text: "apiVersion: v1\nkind: Secret\ndata: {a.yaml: \(base64(base64(configuration)))}\n"),
        Document(
            name: "names for the shell",
            text: "apiVersion: v1\nkind: ConfigMap\ndata:\n  \"it's a\\\"$(touch harm)`touch harm`\\\\(1)\": |\n"
                + indented(configuration, by: 4)),
        Document(
            name: "cloud-init in a Secret",
            text: "apiVersion: v1\nkind: Secret\ndata: {value: \(base64(cloudConfig))}\n"),
        Document(
            name: "a part of Helm values in a text",
            text: "apiVersion: helm.cattle.io/v1\nkind: HelmChartConfig\nspec:\n  valuesContent: |\n    enc:\n"
                + indented(configuration, by: 6)),
        Document(
            name: "playbook",
            text: "- hosts: all\n  tasks:\n    - copy:\n        dest: /etc/enc.yaml\n        content: |\n"
                + indented(configuration, by: 10)),
        Document(
            name: "data URL",
            text: "storage: {files: [{contents: {source: \"data:text/plain;base64,\(base64(configuration))\"}}]}\n"),
        Document(
            name: "a further document", text: "apiVersion: v1\nkind: Namespace\n---\n" + configuration),
        Document(
            name: "in a further document",
            text: "apiVersion: v1\nkind: Namespace\n---\napiVersion: v1\nkind: ConfigMap\ndata:\n  enc: |\n"
                + indented(configuration, by: 4)),
    ]

    @Test(arguments: documents)
    func takesOut(_ document: Document) throws {
        let program = try Program()
        defer { program.remove() }
        let file = program.workingFolder.appendingPathComponent("-a document.yaml")
        try Data(document.text.utf8).write(to: file)
        let verdict = try program.shell("chmod 600 ./-*; \(Program.folder.path)/encconf verify -- '-a document.yaml'")
        #expect(verdict.status == 1)
        let line = try #require(
            verdict.text.split(separator: "\n").first { $0.hasPrefix("hint: ") && $0.contains("(umask") })
        let start = try #require(line.firstIndex(of: "`"))
        let end = try #require(line.lastIndex(of: "`"))
        let command = String(line[line.index(after: start)..<end])
        #expect(try program.shell(command).status == 0, "\(command)")
        let taken = program.workingFolder.appendingPathComponent("extracted.yaml")
        #expect(try program.encconf("verify", taken.path).status == 0, "\(command)")
        let attributes = try FileManager.default.attributesOfItem(atPath: taken.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        // A file of that name stays what it is.
        try Data("kept".utf8).write(to: taken)
        #expect(try program.shell(command).status != 0)
        #expect(try Data(contentsOf: taken) == Data("kept".utf8))
        let names = try FileManager.default.contentsOfDirectory(atPath: program.workingFolder.path)
        #expect(!names.contains("harm"))
    }

    /// Where no command takes it out, the place is named.
    @Test(arguments: [
        ("#!/bin/sh\ncat > enc.yaml <<EOF\n\(configuration)EOF\n", "contains a configuration near line 4"),
        (
            "files:\n  - source: \"data:,"
                + "kind%3A%20EncryptionConfiguration%0Aresources%3A%0A%20-%20providers%3A%20%5B%5D%0A\"\n",
            "contains a configuration at files[0].source (percent-encoded)"
        ),
        (
            "files:\n  - content: !!binary H4sIAAAAAAAAAwMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
            "may contain a configuration at files[0].content (gzip)"
        ),
        ("cluster: {secretboxEncryptionSecret: N4kvPfUO2MSMCra4lA3WbP3bdruavHg04JI8GcaxoIc=}\n", "of Talos"),
    ])
    func names(_ text: String, _ place: String) throws {
        let program = try Program()
        defer { program.remove() }
        let result = try program.encconf("verify", "-", input: Array(text.utf8))
        #expect(result.status == 1)
        #expect(result.text.contains(place), "\(result.text)")
        #expect(!result.text.contains("(umask"))
    }

    /// The names of a document within the document are judged by its own secrets.
    @Test func tellsNoSecretOfAnInnerDocument() throws {
        let program = try Program()
        defer { program.remove() }
        let inner = "secret: correct-horse\nfiles:\n  correct-horse: |\n" + Self.indented(Self.configuration, by: 4)
        let text = "kind: Secret\ndata: {value: \(Self.base64(inner))}\n"
        let result = try program.encconf("verify", "-", input: Array(text.utf8))
        #expect(result.status == 1 && result.text.contains("contains a configuration at data.value (base64), there"))
        #expect(!result.text.contains("correct-horse"), "\(result.text)")
    }

    /// A file that another tool encrypted is not to be edited.
    @Test(arguments: [
        ("kind: ENC[AES256_GCM,data:abc=,iv:YY=,aad:UQ=,tag:A=,type:str]\nsops: {version: 3.8.1}\n", "sops -d"),
        ("$ANSIBLE_VAULT;1.1;AES256\n3631\n", "ansible-vault"),
        ("-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n", "age -d"), ("age-encryption.org/v1\n-> X25519 a\n", "age -d"),
        ("-----BEGIN PGP MESSAGE-----\n\nhQ\n", "gpg -d"), ("\0GITCRYPT\0\u{1}", "git-crypt unlock"),
        (
            configuration.replacing(
                "N4kvPfUO2MSMCra4lA3WbP3bdruavHg04JI8GcaxoIc=", with: "\"ENC[AES256_GCM,data:abc=,type:str]\""),
            "sops -d"
        ),
    ])
    func proposesNoEdit(_ text: String, _ tool: String) throws {
        let program = try Program()
        defer { program.remove() }
        let result = try program.encconf("verify", "-", input: Array(text.utf8))
        #expect(result.status == 1)
        let hints = result.text.split(separator: "\n").filter { $0.hasPrefix("hint: ") }
        #expect(!hints.isEmpty && hints.allSatisfy { $0.contains(tool) }, "\(result.text)")
    }
}
