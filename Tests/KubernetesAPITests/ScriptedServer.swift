import Foundation
import KubernetesAPI
import RemoteCalls
import SecretMemory
import Synchronization
import TestSupport

/// An HTTP/1.1 server on a Unix socket whose answers a test gives, and which keeps what it was asked.
final class ScriptedServer: Sendable {
    struct Request: Sendable {
        var method = ""
        /// The path with the query.
        var target = ""
        /// Names in lower case.
        var fields: [(name: String, value: String)] = []
        var body: [UInt8] = []

        subscript(name: String) -> String? { fields.last { $0.name == name }?.value }
        func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    struct Answer: Sendable {
        var status = 200
        var fields: [(name: String, value: String)] = []
        var body: [UInt8] = []
        /// Whether the connection ends in place of an answer.
        var isMissing = false
        /// After so many bytes of the body it ends.
        var cut: Int?

        static func json(_ text: String, status: Int = 200) -> Answer {
            Answer(status: status, fields: [("Content-Type", "application/json")], body: Array(text.utf8))
        }

        static func text(_ text: String, status: Int = 200) -> Answer {
            Answer(status: status, fields: [("Content-Type", "text/plain; charset=utf-8")], body: Array(text.utf8))
        }

        static let none = Answer(isMissing: true)
    }

    let path: String
    private let listener: Int32
    private let log = Log()

    /// What was asked. Apart, so that the threads do not keep the server.
    private final class Log: Sendable {
        private let received = Mutex<[Request]>([])
        var all: [Request] { received.withLock { $0 } }

        /// - Returns: How many there were before.
        func add(_ request: Request) -> Int {
            received.withLock { all in
                all.append(request)
                return all.count - 1
            }
        }
    }

    /// - Parameter answer: Gets the request, and how many there were before.
    init(_ answer: @escaping @Sendable (Request, Int) -> Answer) throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("a-\(UUID().uuidString)").path
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0, listen(listener, 32) == 0 else { throw Recording.Missing(place: path) }
        Thread.detachNewThread { [listener, log] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else {
                    close(listener)
                    return
                }
                Thread.detachNewThread { Self.serve(connection, log, answer) }
            }
        }
    }

    /// Answers one after the other; the last one again and again.
    convenience init(_ answers: [Answer]) throws {
        try self.init { _, count in answers[min(count, answers.count - 1)] }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        unlink(path)
    }

    var requests: [Request] { log.all }

    /// A client that does not wait long.
    func client(
        attemptLimit: Int = 1, pathPrefix: String = "", identity: @escaping APIServer.Identity = { _ in [] }
    ) -> APIServer {
        var settings = APISettings()
        settings.attemptLimit = attemptLimit
        settings.timeout = .seconds(20)
        return APIServer(
            RemotePeer(.unixSocket(path: path)), pathPrefix: pathPrefix, settings: settings,
            identity: { [self] wasRefused throws(CredentialProblem) in
                // The server is there for as long as its client.
                try withExtendedLifetime(self) { () throws(CredentialProblem) in try identity(wasRefused) }
            })
    }

    private static func serve(_ connection: Int32, _ log: Log, _ answer: (Request, Int) -> Answer) {
        defer { close(connection) }
        var buffer: [UInt8] = []
        while let request = next(connection, &buffer) {
            let count = log.add(request)
            let answer = answer(request, count)
            guard !answer.isMissing else { return }
            var head = "HTTP/1.1 \(answer.status) Whatever\r\n"
            for field in answer.fields { head += "\(field.name): \(field.value)\r\n" }
            head += [204, 304].contains(answer.status) ? "\r\n" : "Content-Length: \(answer.body.count)\r\n\r\n"
            let bytes = Array(head.utf8) + answer.body.prefix(answer.cut ?? Int.max)
            guard send(bytes, connection), answer.cut == nil else { return }
        }
    }

    private static func send(_ bytes: [UInt8], _ connection: Int32) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                Glibc.send(connection, bytes.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    private static func next(_ connection: Int32, _ buffer: inout [UInt8]) -> Request? {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let range = buffer.firstRange(of: end) {
                var request = head(String(decoding: buffer[..<range.lowerBound], as: UTF8.self))
                let length = request["content-length"].flatMap { Int($0) } ?? 0
                if buffer.count >= range.upperBound + length {
                    request.body = Array(buffer[range.upperBound..<range.upperBound + length])
                    buffer.removeFirst(range.upperBound + length)
                    return request
                }
            }
            var part = [UInt8](repeating: 0, count: 1 << 16)
            let count = recv(connection, &part, part.count, 0)
            guard count > 0 else { return nil }
            buffer += part[..<count]
        }
    }

    private static func head(_ text: String) -> Request {
        var request = Request()
        for (index, line) in text.components(separatedBy: "\r\n").enumerated() {
            if index == 0 {
                let words = line.split(separator: " ").map { String($0) }
                (request.method, request.target) = (words[0], words[1])
            } else if let colon = line.firstIndex(of: ":") {
                let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
                request.fields.append((line[..<colon].lowercased(), value))
            }
        }
        return request
    }
}
