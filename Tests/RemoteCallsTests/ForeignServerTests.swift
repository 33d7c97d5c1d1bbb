import Foundation
import RemoteCalls
import SecretMemory
import Testing

struct ForeignServerTests {
    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>", "SSH-2.0-OpenSSH\r\n",
        "",
    ])
    func tellsWhatIsNotHTTP2(_ answer: String) throws {
        let server = try FixedServer(answer: Array(answer.utf8))
        let error = try #require(Self.error(server))
        #expect(error.code == .unavailable && error.origin == .caller, "\(error)")
    }

    /// A page of HTML over HTTP/2: SETTINGS, HEADERS (`:status: 404`, `content-type: text/html` in HPACK without Huffman
    /// coding), DATA (RFC 9113, section 6; RFC 7541).
    @Test func tellsWhatIsNotGRPC() throws {
        let headers = [0x8d, 0x0f, 0x10, 9] + Array("text/html".utf8)
        let answer: [UInt8] =
            [0, 0, 0, 4, 0, 0, 0, 0, 0] + [0, 0, UInt8(headers.count), 1, 4, 0, 0, 0, 1] + headers
            + [0, 0, 6, 0, 1, 0, 0, 0, 1] + Array("<html>".utf8)
        let server = try FixedServer(answer: answer)
        let error = try #require(Self.error(server))
        #expect(
            error.goText == "rpc error: code = Unimplemented desc = unexpected HTTP status code received from server: "
                + "404; transport: received unexpected content-type \"text/html\"")
    }

    /// A server that takes the connection and says nothing.
    @Test func endsAtTheDeadline() throws {
        let server = try FixedServer(answer: nil)
        let error = try #require(Self.error(server, timeout: .milliseconds(200)))
        #expect(error.goText == "rpc error: code = DeadlineExceeded desc = context deadline exceeded")
        #expect(error.origin == .caller)
    }

    /// Without a limit for the call, a peer that says nothing is still not waited for.
    @Test(arguments: [(.milliseconds(200), nil), (nil, .seconds(1))] as [(Duration?, Duration?)])
    func endsWithoutDeadline(connectTimeout: Duration?, stallTimeout: Duration?) throws {
        let server = try FixedServer(answer: nil)
        var options = CallOptions(stallTimeout: stallTimeout)
        options.connectTimeout = connectTimeout
        // The greeting of TLS belongs to the connection, that of HTTP/2 to the call.
        let error = try #require(Self.error(server, tls: connectTimeout.map { _ in TLSSettings() }, options))
        #expect(error.code == .deadlineExceeded && error.origin == .caller)
    }

    private static func error(_ server: FixedServer, timeout: Duration = .seconds(10)) -> RemoteCallError? {
        error(server, tls: nil, CallOptions(timeout: timeout))
    }

    private static func error(_ server: FixedServer, tls: TLSSettings?, _ options: CallOptions) -> RemoteCallError? {
        let channel = GRPCChannel(RemotePeer(.unixSocket(path: server.path), tls: tls))
        let request: [UInt8] = []
        return #expect(throws: RemoteCallError.self) {
            _ = try channel.unary("/test.Test/Echo", request.span.rawBytes, options: options)
        }
    }
}
