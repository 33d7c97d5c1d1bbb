public import SecretMemory

/// An answer that came in full, whatever its status says.
public struct HTTPResponse: ~Copyable {
    public let head: HTTPHead
    public let body: SecretBytes

    init(_ head: HTTPHead, body: consuming SecretBytes) {
        self.head = head
        self.body = body
    }

    /// For example 200. A redirect is an answer too; it is not followed.
    public var status: Int { head.status }

    /// The value of a header field, by its name in lower case; of several the last one.
    public func field(_ name: String) -> String? { head[name] }
}

/// Requests to one server over HTTP/1.1 or HTTP/2, from any number of threads.
///
/// Over TLS the server chooses the version; without TLS it is HTTP/1.1. Connections are made when they are needed and
/// kept. No redirect is followed and no cookie used. Memory is wiped as in ``GRPCChannel``.
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
    ///   - body: The body of the request; not for GET.
    ///   - options: ``CallOptions/metadata`` are header fields; ``CallOptions/messageByteCountLimit`` limits the
    ///     decompressed body of the answer.
    public func send(
        _ method: HTTPMethod, _ target: String, body: RawSpan = RawSpan(), options: CallOptions = CallOptions()
    ) throws(RemoteCallError) -> HTTPResponse {
        var received = SecretBuffer()
        let head = try stream(method, target, body: body, options: options) { _, bytes in
            received.append(bytes)
            return true
        }
        return HTTPResponse(head, body: received.finish())
    }

    /// Sends a request and passes the body of the answer in pieces, without holding all of it.
    ///
    /// - Parameter consume: Gets the head, which is complete but for trailers, and the next bytes; answers whether it
    ///   wants more. If not, the rest is given up, which is no error.
    public func stream(
        _ method: HTTPMethod, _ target: String, body: RawSpan = RawSpan(), options: CallOptions = CallOptions(),
        _ consume: (HTTPHead, RawSpan) -> Bool
    ) throws(RemoteCallError) -> HTTPHead {
        do throws(CallFailure) {
            let headers = try headers(options)
            guard target.utf8.first == UInt8(ascii: "/"), target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
                throw CallFailure(code: .invalidArgument, message: "the target is not a path", reach: .notConnected)
            }
            return try pool.withHandle { handle throws(CallFailure) in
                let limit = options.messageByteCountLimit
                var (head, byteCount) = (HTTPHead(), 0)
                let ending = handle.send(
                    method, peer.tlsOrigin + target, headers: headers, body: body, options: options,
                    bodyByteCountLimit: limit
                ) { arrivals in
                    for line in arrivals.headerLines { head.read(line.span.rawBytes) }
                    guard arrivals.body.count > 0 else { return true }
                    byteCount += arrivals.body.count
                    return byteCount <= limit && consume(head, arrivals.body.bytes)
                }
                guard byteCount <= limit, ending != .overfull else {
                    throw CallFailure(code: .resourceExhausted, message: "the answer is larger than \(limit) bytes")
                }
                try ending.check(peer: peer, hasHead: head.status != 0)
                guard head.status >= 200 else { throw CallFailure(code: .unavailable, message: "no answer") }
                return head
            }
        } catch {
            throw RemoteCallError(
                code: error.code, message: error.message, method: "\(method.rawValue) \(target)", peer: peer,
                origin: error.origin, reach: error.reach, cause: error.cause)
        }
    }

    private func headers(_ options: CallOptions) throws(CallFailure) -> [String] {
        let given = options.metadata.map { "\($0.name): \($0.value)" }
        // A line break in a value would begin a field of its own.
        let isClean =
            given.allSatisfy { $0.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } }
            && options.secretMetadata.allSatisfy { field in
                field.name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: ":") }
                    && field.value.span.byteOffsets.allSatisfy {
                        field.value.span[$0] >= 0x20 && field.value.span[$0] != 0x7f
                    }
            }
        guard isClean else {
            throw CallFailure(
                code: .invalidArgument, message: "a header field contains control characters", reach: .notConnected)
        }
        // The name for TLS is in the URL then.
        let host = peer.connection == nil ? [] : ["host: \(peer.authority)"]
        // Nothing is sent before libcurl is asked to; without this a large body would wait for a "100 Continue".
        return ["user-agent: encconf", "expect:"] + host + given
    }
}
