import EncryptionConfig
import SecretMemory
import TestSupport
import Testing

/// What is said of a file in which a secret went astray: never the secret, and nothing else is kept back.
struct RedactionTests {
    private static let key = "nXmxo38xgBzRGmcG+0DWvVdSaEaQO7E+3lYkOenBuCM="
    private static let head = "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n"
    private static let item = "- resources: [secrets]\n  providers:\n"

    @Test(arguments: [
        // A key as a field's name, whole and with something in front.
        (
            item + "  - aescbc: {keys: [{name: a, \(key): b}]}\n",
            #"unknown field "resources[0].providers[0].aescbc.keys[0].REDACTED""#
        ),
        (
            item + "  - secretbox:\n      my\(key): 1\n",
            #"unknown field "resources[0].providers[0].secretbox.REDACTED""#
        ),
        // A secret of any kind, known by the field that has it, also where no field of this name belongs.
        (item + "  - aescbc: {keys: [], pass phrase 1: x}\n  - x: {Secret: pass phrase 1}\n", "aescbc.REDACTED"),
        (
            "- resources: [A9]\n  providers: [{aescbc: {keys: [{name: n1, secret: A9}]}}]\n",
            #"Invalid value: "REDACTED": resource name"#
        ),
        (
            item + "  - kms: {name: x, endpoint: 'tcp://\(key)'}\n",
            #"endpoint: Invalid value: "REDACTED": unsupported scheme "tcp""#
        ),
        (
            item + "  - kms: {name: x, endpoint: 'unix://h:\(key)/'}\n",
            #"error: parse "REDACTED": invalid port "REDACTED" after host"#
        ),
        (item + "  - kms: {name: x, timeout: '\(key)'}\n", #"time: invalid duration "REDACTED""#),
        // What is long, but a word, a name or a path.
        (
            "- resources: [Customresourcedefinitions.apiextensions.k8s.io]\n",
            #""Customresourcedefinitions.apiextensions.k8s.io""#
        ),
        (
            item + "  - kms: {name: x, endpoint: 'tcp:///var/run/kmsplugin/socket.sock'}\n",
            #""tcp:///var/run/kmsplugin/socket.sock""#
        ),
    ])
    func astray(rest: String, expected: String) {
        let file = Array((Self.head + rest).utf8)
        do {
            let document = try ConfigurationDocument.read(SecretBytes(copying: file.span.rawBytes))
            _ = try EncryptionConfiguration(checking: document)
            Issue.record("accepted")
        } catch {
            let text = error.apiserverText ?? ""
            #expect(text.contains(expected), "\(text)")
            let said = [text] + error.diagnostics.flatMap { [$0.message, $0.path ?? "", $0.hint ?? ""] }
            #expect(!said.joined().contains(Self.key.prefix(8)), "\(said)")
        }
    }

    /// What may not be shown is not shown in small letters either, nor is what stands in its place.
    @Test(arguments: [
        (key, nil), ("A9", nil), ("\(key).*", nil), ("Secrets", "write secrets"), ("x.*", "such as x.apps"),
    ])
    func hints(resource: String, expected: String?) throws {
        let file = Array(
            (Self.head + "- resources: ['\(resource)']\n  providers: [{aescbc: {keys: [{name: n1, secret: A9}]}}]\n")
                .utf8)
        do {
            let document = try ConfigurationDocument.read(SecretBytes(copying: file.span.rawBytes))
            _ = try EncryptionConfiguration(checking: document)
            Issue.record("accepted")
        } catch {
            let hint = try #require(error.diagnostics.first { $0.code == "ENC0111" }).hint
            #expect(expected.map { hint?.hasSuffix($0) == true } ?? (hint == nil), "\(hint ?? "none")")
        }
    }
}
