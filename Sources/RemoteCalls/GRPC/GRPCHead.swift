internal import SecretMemory

/// What the header fields and trailers of an answer mean to gRPC.
extension HTTPHead {
    /// Says so if the answer is not one of gRPC, such as a page of HTML
    /// (google.golang.org/grpc, internal/transport/http2_client.go, `operateHeaders`).
    func checkGRPC() throws(CallFailure) {
        guard !isGRPC else { return }
        let type = self["content-type"].map { "received unexpected content-type \"\($0)\"" }
        guard status == 200 else {
            let transport = "transport: \(type ?? "missing content-type field")"
            throw CallFailure(
                code: StatusCode(httpStatus: status),
                message: "unexpected HTTP status code received from server: \(status); \(transport)")
        }
        throw CallFailure(code: .unknown, message: type ?? "malformed header: missing HTTP content-type")
    }

    /// The final status of the peer; nil if it sent none.
    func grpcStatus() throws(CallFailure) -> CallFailure? {
        guard let grpcStatus = self["grpc-status"] else { return nil }
        guard let number = UInt32(grpcStatus), grpcStatus.utf8.first != UInt8(ascii: "+") else {
            throw CallFailure(code: .unknown, message: "transport: malformed grpc-status: \(grpcStatus)")
        }
        return CallFailure(
            code: StatusCode(rawValue: number), message: Self.percentDecoded(self["grpc-message"] ?? ""), origin: .peer)
    }

    /// `application/grpc`, alone or followed by `+proto`, or `;` and parameters.
    private var isGRPC: Bool {
        let type = self["content-type"]?.lowercased() ?? ""
        let base = "application/grpc"
        guard type.hasPrefix(base) else { return false }
        return [nil, "+", ";"].contains(type.dropFirst(base.count).first)
    }

    /// Resolves `%41`; a percent sign that does not start an escape is kept (gRPC over HTTP2, "Status-Message").
    static func percentDecoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2).compactMap(\.hexadecimalValue)
            guard byte == UInt8(ascii: "%"), digits.count == 2 else {
                bytes.append(byte)
                continue
            }
            bytes.append(digits[0] << 4 | digits[1])
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
