import Foundation

extension EtcdMember {
    /// Sends a request to the JSON gateway of a member without TLS, which takes less time than a run of `etcdctl`, and
    /// knows requests that etcdctl has no words for.
    ///
    /// - Parameter path: `/v3/kv/put` and the like.
    /// - Returns: The answer, also if it is an error of etcd.
    @discardableResult
    public func post(_ path: String, _ body: String) throws -> Data {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw Failure(message: "\(path): cannot connect") }
        // With HTTP/1.0 the server ends the answer by closing the connection.
        var rest = Array("POST \(path) HTTP/1.0\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Failure(message: "\(path): cannot send") }
            rest.removeFirst(count)
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count >= 0 else { throw Failure(message: "\(path): no answer") }
            if count == 0 { break }
            answer += buffer[..<count]
        }
        guard let end = Data(answer).range(of: Data("\r\n\r\n".utf8)) else {
            throw Failure(message: "\(path): no answer")
        }
        return Data(answer[end.upperBound...])
    }
}
