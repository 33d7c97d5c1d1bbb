internal import SecretMemory

/// The answer of one call while it arrives.
struct GRPCResponse: ~Copyable {
    private var head = HTTPHead()
    private var frames: FrameReader

    init(messageByteCountLimit: Int) { frames = FrameReader(limit: messageByteCountLimit) }

    /// Takes what has arrived since the last time.
    ///
    /// - Returns: Whether more is wanted.
    mutating func take(
        _ arrivals: borrowing Arrivals, _ body: (consuming SecretBytes) -> Bool
    ) throws(CallFailure) -> Bool {
        for line in arrivals.headerLines { head.read(line.span.rawBytes) }
        guard arrivals.body.count > 0 else { return true }
        try head.checkGRPC()
        return try frames.read(arrivals.body.bytes, body)
    }

    /// Looks at the answer as a whole, now that it has ended.
    ///
    /// - Parameter ending: How the transfer ended.
    /// - Throws: ``CallFailure`` if it is not one that ended well.
    func finish(_ ending: TransferEnding, peer: RemotePeer) throws(CallFailure) {
        // A status within another kind of answer, such as a page of HTML, is not one of gRPC.
        if head["grpc-status"] != nil { try head.checkGRPC() }
        // After its status a peer may close the stream in any way.
        if let status = try head.grpcStatus() {
            guard status.code == .ok else { throw status }
            guard frames.isBetweenMessages else { throw CallFailure(code: .internal, message: "unexpected EOF") }
            return
        }
        // That the answer is a page of HTML says more than that it broke off. What is below 200 is no answer yet.
        if head.status >= 200 { try head.checkGRPC() }
        try ending.check(peer: peer, hasHead: head.status != 0)
        try head.checkGRPC()
        throw CallFailure(code: .internal, message: "server closed the stream without sending trailers")
    }
}
