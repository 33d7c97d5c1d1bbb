internal import RemoteCalls
internal import Synchronization

/// The members of a cluster that can be asked, in the order in which they are tried.
final class Endpoints: Sendable {
    private let channels: [GRPCChannel]
    /// The one that answered last; the first at the start.
    private let current = Mutex(0)

    init(_ peers: [RemotePeer]) { channels = peers.map { GRPCChannel($0) } }

    /// Lets `body` ask one endpoint after the other, from the one that answered last on, until one can answer.
    func first<Answer>(
        _ body: (GRPCChannel) throws(EndpointFailure) -> Answer
    ) throws(EtcdError) -> Answer {
        let start = current.withLock { $0 }
        var failures: [RemoteCallError] = []
        for step in channels.indices {
            let index = (start + step) % channels.count
            do throws(EndpointFailure) {
                let answer = try body(channels[index])
                current.withLock { $0 = index }
                return answer
            } catch {
                switch error {
                case .passOver(let failure): failures.append(failure)
                case .final(let error): throw error
                }
            }
        }
        throw .noEndpoint(failures)
    }
}

/// What it means for the others that one endpoint gave no answer.
enum EndpointFailure: Error, Equatable {
    /// Another one may be able to.
    case passOver(RemoteCallError)
    case final(EtcdError)
}

/// The revision that a call asked for.
struct AskedRevision {
    /// 0 for the newest.
    let number: Int64
    /// Whether an answer has shown that it exists.
    let isKnown: Bool

    static let none = AskedRevision(number: 0, isKnown: false)
}

extension EndpointFailure {
    init(_ error: RemoteCallError, _ revision: AskedRevision) {
        self =
            switch (error.origin, error.code) {
            case (.caller, .canceled): .final(.cancelled)
            case (.caller, .resourceExhausted): .final(.answerTooLarge(error))
            // Not reached, too slow, or not a member of an etcd cluster.
            case (.caller, _): .passOver(error)
            case (.peer, let code) where Self.passingCodes.contains(code): .passOver(error)
            case (.peer, .resourceExhausted) where error.message == Text.tooManyRequests: .passOver(error)
            // Unavailable before etcd 3.6.
            case (.peer, .failedPrecondition) where error.message == Text.notForLearners: .passOver(error)
            // The answer is larger than the member may send (grpc-go, server.go, `sendResponse`).
            case (.peer, .resourceExhausted) where error.message.contains("larger than max"):
                .final(.answerTooLarge(error))
            case (.peer, .outOfRange) where error.message == Text.compacted:
                .final(.compacted(revision: revision.number))
            // This member has not come so far yet.
            case (.peer, .outOfRange) where error.message == Text.future && revision.isKnown: .passOver(error)
            case (.peer, .invalidArgument) where error.message == Text.userEmpty:
                .final(.authentication(.required, error))
            case (.peer, .invalidArgument) where error.message == Text.loginRefused:
                .final(.authentication(.refused, error))
            // Maintenance calls of etcd before 3.6 give the text of the auth store (server/auth/store.go).
            case (.peer, .unknown) where error.message == Text.storeUserEmpty:
                .final(.authentication(.required, error))
            case (.peer, .unauthenticated): .final(.authentication(.tokenRefused, error))
            default: .final(.refused(error))
            }
    }

    /// Whether a member refused what it was asked for, and did not say who it is.
    var isRefusal: Bool {
        switch self {
        case .final(.refused), .final(.compacted): true
        case .final: false
        case .passOver(let error): error.code == .outOfRange
        }
    }

    /// What a member says of itself and not of the request. Unavailable has many texts: no leader, leader changed,
    /// request timed out, server stopped (etcd, api/v3rpc/rpctypes/error.go). Unimplemented is said
    /// by what is no etcd. Internal is what etcd's own client tries again with (client/v3/client.go, `isHaltErr`).
    private static let passingCodes: Set<StatusCode> = [
        .unavailable, .deadlineExceeded, .canceled, .aborted, .internal, .unimplemented,
    ]
}

extension RemoteCallError {
    /// Whether a login is refused because the cluster has no users.
    var saysThatNobodyHasToBeKnown: Bool {
        origin == .peer && code == .failedPrecondition && message == Text.notEnabled
    }

    /// Whether a new token can help (etcd, client/v3/retry_interceptor.go, `shouldRefreshToken`).
    var isTokenRefusal: Bool {
        origin == .peer && (code == .unauthenticated || message == Text.oldRevision)
    }
}

/// etcd, api/v3rpc/rpctypes/error.go.
private enum Text {
    static let compacted = "etcdserver: mvcc: required revision has been compacted"
    static let future = "etcdserver: mvcc: required revision is a future revision"
    static let notForLearners = "etcdserver: rpc not supported for learner"
    static let tooManyRequests = "etcdserver: too many requests"
    static let userEmpty = "etcdserver: user name is empty"
    static let storeUserEmpty = "auth: user name is empty"
    static let loginRefused = "etcdserver: authentication failed, invalid user ID or password"
    static let notEnabled = "etcdserver: authentication is not enabled"
    static let oldRevision = "etcdserver: revision of auth store is old"
}
