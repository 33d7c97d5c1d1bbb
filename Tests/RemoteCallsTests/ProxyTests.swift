import RemoteCalls
import SecretMemory
import TestSupport
import Testing

/// `RemotePeer.proxy`: a proxy between this side and a server with TLS.
struct ProxyTests {
    private static let password = "geheim-4711"

    @Test func connectsThroughIt() throws {
        let certificates = try Certificates()
        let server = try AnsweringServer.tls(certificates)
        // user:geheim-4711@
        let proxy = try AnsweringServer.proxy(authorization: "Basic dXNlcjpnZWhlaW0tNDcxMUA=")
        let url = "http://user:\(Self.password)%40@127.0.0.1:\(proxy.port)"
        let tls = TLSSettings(authorityFile: certificates.file("ca.pem"))
        let channel = HTTPChannel(.local(server.port, tls, proxy: url))
        var options = CallOptions(timeout: .seconds(20))
        options.metadata = [("x-field", "for-the-server")]
        options.secretMetadata = [("authorization", SecretKey(Array("Bearer token-of-server".utf8)))]
        for _ in 0..<2 {
            let fields = try channel.fields(options)
            #expect(fields["authorization"] == "Bearer token-of-server" && fields["x-field"] == "for-the-server")
            #expect(fields["proxy-authorization"] == nil)
        }
        // Once, for the connection is kept; and of the request the proxy sees nothing.
        let seen = try proxy.lines()
        #expect(seen.filter { $0.hasPrefix("CONNECT ") } == ["CONNECT 127.0.0.1:\(server.port) HTTP/1.1"])
        #expect(!seen.contains { $0.contains("server") && !$0.hasPrefix("CONNECT") }, "\(seen)")
    }

    /// The proxy is asked for the address; the name is for the server.
    @Test func worksWithAServerName() throws {
        let certificates = try Certificates()
        let server = try AnsweringServer.tls(certificates, "named")
        let proxy = try AnsweringServer.proxy()
        var tls = TLSSettings(authorityFile: certificates.file("ca.pem"))
        let url = "http://127.0.0.1:\(proxy.port)"
        #expect(HTTPChannel(.local(server.port, tls, proxy: url)).failure()?.reach == .untrusted)
        tls.serverName = "kubernetes.test"
        let fields = try HTTPChannel(.local(server.port, tls, proxy: url)).fields()
        #expect(fields["sni"] == "kubernetes.test" && fields["host"] == "127.0.0.1:\(server.port)")
        let targets = try proxy.lines().filter { $0.hasPrefix("CONNECT ") }
        #expect(Set(targets) == ["CONNECT 127.0.0.1:\(server.port) HTTP/1.1"])
    }

    /// A server behind a proxy that refuses knows nothing of the request.
    @Test func tellsThatTheProxyRefuses() throws {
        let proxy = try AnsweringServer.proxy(authorization: "Basic nobody")
        let channel = HTTPChannel(.local(1, TLSSettings(), proxy: "http://127.0.0.1:\(proxy.port)"))
        let error = try #require(channel.failure())
        #expect(error.reach == .notConnected && error.cause?.contains("407") == true, "\(error)")
    }

    /// No text of an error, and no dump of one, has the password of the proxy.
    @Test func hidesThePassword() throws {
        let certificates = try Certificates()
        let server = try AnsweringServer.tls(certificates)
        let proxy = try AnsweringServer.proxy(authorization: "Basic of somebody else")
        let tls = TLSSettings(authorityFile: certificates.file("ca.pem"))
        let places = [
            // It refuses, nobody listens there, it is no proxy, its name is none.
            "127.0.0.1:\(proxy.port)", "127.0.0.1:1", "127.0.0.1:\(server.port)", "name.invalid:80",
            // libcurl quotes a URL that it does not understand.
            "127.0.0.1:port", "[::1", "a b:80", "127.0.0.1:99999999",
        ]
        let schemes = ["http", "https", "socks5", "nonsense"]
        var urls = schemes.flatMap { scheme in places.map { "\(scheme)://user:\(Self.password)@\($0)" } }
        urls += ["http://user:\(Self.password)/@[::1", "user:\(Self.password)@[::1", "//u@x:\(Self.password)@[::1"]
        for url in urls {
            // Some wait for the other side for ever.
            let options = CallOptions(timeout: .milliseconds(500))
            let error = HTTPChannel(.local(server.port, tls, proxy: url)).failure("/fields", options)
            guard let error else {
                Issue.record("\(url) is taken")
                continue
            }
            var dumped = ""
            dump(error, to: &dumped)
            let texts = ["\(error)", error.message, error.cause ?? "", error.goText, dumped, String(reflecting: error)]
            #expect(!texts.contains { $0.contains(Self.password) }, "\(url)")
            #expect(error.code == .unavailable || error.code == .deadlineExceeded, "\(url): \(error)")
        }
    }

    /// With the channel the password goes, decoded and as it is sent.
    @Test func forgetsThePassword() throws {
        let certificates = try Certificates()
        let server = try AnsweringServer.tls(certificates)
        let tls = TLSSettings(authorityFile: certificates.file("ca.pem"))
        // Without a slash, at which the password would end.
        let needle = try #require(
            (9300..<9400).lazy.map { MemoryNeedle(copying: SecretBase64.encode(MemoryNeedle(seed: $0).bytes).bytes) }
                .first { $0.bytes.firstOffset(of: UInt8(ascii: "/")) == nil })
        let sent = MemoryNeedle(copying: Self.secret("user:", needle, "").span)
        let field = MemoryNeedle(copying: SecretBase64.encode(sent.bytes).bytes)
        let proxy = try AnsweringServer.proxy(authorization: "Basic nobody")
        do {
            let url = Self.secret("http://user:", needle, "@127.0.0.1:\(proxy.port)")
            let channel = HTTPChannel(RemotePeer(.host("127.0.0.1", port: server.port), tls: tls, proxy: url))
            #expect(channel.failure() != nil)
            #expect(try needle.occurrences() > 0)
        }
        #expect(try needle.occurrences() == 0 && field.occurrences() == 0)
        #expect(try proxy.lines().contains { $0.hasPrefix("Proxy-Authorization: Basic ") })
    }

    private static func secret(_ start: String, _ needle: MemoryNeedle, _ end: String) -> SecretKey {
        var text = SecretBuffer()
        text.append(start)
        text.append(needle.bytes)
        text.append(end)
        return SecretKey(text.finish())
    }
}
