import Explanations
import Foundation
import SecretMemory
import ShownText
import TestSupport
import Testing

@testable import KubernetesAPI

private let hidden = "n33dle-0f-a-T0ken"

/// No error and no description holds a token, a password or a key, and nothing of them stays in memory.
struct KubeconfigSecrecyTests {
    private let folder: KubeconfigFolder
    init() throws { folder = try KubeconfigFolder() }

    /// Everything that a person could be shown of a value.
    private func texts(_ value: Any) -> String {
        var dumped = ""
        dump(value, to: &dumped)
        return "\(value) \(String(reflecting: value)) \(dumped)"
    }

    private func texts(_ error: KubeconfigError) -> String {
        let shown = error.failure.problems.map { problem in
            Redactor().shown(problem.message).text + " " + (problem.hint.map { Redactor().shown($0).text } ?? "")
        }
        return texts(error as Any) + shown.joined()
    }

    /// The needle in every field that may hold a secret, as it is and in a wrong place or form.
    private static let userTexts: [String] = {
        let encoded = KubeconfigFolder.base64(text: hidden)
        return [
            "token: \(hidden)", "username: u, password: \(hidden)", "token: \"\(hidden)\\n\"", "token: [\(hidden)]",
            "token: {\(hidden): a}", "password: [\(hidden)]", "token: \(hidden), username: b",
            "client-key-data: '\(hidden)*'",
            "client-certificate-data: \(encoded)", "client-certificate-data: \(encoded), client-key-data: \(encoded)",
            "client-key-data: \(encoded), token: x", "token: \(hidden), as-uid: a",
            "token: \(hidden), auth-provider: {name: a}",
            "token: \(hidden), tokenFile: none", "token: &a \(hidden), password: *b", "token: \(hidden): x",
            "exec: {command: a, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, env: [{name: A, value: \(hidden)}]}",
            "exec: {command: a, env: [{name: A, value: \(hidden)}]}", "exec: {env: [{name: A, value: [\(hidden)]}]}",
            "auth-provider: {name: a, config: {token: \(hidden)}}", "token: '\(hidden)", "token: !!int \(hidden)",
        ]
    }()

    @Test(arguments: userTexts) func userEntries(_ user: String) throws {
        let encoded = KubeconfigFolder.base64(text: hidden)
        let text: String
        do {
            let configuration = try Kubeconfig(reading: [
                try folder.write(KubeconfigFolder.text("server: https://a", user))
            ])
            text = texts(configuration) + texts(try configuration.access())
        } catch {
            text = texts(try #require(error as? KubeconfigError))
        }
        #expect(!text.contains(hidden) && !text.contains(encoded))
    }

    @Test(arguments: [
        "server: 'https://u:\(hidden)@a'", "server: https://a, proxy-url: 'http://u:\(hidden)@a:1'",
        "server: https://a, proxy-url: 'ftp://u:\(hidden)@a:1'",
        "server: https://a, proxy-url: 'http://u:\(hidden)%@a:1'",
    ]) func clusterEntries(_ cluster: String) throws {
        let text: String
        do {
            text = texts(try folder.access(cluster: cluster))
        } catch {
            text = texts(try #require(error as? KubeconfigError))
        }
        #expect(!text.contains(hidden))
    }

    @Test func tokenFileThatIsNone() throws {
        try folder.write("\(hidden)\nX: y", to: "token")
        do {
            _ = try folder.access(user: "tokenFile: token")
            Issue.record("no error")
        } catch {
            #expect(!texts(try #require(error as? KubeconfigError)).contains(hidden))
        }
    }

    @Test(arguments: [
        "echo \(hidden); echo \(hidden) >&2", "echo \(hidden) >&2; exit 1",
        #"echo '{"kind": "\#(hidden)"}'"#, #"echo '{"kind": "ExecCredential", "apiVersion": "\#(hidden)"}'"#,
        #"echo '{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1", "status": {"token": "\#(hidden)\n"}}'"#,
        #"echo '{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1", "status": {"token": "\#(hidden)"}}'"#,
        #"echo '{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1", "status": {"token": "a", "expirationTimestamp": "\#(hidden)"}}'"#,
    ]) func plugins(_ script: String) throws {
        let file = try folder.write("#!/bin/sh\n\(script)\n", to: "p", mode: 0o700)
        let text: String
        do {
            var plugin = ExecPlugin(command: "/bin/sh")
            plugin.arguments = [file]
            text = texts(try plugin.credential(isInteractive: false))
        } catch {
            let shown = error.failure.problems.map { Redactor().shown($0.message).text }
            text = texts(error as Any) + shown.joined()
        }
        #expect(!text.contains(hidden))
    }

    /// A file, all that was made of it, and what a plugin answered, wiped when it goes.
    @Test func nothingIsLeftInMemory() throws {
        let needle = MemoryNeedle(seed: 99)
        let name = "token"
        func live() throws -> Int {
            let encoded = SecretBase64.encode(needle.bytes)
            // A text that the file system gets without a copy in memory that is not wiped.
            let descriptor = open(folder.path + "/" + name, O_CREAT | O_WRONLY, 0o600)
            defer { close(descriptor) }
            encoded.bytes.withUnsafeBytes { _ = write(descriptor, $0.baseAddress, $0.count) }
            let access = try folder.access(user: "tokenFile: \(name)")
            let token = try #require(access.credentials.token).read()
            let script =
                "#!/bin/sh\nprintf '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{\"token\":\"'; cat \(folder.path)/\(name); printf '\"}}'\n"
            var plugin = ExecPlugin(command: "/bin/sh")
            plugin.arguments = [try folder.write(script, to: "p", mode: 0o700)]
            let credential = try plugin.credential(isInteractive: false)
            #expect(try #require(credential.token).isEqual(to: token))
            let copy = MemoryNeedle(copying: encoded.bytes)
            return try withExtendedLifetime((access, token, credential)) { try copy.occurrences() }
        }
        // What was encoded, what was read, and what the plugin answered.
        #expect(try live() == 3)
        let copy = MemoryNeedle(copying: SecretBase64.encode(needle.bytes).bytes)
        #expect(try copy.occurrences() == 0)
    }
}
