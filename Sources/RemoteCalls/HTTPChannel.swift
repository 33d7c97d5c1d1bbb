public import SecretMemory

/// An answer that came in full, whatever its status says.
public struct HTTPResponse: ~Copyable {
    /// Such as 200. A redirect is an answer too; nobody follows it.
    public let status: Int
    private let head: HTTPHead
    public let body: SecretBytes

    init(_ head: HTTPHead, body: consuming SecretBytes) {
        status = head.status
        self.head = head
        self.body = body
    }

    /// The value of a header field, by its name in lower case; of several the last one.
    public func field(_ name: String) -> String? { head[name] }
}

/// Requests to one server over HTTP/1.1 or HTTP/2, from any number of threads.
///
/// Over TLS the server chooses the version; in clear it is HTTP/1.1. Connections are made when they are needed and kept.
/// No redirect is followed, no proxy and no cookie used. What is wiped is as with ``GRPCChannel``.
public final class HTTPChannel: Sendable {
    public let peer: RemotePeer
    private let pool: HandlePool

    /// - Parameter connectionLimit: So many requests go on at once; others wait for their turn.
    public init(_ peer: RemotePeer, connectionLimit: Int = 4) {
        self.peer = peer
        pool = HandlePool(peer, .oneOrTwo, connectionLimit: connectionLimit)
    }

    /// Sends a request and receives the answer.
    ///
    /// - Parameters:
    ///   - target: The path, which begins with a slash, and what follows it: `/metrics`, `/api/v1/secrets?limit=500`.
    ///   - body: What goes with the request; not for GET.
    ///   - options: ``CallOptions/metadata`` are header fields; ``CallOptions/messageByteCountLimit`` is for the body of
    ///     the answer.
    public func send(
        _ method: HTTPMethod, _ target: String, body: RawSpan = RawSpan(), options: CallOptions = CallOptions()
    ) throws(RemoteCallError) -> HTTPResponse {
        do throws(CallFailure) {
            let headers = try Self.headers(options)
            guard target.utf8.first == UInt8(ascii: "/"), target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
                throw CallFailure(code: .invalidArgument, message: "the target is no path")
            }
            return try pool.withHandle { handle throws(CallFailure) in
                try receive(atMost: options.messageByteCountLimit) { consume in
                    handle.send(
                        method, peer.origin + target, headers: headers, body: body, options: options, consume: consume)
                }
            }
        } catch {
            throw RemoteCallError(
                code: error.code, message: error.message, method: "\(method.rawValue) \(target)", peer: peer,
                origin: error.origin)
        }
    }

    private func receive(
        atMost byteCountLimit: Int, _ send: ((borrowing Arrivals) -> Bool) -> TransferEnding
    ) throws(CallFailure) -> HTTPResponse {
        var (head, isTooLarge) = (HTTPHead(), false)
        var body = SecretBuffer()
        let ending = send { arrivals in
            for line in arrivals.headerLines { head.read(line.span.rawBytes) }
            isTooLarge = arrivals.body.count > byteCountLimit - body.count
            if !isTooLarge { body.append(arrivals.body.bytes) }
            return !isTooLarge
        }
        guard !isTooLarge else {
            throw CallFailure(
                code: .resourceExhausted, message: "the answer is larger than \(byteCountLimit) bytes")
        }
        try ending.check(peer: peer, hasHead: head.status != 0)
        guard head.status >= 200 else { throw CallFailure(code: .unavailable, message: "no answer came") }
        return HTTPResponse(head, body: body.finish())
    }

    private static func headers(_ options: CallOptions) throws(CallFailure) -> [String] {
        let given = options.metadata.map { "\($0.name): \($0.value)" }
        // A line break in a value would begin a field of its own.
        guard given.allSatisfy({ $0.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } }) else {
            throw CallFailure(code: .invalidArgument, message: "a header field holds control characters")
        }
        // Nothing is sent before libcurl is asked to; without this a large body would wait for a "100 Continue".
        return ["user-agent: encconf", "expect:"] + given
    }
}
