import Testing

@testable import EtcdClient
@testable import RemoteCalls

/// What an error of one endpoint means for the others.
struct EndpointFailureTests {
    private static func error(
        _ code: StatusCode, _ message: String, _ origin: RemoteCallError.Origin = .peer
    ) -> RemoteCallError {
        RemoteCallError(
            code: code, message: message, method: "/etcdserverpb.KV/Range",
            peer: RemotePeer(.host("etcd", port: 2379)), origin: origin, reach: .maybeSent, cause: nil)
    }

    /// Texts of etcd 3.4 to 3.7 (api/v3rpc/rpctypes/error.go), and errors of this side.
    @Test(arguments: [
        error(.unavailable, "etcdserver: no leader"), error(.unavailable, "etcdserver: leader changed"),
        error(.unavailable, "etcdserver: request timed out"), error(.unavailable, "etcdserver: server stopped"),
        error(.unavailable, "etcdserver: rpc not supported for learner"),
        error(.failedPrecondition, "etcdserver: rpc not supported for learner"),
        error(.resourceExhausted, "etcdserver: too many requests"), error(.unimplemented, "unknown service"),
        error(.deadlineExceeded, "context deadline exceeded"),
        error(.deadlineExceeded, "context deadline exceeded", .caller),
        error(.unavailable, "connection error", .caller), error(.internal, "unexpected EOF", .caller),
        error(.unknown, "received unexpected content-type", .caller),
    ])
    func passesOver(_ error: RemoteCallError) {
        #expect(EndpointFailure(error, .none) == .passOver(error))
    }

    @Test(arguments: [
        error(.permissionDenied, "etcdserver: permission denied"),
        error(.invalidArgument, "etcdserver: key is not provided"),
        error(.dataLoss, "etcdserver: corrupt cluster"), error(.unknown, "anything"),
        error(.outOfRange, "etcdserver: mvcc: required revision is a future revision"),
    ])
    func refuses(_ error: RemoteCallError) {
        #expect(EndpointFailure(error, .none) == .final(.refused(error)))
    }

    /// Who does not know a revision that another member has told of lags behind.
    @Test func passesOverWhoLagsBehind() {
        let error = Self.error(.outOfRange, "etcdserver: mvcc: required revision is a future revision")
        #expect(EndpointFailure(error, AskedRevision(number: 5, isKnown: true)) == .passOver(error))
    }

    @Test func knowsTheRest() {
        let userEmpty = Self.error(.invalidArgument, "etcdserver: user name is empty")
        // Maintenance calls of etcd before 3.6.
        let storeUserEmpty = Self.error(.unknown, "auth: user name is empty")
        let cases: [(RemoteCallError, EtcdError)] = [
            (Self.error(.canceled, "context canceled", .caller), .cancelled),
            (userEmpty, .authentication(.required, userEmpty)),
            (storeUserEmpty, .authentication(.required, storeUserEmpty)),
            (
                Self.error(.outOfRange, "etcdserver: mvcc: required revision has been compacted"),
                .compacted(revision: 5)
            ),
        ]
        for (error, result) in cases {
            #expect(EndpointFailure(error, AskedRevision(number: 5, isKnown: true)) == .final(result))
        }
        let tooLarge = [
            Self.error(.resourceExhausted, "grpc: received message larger than max (9 vs. 8)", .caller),
            Self.error(.resourceExhausted, "grpc: trying to send message larger than max (9 vs. 8)"),
        ]
        for error in tooLarge { #expect(EndpointFailure(error, .none) == .final(.answerTooLarge(error))) }
        let faults: [(RemoteCallError, AuthenticationFault)] = [
            (Self.error(.invalidArgument, "etcdserver: user name is empty"), .required),
            (
                Self.error(.invalidArgument, "etcdserver: authentication failed, invalid user ID or password"),
                .refused
            ),
            (Self.error(.unauthenticated, "etcdserver: invalid auth token"), .tokenRefused),
        ]
        for (error, fault) in faults {
            #expect(EndpointFailure(error, .none) == .final(.authentication(fault, error)))
        }
    }
}
