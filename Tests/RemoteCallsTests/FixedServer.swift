import Foundation

/// A listener on a Unix socket that answers every connection with the same bytes, or nothing, whatever it is asked.
final class FixedServer: Sendable {
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
