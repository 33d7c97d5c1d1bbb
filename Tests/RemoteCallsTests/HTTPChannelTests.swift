import Foundation
import PatientTesting
import RemoteCalls
import SecretMemory
import TestSupport
import Testing

/// HTTP without gRPC, with servers that are not ours: etcd's own pages, and Python's `http.server`.
@Suite(.patient) struct HTTPChannelTests {
    /// In clear it is HTTP/1.1.
    @Test func asksInClear() throws {
        let etcd = try EtcdMember()
        let channel = HTTPChannel(RemotePeer(.host("127.0.0.1", port: etcd.port)))
        for _ in 0..<3 {
            let answer = try channel.send(.get, "/version")
            let (status, type) = (answer.status, answer.field("content-type"))
            #expect(status == 200 && type == "application/json")
            #expect(Self.text(answer.body.bytes).hasPrefix("{\"etcdserver\":\"3."))
        }
        let missing = try channel.send(.get, "/no/such/page?x=1")
        #expect(missing.status == 404)
    }

    /// Over TLS the peer chooses the version, and wants a certificate.
    @Test func asksOverTLS() throws {
        let certificates = try Certificates()
        let etcd = try EtcdMember(certificates: certificates)
        var tls = TLSSettings(
            authorityFile: certificates.file("ca.pem"), certificateFile: certificates.file("client.pem"),
            keyFile: certificates.file("client.key"))
        let answer = try HTTPChannel(RemotePeer(.host("127.0.0.1", port: etcd.port), tls: tls)).send(.get, "/health")
        #expect(answer.status == 200 && Self.text(answer.body.bytes).contains("\"health\":\"true\""))
        tls.certificate = nil
        tls.key = nil
        let stranger = HTTPChannel(RemotePeer(.host("127.0.0.1", port: etcd.port), tls: tls))
        #expect(Self.error { _ = try stranger.send(.get, "/health") }?.code == .unavailable)
    }

    /// What is sent arrives, by each method, over one connection.
    @Test func sendsBodiesAndFields() throws {
        let server = try EchoServer()
        let channel = HTTPChannel(RemotePeer(.host("127.0.0.1", port: server.port)))
        var options = CallOptions()
        options.metadata = [("x-field", "käse"), ("content-type", "application/json")]
        var connections: Set<String> = []
        for method in HTTPMethod.allCases + [.get, .put] {
            let body = method == .get ? [] : [UInt8](repeating: 0x61, count: 100_000)
            let answer = try channel.send(method, "/a%20b?c=d", body: body.span.rawBytes, options: options)
            let sum = "\(method.rawValue) /a%20b?c=d käse application/json "
            #expect(Self.text(answer.body.bytes).prefix(200).hasPrefix(sum))
            #expect(answer.body.bytes.byteCount == sum.utf8.count + body.count)
            let client = answer.field("x-client")
            connections.insert(try #require(client))
        }
        #expect(connections.count == 1)
    }

    @Test func refusesWhatWouldBeMore() throws {
        let channel = HTTPChannel(RemotePeer(.host("127.0.0.1", port: 1)))
        for target in ["", "x", "/a b", "/a\r\nx: y", "/ä"] {
            #expect(Self.error { _ = try channel.send(.get, target) }?.code == .invalidArgument)
        }
        var options = CallOptions()
        options.metadata = [("x", "y\r\nz: 1")]
        #expect(Self.error { _ = try channel.send(.get, "/", options: options) }?.code == .invalidArgument)
        #expect(Self.error { _ = try channel.send(.get, "/") }?.code == .unavailable)
    }

    /// What a peer can do instead of answering.
    @Test(
        arguments: [
            ("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", nil),
            ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", nil),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", .unavailable),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", .unavailable),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + String(repeating: "x", count: 5000),
                .resourceExhausted
            ),
            ("HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 200_000) + "\r\n\r\n", .unavailable),
            ("HTTP/1.1 100 Continue\r\n\r\n", .unavailable), ("SSH-2.0-OpenSSH\r\n", .unavailable), ("", .unavailable),
        ] as [(String, StatusCode?)])
    func tellsWhatIsNoAnswer(_ answer: String, code: StatusCode?) throws {
        let server = try FixedServer(answer: Array(answer.utf8))
        let channel = HTTPChannel(RemotePeer(.unixSocket(path: server.path)))
        let options = CallOptions(timeout: .seconds(20), messageByteCountLimit: 4096)
        let error = Self.error { _ = try channel.send(.get, "/", options: options) }
        #expect(error?.code == code, "\(String(describing: error))")
    }

    @Test func endsInTime() throws {
        let server = try FixedServer(answer: nil)
        let channel = HTTPChannel(RemotePeer(.unixSocket(path: server.path)))
        let late = Self.error { _ = try channel.send(.get, "/", options: CallOptions(timeout: .milliseconds(200))) }
        #expect(late?.code == .deadlineExceeded && late?.method == "GET /")
        let given = Self.error { _ = try channel.send(.get, "/", options: CallOptions { true }) }
        #expect(given?.code == .canceled)
    }

    private static func text(_ bytes: RawSpan) -> String { String(decoding: bytes.copiedToArray(), as: UTF8.self) }

    private static func error(_ body: () throws -> Void) -> RemoteCallError? {
        do {
            try body()
            return nil
        } catch {
            return error as? RemoteCallError
        }
    }
}

/// Answers what it was asked: method, target, two fields and the body.
private final class EchoServer {
    let port: Int
    private let process = Process()

    init() throws {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = [
            "-c",
            """
            import http.server
            class Handler(http.server.BaseHTTPRequestHandler):
                protocol_version = "HTTP/1.1"
                def answer(self):
                    body = self.rfile.read(int(self.headers.get("content-length", 0)))
                    # The bytes of fields are Latin-1 to Python.
                    field = self.headers["x-field"].encode("latin-1").decode()
                    head = f"{self.command} {self.path} {field} {self.headers['content-type']} ".encode()
                    self.send_response(200)
                    self.send_header("content-length", str(len(head) + len(body)))
                    self.send_header("x-client", str(self.client_address[1]))
                    self.end_headers()
                    self.wfile.write(head + body)
                do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer
            server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
            print(server.server_port, flush=True)
            server.serve_forever()
            """,
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let line = try output.fileHandleForReading.firstLine()
        port = try #require(Int(line))
    }

    deinit {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
