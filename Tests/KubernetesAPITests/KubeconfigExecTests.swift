import ChildProcesses
import Foundation
import SecretMemory
import TestSupport
import Testing

@testable import KubernetesAPI

/// Exec plugins: the recorded ones, and such as nobody should install.
struct KubeconfigExecTests {
    private let folder: KubeconfigFolder
    init() throws { folder = try KubeconfigFolder() }

    private func recorded(_ name: String) throws -> ExecPlugin {
        let path = TestData.path("kubeconfig/files/\(name)")
        return try #require(try Kubeconfig(reading: [path]).access().credentials.exec)
    }

    /// A plugin that runs a script of the shell.
    private func plugin(_ script: String, version: ExecPlugin.Version = .v1) throws -> ExecPlugin {
        let file = try folder.write("#!/bin/sh\n\(script)\n", to: "plugin-\(UUID().uuidString)", mode: 0o700)
        // Not the file itself: a process that another test starts at this moment may have it open for writing (ETXTBSY).
        var plugin = ExecPlugin(version: version, command: "/bin/sh")
        plugin.arguments = [file]
        plugin.timeout = .seconds(60)
        return plugin
    }

    private func answer(_ status: String, _ version: String = "v1", kind: String = "ExecCredential") -> String {
        "echo '{\"apiVersion\": \"client.authentication.k8s.io/\(version)\", \"kind\": \"\(kind)\", \"status\": \(status)}'"
    }

    private func reason(_ plugin: ExecPlugin, isInteractive: Bool = false) -> ExecPluginError.Reason? {
        do throws(ExecPluginError) {
            _ = try plugin.credential(isInteractive: isInteractive)
            return nil
        } catch {
            #expect(error.command == plugin.command && error.installHint == plugin.installHint)
            return error.reason
        }
    }

    // MARK: Recorded

    @Test func token() throws {
        let credential = try recorded("exec.yaml").credential(isInteractive: false)
        #expect(try #require(credential.token).isText("admin-e17e29eeb8772a09"))
        #expect(credential.clientCertificate == nil && credential.expiration == nil)
    }

    @Test func certificate() throws {
        let credential = try recorded("exec-cert.yaml").credential(isInteractive: false)
        let certificate = try #require(credential.clientCertificate)
        #expect(credential.token == nil)
        let files = try Kubeconfig(reading: [TestData.path("kubeconfig/files/files.yaml")]).access().credentials
        #expect(try #require(files.clientCertificate).key.isEqual(to: certificate.key))
    }

    @Test func failureWithInformation() throws {
        let plugin = try recorded("exec-info.yaml")
        #expect(reason(plugin) == .failed(.exit(3)))
        #expect(plugin.arguments == ["one"] && plugin.environment.map(\.name) == ["COLOUR"])
        // What kubectl gave it, byte for byte but for the blanks behind colons and the line break at the end.
        let stderr = try #require(KubeconfigRecordedTests.cases.first { $0.case == "exec-info" }).stderr
        let told = try #require(stderr.split(separator: "|").first)
        let ours = plugin.information(isInteractive: false).revealedText()
        #expect(ours.replacingOccurrences(of: "\": ", with: "\":") + "\n" == told)
        #expect(!ours.contains("\n"))
    }

    @Test func missing() throws {
        let plugin = try recorded("exec-missing.yaml")
        #expect(reason(plugin) == .notRun(.notFound) && plugin.installHint?.contains("install it") == true)
    }

    // MARK: What it is told

    @Test func information() throws {
        let cluster = """
            server: https://a/x, tls-server-name: b, insecure-skip-tls-verify: true, proxy-url: 'http://p', \
            disable-compression: true, extensions: [{name: other, extension: 1}, {name: client.authentication.k8s.io/exec, \
            extension: {audience: "a\\nb", numbers: [1, -2.5, 18446744073709551615, true, null]}}]
            """
        let exec = "exec: {command: ./p, apiVersion: client.authentication.k8s.io/v1beta1, provideClusterInfo: true}"
        let plugin = try #require(try folder.access(cluster: cluster, user: exec).credentials.exec)
        #expect(plugin.command == "\(folder.path)/./p" && plugin.interactiveMode == .ifAvailable)
        let text = plugin.information(isInteractive: true).revealedText().replacingOccurrences(of: "\": ", with: "\":")
        #expect(
            text == #"""
                {"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","spec":{"cluster":\#
                {"server":"https://a/x","tls-server-name":"b","insecure-skip-tls-verify":true,"proxy-url":"http://p",\#
                "disable-compression":true,"config":{"audience":"a\nb","numbers":[1,-2.5,18446744073709551615,true,null]}},\#
                "interactive":true}}
                """#)
        let without = try #require(
            try folder.access(user: exec.replacingOccurrences(of: ", provideClusterInfo: true", with: "")).credentials
                .exec)
        #expect(!without.information(isInteractive: false).revealedText().contains("cluster\""))
    }

    /// A server that was given in the place of that of the cluster.
    @Test func informationOfAnotherServer() throws {
        let exec =
            "exec: {command: p, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, provideClusterInfo: true}"
        let configuration = try Kubeconfig(reading: [try folder.write(KubeconfigFolder.text("server: https://a", exec))]
        )
        let access = try configuration.access(server: try ServerURL(parsing: "https://b:6443"))
        let text = try #require(access.credentials.exec).information(isInteractive: false).revealedText()
        #expect(text.contains("\"https://b:6443\"") && !text.contains("https://a"))
    }

    @Test func environment() throws {
        var plugin = try plugin(
            "printf '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"%s\"}}' \"$1$HIDDEN$HOME\""
        )
        plugin.arguments.append("$(id)")
        plugin.environment = [("HIDDEN", SecretKey(Array("-h-".utf8))), ("HOME", SecretKey(Array("/h".utf8)))]
        #expect(try #require(try plugin.credential(isInteractive: false).token).isText("$(id)-h-/h"))
    }

    @Test(arguments: [
        ("", KubeconfigError.ExecProblem.noCommand), ("command: a", .noVersion),
        (
            "command: a, apiVersion: client.authentication.k8s.io/v1alpha1, interactiveMode: Never",
            .unknownVersion("client.authentication.k8s.io/v1alpha1")
        ),
        ("command: a, apiVersion: v1, interactiveMode: Never", .unknownVersion("v1")),
        ("command: a, apiVersion: client.authentication.k8s.io/v1", .noInteractiveMode),
        ("command: a, apiVersion: client.authentication.k8s.io/v1, interactiveMode: never", .unknownInteractiveMode),
        (
            "command: a, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, env: [{value: b}]",
            .variableWithoutName
        ),
    ]) func refused(exec: String, problem: KubeconfigError.ExecProblem) {
        #expect(KubernetesAPITests.reason { _ = try folder.access(user: "exec: {\(exec)}") } == .exec(problem))
    }

    @Test func whoMayAsk() throws {
        var plugin = try plugin(
            "printf '%s' \"$KUBERNETES_EXEC_INFO\" | grep -q '\"interactive\": true' && exit 7; exit 8")
        #expect(reason(plugin, isInteractive: true) == .failed(.exit(8)))
        plugin.interactiveMode = .ifAvailable
        #expect(reason(plugin, isInteractive: true) == .failed(.exit(7)))
        #expect(reason(plugin) == .failed(.exit(8)))
        plugin.interactiveMode = .always
        #expect(reason(plugin, isInteractive: true) == .failed(.exit(7)))
        #expect(reason(plugin) == .needsTerminal)
    }

    /// What a plugin writes there can be a secret; only a plugin that asks a person has the standard error of this process.
    @Test func standardError() throws {
        var plugin = try plugin(
            #"test "$(readlink /proc/$$/fd/2)" = "$(readlink /proc/$PPID/fd/2)" && exit 7; exit 8"#)
        #expect(reason(plugin) == .failed(.exit(8)))
        plugin.interactiveMode = .always
        #expect(reason(plugin, isInteractive: true) == .failed(.exit(7)))
    }

    // MARK: Answers

    @Test func answers() throws {
        let full = try plugin(
            answer(#"{"token": "a\\u0062", "expirationTimestamp": "2026-11-30T06:31:07Z", "other": 1}"#)
        )
        .credential(isInteractive: false)
        #expect(try #require(full.token).isText("ab") && full.expiration == 1_796_020_267)
        #expect(
            try plugin(answer(#"{"token": "t", "expirationTimestamp": null}"#, "v1beta1"), version: .v1beta1)
                .credential(isInteractive: false).expiration == nil)
    }

    @Test func wrongAnswers() throws {
        let certificate = try String(contentsOfFile: KubeconfigFolder.certificate, encoding: .utf8)
            .replacingOccurrences(of: "\n", with: "\\\\n")
        let key = try String(contentsOfFile: KubeconfigFolder.key, encoding: .utf8).replacingOccurrences(
            of: "\n", with: "\\\\n")
        let cases: [(String, ExecPluginError.Reason)] = [
            ("true", .notJSON), ("echo secret", .notJSON), ("echo '[]'", .notJSON),
            (answer("{}") + "; echo x", .notJSON),
            (answer(#"{"token": 1}"#), .notJSON), (answer("[]"), .notJSON),
            (answer(#"{"token": "t"}"#, kind: "Secret"), .notCredential),
            ("echo '{\"kind\": \"ExecCredential\"}'", .otherVersion),
            (answer(#"{"token": "t"}"#, "v1beta1"), .otherVersion), (answer("null"), .noStatus),
            (answer("{}"), .nothing),
            (answer(#"{"token": ""}"#), .nothing), (answer(#"{"token": "a\\nb"}"#), .unusableToken),
            (answer(#"{"clientCertificateData": "\#(certificate)"}"#), .certificateWithoutKey),
            (answer(#"{"token": "t", "clientKeyData": "k"}"#), .keyWithoutCertificate),
            (answer(#"{"clientCertificateData": "c", "clientKeyData": "\#(key)"}"#), .noCertificate),
            (answer(#"{"clientCertificateData": "\#(certificate)", "clientKeyData": "k"}"#), .noKey),
            (
                answer(
                    #"{"clientCertificateData": "\#(certificate)", "clientKeyData": "\#(key.replacingOccurrences(of: "PRIVATE", with: "ENCRYPTED PRIVATE"))"}"#
                ), .encryptedKey
            ),
            (answer(#"{"token": "t", "expirationTimestamp": "tomorrow"}"#), .malformedTime),
            (answer(#"{"token": "t", "expirationTimestamp": ""}"#), .malformedTime),
            (answer(#"{"token": "t"}"#) + "; exit 1", .failed(.exit(1))), ("kill -9 $$", .failed(.signal(9))),
            ("cat /dev/zero", .notRun(.tooMuchOutput)), ("cat /dev/zero >&2", .notRun(.tooMuchOutput)),
        ]
        for (script, expected) in cases {
            let found = try reason(plugin(script))
            #expect(found == expected, "\(script.prefix(90))")
        }
    }

    @Test func hanging() throws {
        var plugin = try plugin("sleep 300")
        plugin.timeout = .milliseconds(200)
        #expect(reason(plugin) == .notRun(.timedOut))
        plugin.timeout = nil
        let start = ContinuousClock.now
        #expect(throws: ExecPluginError.self) {
            _ = try plugin.credential(isInteractive: false) { .now - start > .milliseconds(200) }
        }
        #expect(.now - start < .seconds(20))
        // A pipe that nobody writes to is at its end.
        #expect(try reason(self.plugin("cat; \(answer(#"{"token": "t"}"#))")) == nil)
    }

    // MARK: Time

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0 as Int64?), ("2026-11-30T06:31:07Z", 1_796_020_267),
        ("2026-11-30T07:31:07.999+01:00", 1_796_020_267), ("2026-11-29T22:31:07-08:00", 1_796_020_267),
        ("2000-02-29T23:59:59Z", 951_868_799), ("0001-01-01T00:00:00Z", -62_135_596_800),
        ("9999-12-31T23:59:59Z", 253_402_300_799), ("2026-02-29T00:00:00Z", nil), ("2100-02-29T00:00:00Z", nil),
        ("2026-13-01T00:00:00Z", nil), ("2026-04-31T00:00:00Z", nil), ("2026-11-30T24:00:00Z", nil),
        ("2026-11-30T06:31:07", nil), ("2026-11-30T06:31:07.Z", nil), ("2026-11-30 06:31:07Z", nil),
        ("2026-11-30T06:31:07Zx", nil), ("2026-11-30T06:31:07+0100", nil), ("2026-11-30T06:31:07*01:00", nil),
        ("", nil),
    ]) func times(text: String, expected: Int64?) {
        #expect(RFC3339.seconds(Array(text.utf8).span.rawBytes) == expected)
    }
}
