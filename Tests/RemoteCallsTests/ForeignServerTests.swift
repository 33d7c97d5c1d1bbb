import Foundation
import RemoteCalls
import SecretMemory
import Testing

/// A listener on a Unix socket that answers every connection with the same bytes, or nothing, whatever it is asked.
private final class FixedServer: Sendable {
    struct Failure: Error {}

    let path: String
    private let listener: Int32

    /// - Parameter answer: Nil to say nothing and keep the connection.
    init(answer: [UInt8]?) throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("f-\(UUID().uuidString)").path
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0, listen(listener, 8) == 0 else { throw Failure() }
        Thread.detachNewThread {
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else {
                    // Here and not in `deinit`: another server could get the number while this thread waits on it.
                    close(listener)
                    return
                }
                var request = [UInt8](repeating: 0, count: 4096)
                _ = recv(connection, &request, request.count, 0)
                if let answer {
                    _ = send(connection, answer, answer.count, Int32(MSG_NOSIGNAL))
                    // A connection that is closed with bytes unread is reset, and the answer may be lost.
                    shutdown(connection, Int32(SHUT_WR))
                }
                while recv(connection, &request, request.count, 0) > 0 {}
                close(connection)
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        unlink(path)
    }
}

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
