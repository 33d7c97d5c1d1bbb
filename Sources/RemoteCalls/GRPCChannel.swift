public import SecretMemory

/// Calls to one gRPC server, from any number of threads.
///
/// Connections are made when they are needed and kept. What was sent and received is wiped: requests and answers are
/// in memory of ``SecretMemory``, and what libcurl allocates is wiped when it lets it go. Copies remain in what
/// nghttp2 and OpenSSL allocate for themselves, and in the kernel.
public final class GRPCChannel: Sendable {
    public let peer: RemotePeer
    private let pool: HandlePool

    /// - Parameter connectionLimit: So many calls go on at once; others wait for their turn.
    public init(_ peer: RemotePeer, connectionLimit: Int = 4) {
        self.peer = peer
        pool = HandlePool(peer, .two, connectionLimit: connectionLimit)
    }

    /// Sends one message and receives one.
    ///
    /// - Parameters:
    ///   - method: Such as `/v2.KeyManagementService/Status`.
    ///   - request: The message, in protobuf.
    /// - Returns: The message that was received.
    public func unary(
        _ method: String, _ request: RawSpan, options: CallOptions = CallOptions()
    ) throws(RemoteCallError) -> SecretBytes {
        var answer: SecretBytes?
        var count = 0
        do throws(CallFailure) {
            try call(method, request, options) { (message: consuming SecretBytes) in
                answer = consume message
                count += 1
                // A second one is one too many.
                return count == 1
            }
        } catch {
            throw self.error(error, method)
        }
        guard count == 1, let answer = answer.take() else {
            let what = count == 0 ? "no response message" : "multiple response messages"
            throw error(
                CallFailure(
                    code: .internal,
                    message: "cardinality violation: received \(what) from non-server-streaming RPC"), method)
        }
        return answer
    }

    /// Sends one message and receives any number of them, in order.
    ///
    /// - Parameter body: Gets each message when it is complete; answers whether it wants more. If not, the stream is
    ///   given up, which is no error.
    public func serverStream(
        _ method: String, _ request: RawSpan, options: CallOptions = CallOptions(), _ body: (RawSpan) -> Bool
    ) throws(RemoteCallError) {
        do throws(CallFailure) {
            try call(method, request, options) { body($0.bytes) }
        } catch {
            throw self.error(error, method)
        }
    }

    private func call(
        _ method: String, _ request: RawSpan, _ options: CallOptions,
        _ body: (consuming SecretBytes) -> Bool
    ) throws(CallFailure) {
        var frame = SecretBuffer(capacity: FrameReader.prefixByteCount + request.byteCount)
        frame.append(0)
        for shift in [24, 16, 8, 0] { frame.append(UInt8(truncatingIfNeeded: request.byteCount >> shift)) }
        frame.append(request)

        let bytes = SecretKey(frame.finish())
        try pool.withHandle { handle throws(CallFailure) in
            try send(bytes.span, method, over: handle, options, body)
        }
    }

    private func send(
        _ frame: RawSpan, _ method: String, over handle: CurlHandle, _ options: CallOptions,
        _ body: (consuming SecretBytes) -> Bool
    ) throws(CallFailure) {
        var response = GRPCResponse(messageByteCountLimit: options.messageByteCountLimit)
        var failure: CallFailure?
        let ending = handle.send(
            .post, peer.origin + method, headers: Self.headers(options), body: frame, options: options
        ) { arrivals in
            do throws(CallFailure) {
                return try response.take(arrivals, body)
            } catch {
                failure = error
                return false
            }
        }
        if let failure { throw failure }
        guard ending != .stopped else { return }
        try response.finish(ending, peer: peer)
    }

    private static func headers(_ options: CallOptions) -> [String] {
        var lines = ["content-type: application/grpc", "te: trailers", "user-agent: encconf"]
        if let timeout = options.timeout { lines.append("grpc-timeout: \(timeoutText(timeout))") }
        lines += options.metadata.map { "\($0.name): \($0.value)" }
        // Fields that libcurl would add, and gRPC does not know.
        return lines + ["accept:", "expect:"]
    }

    /// At most eight digits and a unit (gRPC over HTTP2, "Timeout").
    static func timeoutText(_ timeout: Duration) -> String {
        let milliseconds = max(0, timeout.milliseconds)
        guard milliseconds >= 100_000_000 else { return "\(milliseconds)m" }
        return "\(min(99_999_999, milliseconds / 1000))S"
    }

    private func error(_ failure: CallFailure, _ method: String) -> RemoteCallError {
        RemoteCallError(
            code: failure.code, message: failure.message, method: method, peer: peer, origin: failure.origin,
            reach: failure.reach, cause: failure.cause)
    }
}
