/// How a transfer ended, before anybody asks what the answer says.
enum TransferEnding: Equatable {
    case finished
    /// The reader of the answer stopped it.
    case stopped
    case cancelled
    case timedOut
    /// The peer cannot be reached. The text is that of the system, or of libcurl.
    case notConnected(String)
    /// Certificates are not as they should be. The text is libcurl's.
    case untrusted(String)
    /// More arrived at once than may arrive in all.
    case overfull
    /// What came is not HTTP/2, or not as it should be.
    case notHTTP2(String)
    case broken(String)
    /// The peer answered before it had the whole request, so it has not acted on it, and libcurl lost the answer over
    /// its attempt to send the rest (seen with 7.88.1 and a server that does not know the method).
    case answerLost
    /// libcurl itself cannot do it.
    case unsupported(String)

    /// - Parameter hasHead: Whether an answer has begun.
    func check(peer: RemotePeer, hasHead: Bool) throws(CallFailure) {
        switch self {
        case .finished, .stopped: return
        case .cancelled: throw CallFailure(code: .canceled, message: "context canceled")
        case .timedOut: throw CallFailure(code: .deadlineExceeded, message: "context deadline exceeded")
        case .overfull: throw CallFailure(code: .resourceExhausted, message: "the answer is too large")
        case .notConnected(let text): throw Self.dialing(peer, text, .notConnected)
        case .untrusted(let text): throw Self.dialing(peer, text, .untrusted)
        case .notHTTP2(let text) where !hasHead:
            throw CallFailure(
                code: .unavailable, message: "connection error: desc = \"error reading server preface: \(text)\"",
                cause: text)
        case .notHTTP2(let text), .broken(let text):
            throw CallFailure(code: .unavailable, message: "error reading from server: \(text)", cause: text)
        case .answerLost:
            throw CallFailure(code: .unavailable, message: "error reading from server: the stream was ended early")
        case .unsupported(let text): throw CallFailure(code: .internal, message: text, reach: .notConnected)
        }
    }

    private static func dialing(_ peer: RemotePeer, _ text: String, _ reach: RemoteCallError.Reach) -> CallFailure {
        CallFailure(
            code: .unavailable,
            message: "connection error: desc = \"transport: Error while dialing: dial \(peer.goAddress): \(text)\"",
            reach: reach, cause: text)
    }
}
