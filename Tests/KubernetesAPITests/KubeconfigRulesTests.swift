import Foundation
import TestSupport
import Testing

@testable import KubernetesAPI

/// What client-go refuses and takes, beyond what was recorded (tools/clientcmd).
struct KubeconfigRulesTests {
    private let folder: KubeconfigFolder
    init() throws { folder = try KubeconfigFolder() }

    @Test func plain() throws {
        let access = try folder.access()
        #expect(access.server.description == "https://a:1")
        #expect(try #require(access.credentials.token).read().isText("t"))
    }

    @Test(arguments: [
        ("server: https://a, insecure-skip-tls-verify: 'yes'", "clusters[0].cluster.insecure-skip-tls-verify"),
        ("server: 1", "clusters[0].cluster.server"), ("server: [a]", "clusters[0].cluster.server"),
        ("server: https://a, certificate-authority-data: 12", "clusters[0].cluster.certificate-authority-data"),
        ("server: https://a, extensions: {}", "clusters[0].cluster.extensions"),
    ]) func clusterTypes(cluster: String, field: String) {
        #expect(reason { _ = try folder.access(cluster: cluster) } == .malformed(field: field))
    }

    @Test(arguments: [
        ("token: 12345", "token"), ("password: true", "password"), ("as-groups: a", "as-groups"),
        ("as-groups: [1]", "as-groups[0]"), ("as-user-extra: {a: b}", "as-user-extra"), ("exec: a", "exec"),
        ("exec: {args: [1]}", "exec.args[0]"), ("exec: {env: [{name: 1}]}", "exec.env[0].name"),
        ("as-uid: 42", "as-uid"),
    ]) func userTypes(user: String, field: String) {
        #expect(reason { _ = try folder.access(user: user) } == .malformed(field: "users[0].user.\(field)"))
    }

    /// All of the file is decoded, entries that nobody uses too.
    @Test func mistakeInAnUnusedEntry() {
        let other = "- {name: other, user: {client-key-data: '*'}}"
        let text = KubeconfigFolder.text().replacingOccurrences(
            of: "users: [{name: u, user: {token: t}}]", with: "users:\n- {name: u, user: {token: t}}\n\(other)")
        #expect(
            reason { _ = try Kubeconfig(reading: [try folder.write(text)]) }
                == .notBase64(field: "users[1].user.client-key-data"))
    }

    @Test func nullsAndUnknownFields() throws {
        let access = try folder.access(
            cluster: "server: https://a, certificate-authority: null, extensions: null, x: [1]",
            user: "token: t, username: null, exec: null, auth-provider: null, as-groups: null",
            more: "current-context: x\npreferences: null")
        #expect(access.credentials.exec == nil && access.authority == nil)
    }

    @Test(arguments: ["cluster", "user", "context"]) func duplicateNames(kind: String) {
        let text = KubeconfigFolder.text().replacingOccurrences(
            of: "\(kind)s: [", with: "\(kind)s: [{name: e}, {name: 'e'}, ")
        #expect(reason { _ = try Kubeconfig(reading: [try folder.write(text)]) } == .duplicateName)
    }

    @Test func duplicateExtensions() {
        let cluster = "server: https://a, extensions: [{name: e, extension: 1}, {name: e, extension: 1}]"
        #expect(reason { _ = try folder.access(cluster: cluster) } == .duplicateName)
    }

    /// To Swift these names are the same.
    @Test func namesAreBytes() throws {
        let text = """
            clusters: [{name: "\\u00e9", cluster: {server: https://one}}, {name: "e\\u0301", cluster: {server: https://two}}]
            users: [{name: u, user: {token: t}}]
            contexts: [{name: x, context: {cluster: "e\\u0301", user: u}}]
            current-context: x
            """
        #expect(try Kubeconfig(reading: [try folder.write(text)]).access().server.description == "https://two:443")
    }

    @Test(arguments: ["kind: Secret", "apiVersion: v2", "apiVersion: apps/v1", "kind: config"]) func kinds(
        _ line: String
    ) {
        #expect(reason { _ = try folder.access(more: "\(line)\ncurrent-context: x") } == .notKubeconfig)
        #expect(reason { _ = try folder.access(more: "kind: Config\napiVersion: v1\ncurrent-context: x") } == nil)
    }

    @Test(arguments: ["- a", "text", "7"]) func noObject(_ text: String) {
        #expect(reason { _ = try Kubeconfig(reading: [try folder.write(text)]) } == .notKubeconfig)
    }

    @Test func flowMappingIsYAML() throws {
        let text =
            "{clusters: [{name: c, cluster: {server: 'https://a'}}], users: [{name: u, user: {token: t}}], "
            + "contexts: [{name: x, context: {cluster: c, user: u}}], current-context: x}"
        #expect(try Kubeconfig(reading: [try folder.write(text)]).access().server.isSecure)
    }

    @Test(arguments: [
        ("cluster: c", KubeconfigError.Reason.noCredentials), ("user: u", .noCluster),
        ("cluster: d, user: u", .noSuchCluster("d")), ("cluster: c, user: v", .noSuchUser("v")),
    ]) func danglingContexts(context: String, expected: KubeconfigError.Reason) {
        #expect(reason { _ = try folder.access(context: context) } == expected)
    }

    @Test func contextsThatDoNotExist() {
        #expect(reason { _ = try folder.access(more: "current-context: z") } == .noSuchContext)
        #expect(reason { _ = try folder.access(more: "current-context: ''") } == .noContext)
    }

    @Test func clustersThatAreNone() {
        #expect(reason { _ = try folder.access(cluster: "tls-server-name: a") } == .noServer)
        #expect(reason { _ = try folder.access(cluster: "server: 'https://u:p@a'") } == .server(.credentials))
        #expect(reason { _ = try folder.access(cluster: "server: 'unix:///run/a'") } == .server(.scheme))
        #expect(reason { _ = try folder.access(cluster: "server: https://a, proxy-url: 'ftp://b'") } == .proxy(.scheme))
        #expect(reason { _ = try folder.access(cluster: "server: https://a, proxy-url: b") } == .proxy(.scheme))
        #expect(
            reason { _ = try folder.access(cluster: "server: https://a, tls-server-name: \"a\\nb\"") }
                == .unusable(field: "tls-server-name"))
    }

    @Test func usersThatAreNone() {
        let reasons: [(String, KubeconfigError.Reason)] = [
            ("", .noCredentials), ("token: a, username: b", .tokenAndPassword),
            ("as-groups: [a], token: t", .impersonationWithoutUser),
            ("as-uid: a, token: t", .impersonationWithoutUser),
            ("as-user-extra: {k: [v]}, token: t", .impersonationWithoutUser),
            ("auth-provider: {name: oidc}, token: t", .authProvider("oidc")),
            ("token: \"a\\nInjected: header\"", .unusable(field: "token")),
            ("as: \"a\\r\\nInjected: header\", token: t", .unusable(field: "users[0].user.as")),
            ("token: \(String(repeating: "t", count: (1 << 20) + 1))", .unusable(field: "token")),
            ("client-key-data: aaaa", .noCredentials),
        ]
        for (user, expected) in reasons {
            #expect(reason { _ = try folder.access(user: user) } == expected, "\(user.prefix(60))")
        }
    }

    @Test func longestToken() throws {
        let token = String(repeating: "t", count: 1 << 20)
        #expect(
            try #require(try folder.access(user: "token: \(token)").credentials.token).read().bytes.count == 1 << 20)
    }

    /// Clear text is for what needs no proof: nobody sends a token there, and nobody reads its file.
    @Test func withoutTLSNoCredentials() throws {
        for user in ["token: t", "tokenFile: none", "username: a, password: b", ""] {
            let access = try folder.access(cluster: "server: http://a", user: user)
            #expect(access.credentials.isEmpty)
        }
        #expect(try folder.access(cluster: "server: http://a", context: "cluster: c").credentials.isEmpty)
        #expect(try folder.access(cluster: "server: http://a", user: "as: b").credentials.impersonation.user == "b")
        #expect(reason { _ = try folder.access(cluster: "server: http://a", user: "token: a, username: b") } != nil)
    }

    @Test func serverInThePlaceOfAnother() throws {
        let text = KubeconfigFolder.text("server: https://a, tls-server-name: b")
        let configuration = try Kubeconfig(reading: [try folder.write(text)])
        let access = try configuration.access(server: try ServerURL(parsing: "https://other:6443"))
        #expect(access.server.description == "https://other:6443" && access.tlsServerName == nil)
        #expect(!access.credentials.isEmpty)
        let socket = try configuration.access(server: try ServerURL(parsing: "unix:///run/proxy.sock"))
        #expect(socket.credentials.isEmpty)
        let empty = try Kubeconfig(reading: [try folder.write("", to: "empty")])
        #expect(try empty.access(server: try ServerURL(parsing: "http://a")).sources.context == nil)
    }

    @Test func tokenFiles() throws {
        try folder.write("one\n", to: "token")
        let token = try #require(try folder.access(user: "tokenFile: token").credentials.token)
        #expect(try token.read().isText("one"))
        try folder.write(" \ttwo\r\n\n", to: "token")
        #expect(try token.read().isText("two"))
        for text in ["", "\n", "a\nb", "a\u{7f}", String(repeating: "t", count: (1 << 20) + 1)] {
            try folder.write(text, to: "token")
            #expect(throws: KubeconfigError.self) { _ = try token.read() }
        }
        try FileManager.default.removeItem(atPath: folder.path + "/token")
        #expect(throws: KubeconfigError.self) { _ = try token.read() }
        #expect(throws: KubeconfigError.self) { _ = try folder.access(user: "tokenFile: token") }
        let both = try #require(try folder.access(user: "tokenFile: token, token: spare").credentials.token)
        #expect(try both.read().isText("spare"))
    }

    @Test func aliasesCannotAskForGigabytes() {
        let many = (0..<3000).map { "- {name: n\($0), cluster: {server: *a}}" }.joined(separator: "\n")
        let text =
            "clusters:\n- {name: c, cluster: {server: &a \"https://\(String(repeating: "a", count: 60_000))\"}}\n\(many)\n"
        #expect(reason { _ = try Kubeconfig(reading: [try folder.write(text)]) } == .tooMuchText)
        let data = (0..<3000).map { "- {name: n\($0), cluster: {certificate-authority-data: *a}}" }.joined(
            separator: "\n")
        let other =
            "clusters:\n- {name: c, cluster: {certificate-authority-data: &a \(String(repeating: "aaaa", count: 20_000))}}\n\(data)\n"
        #expect(reason { _ = try Kubeconfig(reading: [try folder.write(other)]) } == .tooMuchText)
        #expect(
            reason { _ = try folder.access(cluster: "server: https://\(String(repeating: "a", count: 70_000))") }
                == .tooMuchText)
    }
}
