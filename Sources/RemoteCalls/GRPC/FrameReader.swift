internal import SecretMemory

/// Takes the body of an answer apart into messages, however it comes in pieces.
///
/// Each message has five bytes before it: whether it is compressed, and its length, big-endian
/// (gRPC over HTTP2, "Length-Prefixed-Message").
struct FrameReader: ~Copyable {
    static let prefixByteCount = 5

    private let limit: Int
    /// What is here of the bytes before the message.
    private var prefix: [UInt8] = []
    /// What is here of the message, once its length is known.
    private var message: SecretBuffer?
    private var missingByteCount = 0

    /// - Parameter limit: The length of the largest message, in bytes.
    init(limit: Int) { self.limit = limit }

    /// Whether the body may end here.
    var isBetweenMessages: Bool { prefix.isEmpty }

    /// Reads the next piece and hands over each message that is complete with it, until `body` answers false.
    ///
    /// - Returns: Whether more is wanted.
    /// - Throws: ``CallFailure`` with the words of Go's gRPC (rpc_util.go, `recvMsg` and `checkRecvPayload`).
    mutating func read(
        _ piece: RawSpan, _ body: (consuming SecretBytes) -> Bool
    ) throws(CallFailure) -> Bool {
        var rest = piece
        while true {
            let start = rest.extracting(first: min(Self.prefixByteCount - prefix.count, rest.byteCount))
            prefix += start.copiedToArray()
            rest = rest.extracting(droppingFirst: start.byteCount)
            guard prefix.count == Self.prefixByteCount else { return true }
            if message == nil {
                missingByteCount = try messageByteCount()
                // All at once: growing would leave copies to be wiped.
                message = SecretBuffer(capacity: missingByteCount)
            }
            let part = rest.extracting(first: min(missingByteCount, rest.byteCount))
            message?.append(part)
            missingByteCount -= part.byteCount
            rest = rest.extracting(droppingFirst: part.byteCount)
            guard missingByteCount == 0, let complete = message.take() else { return true }
            prefix.removeAll(keepingCapacity: true)
            guard body(complete.finish()) else { return false }
        }
    }

    private func messageByteCount() throws(CallFailure) -> Int {
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
