import Foundation
@testable import KubernetesAPI
import PatientTesting
import RemoteCalls
import SecretMemory
import TestSupport
import Testing

/// Who asks, over which connection.
@Suite(.patient) struct ClusterConnectionTests {
    /// A server of Python that answers each request with its header fields, one a line; with TLS if there are
    /// certificates. A request with `refuse` in its authorization gets 401.
    private static func echo(_ certificates: Certificates? = nil, _ name: String = "server") throws -> PythonServer {
        let arguments = (certificates?.folder ?? "", name)
        return try PythonServer(
            """
            import http.server, ssl, sys
            class Handler(http.server.BaseHTTPRequestHandler):
                protocol_version = "HTTP/1.1"
                def do_GET(self):
                    lines = [f"{name.lower()}: {value}" for name, value in self.headers.items()]
                    for line in ["path: " + self.path] + lines + ["end"]:
                        print(line, flush=True)
                    refused = "refuse" in (self.headers["authorization"] or "")
                    body = b'{"gitVersion":"v1.36.2"}'
                    self.send_response(401 if refused else 200)
                    self.send_header("content-length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                def log_message(self, *arguments):
                    pass
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            if sys.argv[1]:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(f"{sys.argv[1]}/{sys.argv[2]}.pem", f"{sys.argv[1]}/{sys.argv[2]}.key")
                server.socket = context.wrap_socket(server.socket, server_side=True)
            print(server.server_port, flush=True)
            server.serve_forever()
            """, arguments.0, arguments.1)
    }

    private static func authorizations(_ server: PythonServer) throws -> [String] {
        try server.lines().filter { $0.hasPrefix("authorization: ") }.map { String($0.dropFirst(15)) }
    }

    private static func secret(_ text: String) -> SecretKey { SecretKey(Array(text.utf8)) }

    private static func content(_ path: String) throws -> SecretKey {
        SecretKey([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
    }

    private static func settings(_ attemptLimit: Int = 1) -> APISettings {
        var settings = APISettings()
        settings.attemptLimit = attemptLimit
        settings.timeout = .seconds(20)
        return settings
    }

    private static func access(
        _ url: ServerURL, _ certificates: Certificates? = nil, _ change: (inout ClusterAccess) -> Void = { _ in }
    ) throws -> ClusterAccess {
        var access = ClusterAccess(server: url)
        access.authority = try certificates.map { try content($0.file("ca.pem")) }
        change(&access)
        return access
    }

    private static func local(_ port: Int, isSecure: Bool = true, path: String = "") -> ServerURL {
        ServerURL(.host("127.0.0.1", port: port), isSecure: isSecure, path: path)
    }

    private static func connect(_ access: ClusterAccess) throws -> ClusterConnection {
        try ClusterConnection(
            access: access, named: [], tlsServerName: nil, isInteractive: false, settings: settings())
    }

    /// A plugin that counts how often it is asked, in a file, and gives a token with that number.
    private final class Plugin {
        let folder: String
        /// - Parameter refused: So many tokens are refused.
        init(refused: Int = 0, expiration: String? = nil) throws {
            folder = FileManager.default.temporaryDirectory.appendingPathComponent("plugin-\(UUID().uuidString)").path
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let time = expiration.map { ",\"expirationTimestamp\":\"\($0)\"" } ?? ""
            let script = """
                #!/bin/sh
                echo >> \(folder)/count
                number=$(wc -l < \(folder)/count)
                word=token
                [ $number -le \(refused) ] && word=refuse
                printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"%s"\(time)}}' \
                    "$word-$number"
                """
            try Data(script.utf8).write(to: URL(fileURLWithPath: "\(folder)/plugin"))
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: "\(folder)/plugin")
        }

        deinit { try? FileManager.default.removeItem(atPath: folder) }

        var exec: ExecPlugin { ExecPlugin(command: "\(folder)/plugin") }
        var count: Int {
            (try? String(contentsOfFile: "\(folder)/count", encoding: .utf8))?.split(
                separator: "\n", omittingEmptySubsequences: false
            ).dropLast().count ?? 0
        }
    }

    // MARK: Where a token goes

    @Test func sendsATokenOverTLSAlone() throws {
        let certificates = try Certificates()
        let (secure, clear) = (try Self.echo(certificates), try Self.echo())
        let socket = try ScriptedServer([.json("{\"gitVersion\":\"v1\"}")])
        let plugin = try Plugin()
        var kinds: [(String, (inout Credentials) -> Void)] = [
            ("Bearer abc", { $0.token = .fixed(Self.secret("abc")) }),
            (
                "Basic dXNlcjpwYXNzOndvcmQ=",
                { $0.basic = BasicCredentials(username: "user", password: Self.secret("pass:word")) }
            ),
        ]
        kinds.append(("Bearer token-1", { $0.exec = plugin.exec }))
        for (wanted, change) in kinds {
            func ask(_ url: ServerURL) throws {
                let access = try Self.access(url, certificates) { change(&$0.credentials) }
                _ = try Self.connect(access).entry.version()
            }
            let before = try Self.authorizations(secure).count
            try ask(Self.local(secure.port))
            #expect(Array(try Self.authorizations(secure).dropFirst(before)) == [wanted])
            try ask(Self.local(clear.port, isSecure: false))
            try ask(ServerURL(.socket(path: socket.path), isSecure: false))
        }
        #expect(try Self.authorizations(clear) == [])
        #expect(try clear.lines().filter { $0 == "end" }.count == 3)
        #expect(socket.requests.count == 3 && socket.requests.allSatisfy { $0["authorization"] == nil })
        // No other field holds it either.
        #expect(try !clear.lines().contains { $0.contains("abc") || $0.contains("dXNl") || $0.contains("token-") })
    }

    /// Also not to a server that is named besides, or found.
    @Test func sendsNoTokenToOtherServersInClear() throws {
        let certificates = try Certificates()
        let (secure, clear) = (try Self.echo(certificates), try Self.echo())
        let access = try Self.access(Self.local(secure.port), certificates) {
            $0.credentials.token = .fixed(Self.secret("abc"))
        }
        let connection = try ClusterConnection(
            access: access,
            named: [
                ("clear", Self.local(clear.port, isSecure: false)), ("secure", Self.local(secure.port, path: "/k8s")),
            ],
            tlsServerName: nil, isInteractive: false, settings: Self.settings())
        for (_, server) in connection.named { _ = try server.version() }
        _ = try connection.server(host: "127.0.0.1", port: secure.port).version()
        // A server at an address of its own is known by it, as Leases have it.
        #expect(connection.named.map(\.address) == ["127.0.0.1:\(clear.port)", "secure"])
        #expect(try Self.authorizations(clear) == [] && Self.authorizations(secure) == ["Bearer abc", "Bearer abc"])
        #expect(try secure.lines().filter { $0.hasPrefix("path: ") } == ["path: /k8s/version", "path: /version"])
        // Found behind a server that is asked in clear: in clear, too.
        let inClear = try Self.connect(
            try Self.access(Self.local(clear.port, isSecure: false)) {
                $0.credentials.token = .fixed(Self.secret("abc"))
            })
        #expect(inClear.server(host: "127.0.0.1", port: clear.port).peer.tls == nil)
    }

    /// A server that is not the right one gets nothing.
    @Test func sendsNothingToAStranger() throws {
        let certificates = try Certificates()
        let server = try Self.echo(certificates)
        let access = try Self.access(Self.local(server.port)) {
            $0.authority = try? Self.content(certificates.file("stranger.pem"))
            $0.credentials.token = .fixed(Self.secret("abc"))
        }
        let connection = try Self.connect(access)
        #expect(Failure.of { _ = try connection.entry.version() } == "untrusted")
        #expect(try server.lines().isEmpty)
    }

    @Test func verifiesByAnotherName() throws {
        let certificates = try Certificates()
        let server = try Self.echo(certificates, "named")
        func failure(_ name: String?, _ given: String?, skips: Bool = false) throws -> String? {
            let access = try Self.access(Self.local(server.port), certificates) {
                $0.tlsServerName = name
                $0.skipsVerification = skips
            }
            let connection = try ClusterConnection(
                access: access, named: [], tlsServerName: given, isInteractive: false, settings: Self.settings())
            return Failure.of { _ = try connection.entry.version() }
        }
        #expect(try failure("kubernetes.test", nil) == nil)
        #expect(try failure(nil, nil) == "untrusted")
        // What a person names goes before what the kubeconfig says.
        #expect(try failure("other.test", "kubernetes.test") == nil)
        #expect(try failure("kubernetes.test", "other.test") == "untrusted")
        #expect(try failure(nil, nil, skips: true) == nil)
    }

    // MARK: What is sent

    /// The file is read for each request, for whoever made it replaces it.
    @Test func readsTheTokenAgain() throws {
        let certificates = try Certificates()
        let server = try Self.echo(certificates)
        let path = certificates.file("token")
        let access = try Self.access(Self.local(server.port), certificates) {
            $0.credentials.token = .file(path: path, otherwise: nil)
        }
        let connection = try Self.connect(access)
        for token in ["one\n", "  two ", "three"] {
            try Data(token.utf8).write(to: URL(fileURLWithPath: path))
            _ = try connection.entry.version()
        }
        #expect(try Self.authorizations(server) == ["Bearer one", "Bearer two", "Bearer three"])
        try FileManager.default.removeItem(atPath: path)
        #expect(Failure.of { _ = try connection.entry.version() } == "credentials")
        // With another one to fall back on.
        let fallback = try Self.connect(
            try Self.access(Self.local(server.port), certificates) {
                $0.credentials.token = .file(path: path, otherwise: Self.secret("four"))
            })
        _ = try fallback.entry.version()
        #expect(try Self.authorizations(server).last == "Bearer four")
    }

    @Test func actsAsOthers() throws {
        let socket = try ScriptedServer([.json("{\"gitVersion\":\"v1\"}")])
        var person = Impersonation()
        person.user = "system:serviceaccount:a:b"
        person.uid = "u-1"
        person.groups = ["system:masters", "käse"]
        person.extra = [.init(key: "Example.com/Key ü%", values: ["one", "two"]), .init(key: "plain", values: ["x"])]
        let access = try Self.access(ServerURL(.socket(path: socket.path), isSecure: false)) {
            $0.credentials.impersonation = person
        }
        _ = try Self.connect(access).entry.version()
        let request = socket.requests[0]
        #expect(request.all("impersonate-user") == ["system:serviceaccount:a:b"])
        #expect(request.all("impersonate-uid") == ["u-1"])
        #expect(request.all("impersonate-group") == ["system:masters", "käse"])
        #expect(request.all("impersonate-extra-example.com%2fkey%20%c3%bc%25") == ["one", "two"])
        #expect(request.all("impersonate-extra-plain") == ["x"])
        // Of nobody nothing is sent.
        let plain = try ScriptedServer([.json("{\"gitVersion\":\"v1\"}")])
        _ = try Self.connect(try Self.access(ServerURL(.socket(path: plain.path), isSecure: false))).entry.version()
        #expect(!plain.requests[0].fields.contains { $0.name.hasPrefix("impersonate") })
    }

    /// A token goes before a plugin, which is not asked then.
    @Test func asksNoPluginForNothing() throws {
        let certificates = try Certificates()
        let server = try Self.echo(certificates)
        let plugin = try Plugin()
        let access = try Self.access(Self.local(server.port), certificates) {
            $0.credentials.token = .fixed(Self.secret("abc"))
            $0.credentials.exec = plugin.exec
        }
        _ = try Self.connect(access).entry.version()
        #expect(try Self.authorizations(server) == ["Bearer abc"] && plugin.count == 0)
    }

    /// What one plugin gave is used for all servers, until it is refused or has expired.
    @Test func asksAPluginOnce() throws {
        let certificates = try Certificates()
        let server = try Self.echo(certificates)
        let plugin = try Plugin()
        let access = try Self.access(Self.local(server.port), certificates) { $0.credentials.exec = plugin.exec }
        let connection = try Self.connect(access)
        for _ in 0..<2 { _ = try connection.entry.version() }
        _ = try connection.server(host: "127.0.0.1", port: server.port).version()
        #expect(try Self.authorizations(server) == Array(repeating: "Bearer token-1", count: 3) && plugin.count == 1)
    }

    /// A refused credential is asked for again, once: for every kind of request.
    @Test func asksAPluginAgainAfter401() throws {
        let certificates = try Certificates()
        let calls: [(APIServer) throws -> Void] = [
            { _ = try $0.version() }, { _ = try $0.metrics() }, { _ = try $0.readiness() },
            { _ = try $0.send(APIRequest(.get, "/x")) },
        ]
        for (index, call) in calls.enumerated() {
            for (refused, failure) in [(1, nil), (2, "unauthorized")] as [(Int, String?)] {
                let server = try Self.echo(certificates)
                let plugin = try Plugin(refused: refused)
                let access = try Self.access(Self.local(server.port), certificates) {
                    $0.credentials.exec = plugin.exec
                }
                let entry = try Self.connect(access).entry
                #expect(Failure.of { try call(entry) } == failure, "\(index)")
                let sent = try Self.authorizations(server)
                #expect(sent == ["Bearer refuse-1", refused == 1 ? "Bearer token-2" : "Bearer refuse-2"], "\(index)")
                #expect(plugin.count == 2, "\(index)")
            }
        }
    }

    @Test func asksAPluginAgainAfterExpiry() throws {
        let certificates = try Certificates()
        let server = try Self.echo(certificates)
        let plugin = try Plugin(expiration: "2020-01-01T00:00:00Z")
        let access = try Self.access(Self.local(server.port), certificates) { $0.credentials.exec = plugin.exec }
        let connection = try Self.connect(access)
        for _ in 0..<2 { _ = try connection.entry.version() }
        let sent = try Self.authorizations(server)
        #expect(Set(sent).count == 2 && sent.last == "Bearer token-\(plugin.count)", "\(sent)")
    }

    @Test func tellsWhatAPluginFailsWith() throws {
        let certificates = try Certificates()
        let access = try Self.access(Self.local(1), certificates) {
            $0.credentials.exec = ExecPlugin(command: "/nonexistent/plugin")
        }
        // It may give a certificate, so it is asked before the first connection.
        #expect(throws: ConnectionError.self) { _ = try Self.connect(access) }
        #expect(throws: ConnectionError.self) {
            _ = try ClusterConnection(
                access: nil, named: [], tlsServerName: nil, isInteractive: false, settings: Self.settings())
        }
    }

    /// Without a kubeconfig the first named server is the entry.
    @Test func doesWithoutAKubeconfig() throws {
        let first = try ScriptedServer([.json("{\"gitVersion\":\"v1\"}")])
        let second = try ScriptedServer([.json("{\"gitVersion\":\"v2\"}")])
        let urls = [first, second].map { ("unix://\($0.path)", ServerURL(.socket(path: $0.path), isSecure: false)) }
        let connection = try ClusterConnection(
            access: nil, named: urls, tlsServerName: nil, isInteractive: false, settings: Self.settings())
        #expect(try connection.entry.version() == "v1")
        #expect(try connection.named.map { try $0.server.version() } == ["v1", "v2"])
    }

    /// Answers are compressed unless the kubeconfig does not want it.
    @Test func compressesIfWanted() throws {
        for isDisabled in [false, true] {
            let socket = try ScriptedServer([.json("{\"gitVersion\":\"v1\"}")])
            let access = try Self.access(ServerURL(.socket(path: socket.path), isSecure: false)) {
                $0.disablesCompression = isDisabled
            }
            _ = try Self.connect(access).entry.version()
            #expect(socket.requests[0]["accept-encoding"] == (isDisabled ? nil : "gzip"))
        }
    }

    /// One way through a proxy, and the client's certificate from memory.
    @Test func carriesEverythingOver() throws {
        let certificates = try Certificates()
        let url = Self.secret("http://user:secret@127.0.0.1:1")
        let access = try Self.access(Self.local(6443), certificates) {
            $0.proxyURL = try? ProxyURL(parsing: url)
            if let certificate = try? Self.content(certificates.file("client.pem")),
                let key = try? Self.content(certificates.file("client.key"))
            {
                $0.credentials.clientCertificate = ClientCertificate(certificate: certificate, key: key)
            }
        }
        let connection = try Self.connect(access)
        for peer in [connection.entry.peer, connection.server(host: "10.0.0.1", port: 6443).peer] {
            #expect(peer.proxy?.isEqual(to: url) == true && peer.tls?.verifiesPeer == true)
            #expect(peer.tls?.authority == .bytes(try Self.content(certificates.file("ca.pem"))))
            #expect(peer.tls?.certificate == .bytes(try Self.content(certificates.file("client.pem"))))
            #expect(peer.tls?.key == .bytes(try Self.content(certificates.file("client.key"))))
        }
    }
}
