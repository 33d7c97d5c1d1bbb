import RemoteCalls
import TestSupport
import Testing

/// `RemoteCallError.reach` and `cause`: how far a call came, and why no further.
struct ReachTests {
    @Test func isNotConnected() throws {
        let refused = try #require(HTTPChannel(.local(1)).failure())
        #expect(refused.reach == .notConnected && refused.cause == "connect: connection refused")
        let socket = RemotePeer(.unixSocket(path: "/nonexistent/socket"))
        let missing = try #require(HTTPChannel(socket).failure())
        #expect(missing.reach == .notConnected && missing.cause == "connect: no such file or directory")
        let unknown = try #require(HTTPChannel(RemotePeer(.host("name.invalid", port: 80))).failure())
        #expect(unknown.reach == .notConnected && unknown.cause?.contains("name.invalid") == true)
        // The words are those of the system alone; the message is Go's around them.
        #expect(refused.message.contains("connect: connection refused") && refused.message.contains("dial tcp"))
        let malformed = try #require(HTTPChannel(.local(1)).failure("no path"))
        #expect(malformed.reach == .notConnected && malformed.cause == nil)
    }

    /// A server that does not speak TLS has got nothing of the request.
    @Test func isNotConnectedWithoutTLS() throws {
        let server = try AnsweringServer.clear()
        let error = try #require(HTTPChannel(.local(server.port, TLSSettings())).failure())
        #expect(error.reach == .notConnected && error.cause != nil, "\(error)")
    }

    @Test func isUntrusted() throws {
        let certificates = try Certificates()
        let server = try AnsweringServer.tls(certificates)
        for authority in [nil, certificates.file("stranger.pem")] {
            let channel = HTTPChannel(.local(server.port, TLSSettings(authorityFile: authority)))
            let error = try #require(channel.failure())
            #expect(error.reach == .untrusted && error.cause?.contains("certificate") == true, "\(error)")
        }
        // A file that is not there.
        let channel = HTTPChannel(.local(server.port, TLSSettings(authorityFile: certificates.file("nothing.pem"))))
        #expect(channel.failure()?.reach == .untrusted)
    }

    /// A server that got the request may have acted on it, whatever came of the answer.
    @Test func mayBeSent() throws {
        let server = try AnsweringServer.clear()
        let channel = HTTPChannel(.local(server.port))
        let ended = try #require(channel.failure("/nothing"))
        #expect(ended.reach == .maybeSent && ended.code == .unavailable && ended.cause != nil, "\(ended)")
        let cut = try FixedServer(answer: Array("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab".utf8))
        #expect(HTTPChannel(RemotePeer(.unixSocket(path: cut.path))).failure()?.reach == .maybeSent)
        let silent = try FixedServer(answer: nil)
        let quiet = HTTPChannel(RemotePeer(.unixSocket(path: silent.path)))
        let late = try #require(quiet.failure("/", CallOptions(timeout: .milliseconds(200))))
        #expect(late.reach == .maybeSent && late.code == .deadlineExceeded)
    }

    /// A server of which nothing is known any more is not one that knows nothing: the kept connection may have carried
    /// the request, a new one cannot be made.
    @Test func tellsAKilledServerAtTheNextConnection() throws {
        let server = try AnsweringServer.clear()
        let channel = HTTPChannel(.local(server.port))
        _ = try channel.fields()
        server.stop()
        let errors = (0..<2).map { _ in channel.failure() }
        #expect(errors[1]?.reach == .notConnected)
        #expect(errors[0] != nil)
    }

    @Test func isTheSameForGRPC() {
        let error = #expect(throws: RemoteCallError.self) {
            _ = try GRPCChannel(.local(1)).unary("/a/b", RawSpan())
        }
        #expect(error?.reach == .notConnected && error?.cause == "connect: connection refused")
    }
}
