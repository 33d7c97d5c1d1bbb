internal import SecretMemory

/// The header fields and trailers of an answer, as far as gRPC looks at them.
struct ResponseHead: Equatable {
    /// The status of HTTP; 0 before there is one.
    private(set) var httpStatus = 0
    private(set) var contentType: String?
    private(set) var grpcStatus: String?
    private(set) var grpcMessage: String?

    /// Reads one line, as libcurl hands it over: a status line, `name: value`, or an empty line.
    mutating func read(_ line: RawSpan) {
        if line.starts(with: Self.protocolName.span.rawBytes) {
            // What an interim answer (1xx) said does not count for the one that follows.
            self = ResponseHead()
            httpStatus = Self.status(in: line)
            return
        }
        guard let colon = line.firstOffset(of: UInt8(ascii: ":")) else { return }
        let name = String(decoding: line.extracting(first: colon).copiedToArray(), as: UTF8.self).lowercased()
        let value = line.extracting(droppingFirst: colon + 1)
        switch name {
        case "content-type": contentType = Self.text(value)
        case "grpc-status": grpcStatus = Self.text(value)
        case "grpc-message": grpcMessage = Self.text(value)
        default: break
        }
    }

    /// Says so if the answer is not one of gRPC, such as a page of HTML
    /// (google.golang.org/grpc, internal/transport/http2_client.go, `operateHeaders`).
    func check() throws(CallFailure) {
        guard !isGRPC else { return }
        let type = contentType.map { "received unexpected content-type \"\($0)\"" }
        guard httpStatus == 200 else {
            let transport = "transport: \(type ?? "missing content-type field")"
            throw CallFailure(
                code: StatusCode(httpStatus: httpStatus),
                message: "unexpected HTTP status code received from server: \(httpStatus); \(transport)")
        }
        throw CallFailure(code: .unknown, message: type ?? "malformed header: missing HTTP content-type")
    }

    /// The status that the peer ended with; nil if it told none.
    func status() throws(CallFailure) -> CallFailure? {
        guard let grpcStatus else { return nil }
        guard let number = UInt32(grpcStatus), grpcStatus.utf8.first != UInt8(ascii: "+") else {
            throw CallFailure(code: .unknown, message: "transport: malformed grpc-status: \(grpcStatus)")
        }
        return CallFailure(
            code: StatusCode(rawValue: number), message: Self.percentDecoded(grpcMessage ?? ""), origin: .peer)
    }

    /// `application/grpc`, alone or followed by `+proto`, or `;` and parameters.
    private var isGRPC: Bool {
        let type = contentType?.lowercased() ?? ""
        let base = "application/grpc"
        guard type.hasPrefix(base) else { return false }
        return [nil, "+", ";"].contains(type.dropFirst(base.count).first)
    }

    private static let protocolName = Array("HTTP/".utf8)

    /// The number after the first blank of `HTTP/2 200`.
    private static func status(in line: RawSpan) -> Int {
        guard let blank = line.firstOffset(of: UInt8(ascii: " ")) else { return 0 }
        var status = 0
        for offset in blank + 1..<min(blank + 4, line.byteCount) {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(line[offset]) else { return 0 }
            status = status * 10 + Int(line[offset] - UInt8(ascii: "0"))
        }
        return status
    }

    /// Without the blanks around it.
    private static func text(_ bytes: RawSpan) -> String {
        let isBlank: (UInt8) -> Bool = { [0x20, 0x09, 0x0d, 0x0a].contains($0) }
        let trimmed = bytes.copiedToArray().drop(while: isBlank).reversed().drop(while: isBlank).reversed()
        return String(decoding: trimmed, as: UTF8.self)
    }

    /// Resolves `%41`; a percent sign that begins no escape stands for itself (gRPC over HTTP2, "Status-Message").
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
