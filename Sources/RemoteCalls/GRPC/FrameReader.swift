internal import SecretMemory

/// Takes the body of an answer apart into messages, however it comes in pieces.
///
/// Each message has five bytes before it: whether it is compressed, and its length, big-endian
/// (gRPC over HTTP2, "Length-Prefixed-Message").
struct FrameReader: ~Copyable {
    static let prefixByteCount = 5

    private let limit: Int
    /// Prefix and message as far as they are here.
    private var frame = SecretBuffer()

    /// - Parameter limit: The length of the largest message, in bytes.
    init(limit: Int) { self.limit = limit }

    /// Whether the body may end here.
    var isBetweenMessages: Bool { frame.count == 0 }

    /// Reads the next piece and hands over each message that is complete with it, until `body` answers false.
    ///
    /// - Returns: Whether more is wanted.
    /// - Throws: ``CallFailure`` with the words of Go's gRPC (rpc_util.go, `recvMsg` and `checkRecvPayload`).
    mutating func read(_ piece: RawSpan, _ body: (RawSpan) -> Bool) throws(CallFailure) -> Bool {
        var rest = piece
        while true {
            take(Self.prefixByteCount - frame.count, from: &rest)
            guard frame.count >= Self.prefixByteCount else { return true }
            let length = try messageByteCount()
            take(Self.prefixByteCount + length - frame.count, from: &rest)
            guard frame.count == Self.prefixByteCount + length else { return true }
            let isMoreWanted = body(frame.bytes.extracting(droppingFirst: Self.prefixByteCount))
            frame.truncate(to: 0)
            guard isMoreWanted else { return false }
        }
    }

    private mutating func take(_ wanted: Int, from rest: inout RawSpan) {
        guard wanted > 0 else { return }
        let count = min(wanted, rest.byteCount)
        frame.append(rest.extracting(first: count))
        rest = rest.extracting(droppingFirst: count)
    }

    private func messageByteCount() throws(CallFailure) -> Int {
        let prefix = frame.bytes
        switch prefix[0] {
        case 0: break
        case 1:
            throw CallFailure(code: .internal, message: "grpc: compressed flag set with identity or empty encoding")
        default:
            throw CallFailure(code: .internal, message: "grpc: received unexpected payload format \(prefix[0])")
        }
        var length = 0
        for offset in 1..<Self.prefixByteCount { length = length << 8 | Int(prefix[offset]) }
        guard length <= limit else {
            throw CallFailure(
                code: .resourceExhausted, message: "grpc: received message larger than max (\(length) vs. \(limit))")
        }
        return length
    }
}
