internal import RemoteCalls
internal import SecretMemory
internal import Synchronization

/// What a client remembers from one call to the next: the token of its login, and the cluster that it speaks to.
final class Session: Sendable {
    /// For answers that hold no keys and values.
    static let smallByteCountLimit = 1 << 20

    private enum Token {
        case unknown
        case known(String)
        /// The cluster has no users.
        case needless
    }

    private let settings: EtcdSettings
    private let login: EtcdLogin?
    private let hasOneEndpoint: Bool
    private let token = Mutex(Token.unknown)
    private let cluster = Mutex<ClusterIdentity?>(nil)

    /// - Parameter hasOneEndpoint: Whether no other endpoint exists, which could be of another cluster.
    init(_ settings: EtcdSettings, _ login: EtcdLogin?, hasOneEndpoint: Bool) {
        self.settings = settings
        self.login = login
        self.hasOneEndpoint = hasOneEndpoint
    }

    /// The options of a call that ends with one answer.
    func unaryOptions(_ messageByteCountLimit: Int = smallByteCountLimit) -> CallOptions {
        var options = CallOptions(
            timeout: settings.commandTimeout, messageByteCountLimit: messageByteCountLimit,
            isCancelled: settings.isCancelled)
        options.connectTimeout = settings.dialTimeout
        return options
    }

    /// Sends one message and receives one.
    func unary(
        _ channel: GRPCChannel, _ method: String, _ request: RawSpan, _ options: CallOptions,
        asking revision: AskedRevision = .none
    ) throws(EndpointFailure) -> SecretBytes {
        try withToken(channel, options, revision) { options throws(RemoteCallError) in
            try channel.unary(method, request, options: options)
        }
    }

    /// Sends one message and receives any number of them.
    func stream(
        _ channel: GRPCChannel, _ method: String, _ request: RawSpan, _ options: CallOptions,
        asking revision: AskedRevision = .none, _ body: (RawSpan) -> Bool
    ) throws(EndpointFailure) {
        try withToken(channel, options, revision) { options throws(RemoteCallError) in
            try channel.serverStream(method, request, options: options, body)
        }
    }

    /// Sees to it that an answer is from the same cluster as all before it.
    func check(_ header: ResponseHeader, _ peer: RemotePeer) throws(EndpointFailure) {
        // What is no etcd and only speaks like one, as kine does, has no ID: two of them are not known to be the same.
        guard header.clusterID != 0 || hasOneEndpoint else { throw .final(.malformed(.noHeader, peer)) }
        let found = ClusterIdentity(clusterID: header.clusterID, peer: peer)
        let expected = cluster.withLock { cluster in
            cluster = cluster ?? found
            return cluster ?? found
        }
        guard expected.clusterID == found.clusterID else {
            throw .final(.otherCluster(expected: expected, found: found))
        }
    }

    /// Makes a call with the token, if there is a login; with a new one if it is refused.
    private func withToken<Answer: ~Copyable>(
        _ channel: GRPCChannel, _ options: CallOptions, _ revision: AskedRevision,
        _ call: (CallOptions) throws(RemoteCallError) -> Answer
    ) throws(EndpointFailure) -> Answer {
        guard let login, let first = try token(for: login, channel, insteadOf: nil) else {
            do throws(RemoteCallError) {
                return try call(options)
            } catch {
                guard error.code == .unauthenticated else { throw EndpointFailure(error, revision) }
                throw .final(.authentication(.required, error))
            }
        }
        var options = options
        options.metadata = [("token", first)]
        do throws(RemoteCallError) {
            return try call(options)
        } catch {
            guard error.isTokenRefusal else { throw EndpointFailure(error, revision) }
        }
        // Members forget tokens after some minutes, and all of them when users change.
        let second = try token(for: login, channel, insteadOf: first)
        options.metadata = second.map { [("token", $0)] } ?? []
        do throws(RemoteCallError) {
            return try call(options)
        } catch {
            throw EndpointFailure(error, revision)
        }
    }

    /// The known token, or a new one if there is none or it is `refused`; nil if the cluster has no users. The client
    /// of etcd then continues without one (etcd, client/v3/client.go, `getToken`).
    private func token(
        for login: EtcdLogin, _ channel: GRPCChannel, insteadOf refused: String?
    ) throws(EndpointFailure) -> String? {
        // Other threads that need a token wait here, and use this one.
        try token.withLock { known throws(EndpointFailure) in
            switch known {
            case .known(let token) where token != refused: return token
            case .needless: return nil
            default: known = .unknown
            }
            guard let answer = try authenticate(login, channel) else {
                known = .needless
                settings.onNeedlessLogin()
                return nil
            }
            let (header, token) = try channel.peer.checking { () throws(AnswerFault) in
                try Authenticate.answer(answer.bytes)
            }
            try check(header, channel.peer)
            known = .known(token)
            return token
        }
    }

    /// - Returns: Nil if the cluster has no users.
    private func authenticate(_ login: EtcdLogin, _ channel: GRPCChannel) throws(EndpointFailure) -> SecretBytes? {
        let request = Authenticate.request(login)
        do throws(RemoteCallError) {
            return try channel.unary(Authenticate.method, request.bytes, options: unaryOptions())
        } catch {
            guard !error.saysThatNobodyHasToBeKnown else { return nil }
            throw EndpointFailure(error, .none)
        }
    }
}

extension RemotePeer {
    /// Reads an answer of this peer, and names the peer if it is invalid.
    func checking<Answer>(_ read: () throws(AnswerFault) -> Answer) throws(EndpointFailure) -> Answer {
        do throws(AnswerFault) { return try read() } catch { throw .final(.malformed(error, self)) }
    }
}
