/// Why a call brought no answer, or none that can be used.
public struct RemoteCallError: Error, Equatable {
    /// Who says so.
    public enum Origin: Equatable, Sendable {
        /// The peer: it was asked and answered with a status.
        case peer
        /// This side: the peer could not be reached, did not end in time, or spoke something else than gRPC.
        case caller
    }

    public let code: StatusCode
    /// As the peer has it, or as Go's gRPC says it in the same case.
    public let message: String
    /// Such as `/v2.KeyManagementService/Status`.
    public let method: String
    public let peer: RemotePeer
    public let origin: Origin
    /// How far the call came.
    public let reach: Reach
    /// The error text of the system or of libcurl, without that of gRPC; nil without one.
    public let cause: String?

    /// How far a call came.
    public enum Reach: Equatable, Sendable {
        /// There was no connection: the peer knows nothing of it.
        case notConnected
        /// The peer did not show that it is who it should be, or one side did not take the other's certificate.
        case untrusted
        /// The peer may have received the request, and may have acted on it.
        case maybeSent
    }

    /// As Go's gRPC prints it, and therefore kube-apiserver: `rpc error: code = Unavailable desc = …`.
    public var goText: String { "rpc error: code = \(code) desc = \(message)" }
}

extension RemoteCallError: CustomStringConvertible {
    public var description: String { "\(method) at \(peer): \(goText)" }
}

/// The same before it is known which call it was.
struct CallFailure: Error, Equatable {
    let code: StatusCode
    let message: String
    var origin = RemoteCallError.Origin.caller
    var reach = RemoteCallError.Reach.maybeSent
    var cause: String?
}
