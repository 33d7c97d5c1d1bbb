public import RemoteCalls
internal import SecretMemory

/// Reads from an etcd cluster, from any number of threads.
///
/// Its endpoints are asked one after the other until one can answer, and the one that did is asked first the next time.
/// An error that any member would answer with is thrown at once. All answers must come from one cluster: endpoints of
/// two behind one list would prove nothing about either.
public final class EtcdClient: Sendable {
    let settings: EtcdSettings
    let endpoints: Endpoints
    let session: Session

    /// Asks nothing yet.
    ///
    /// - Parameters:
    ///   - peers: The endpoints, in the order in which they are tried.
    ///   - login: For clusters with authentication.
    public init(_ peers: [RemotePeer], login: EtcdLogin? = nil, settings: EtcdSettings = EtcdSettings()) {
        self.settings = settings
        endpoints = Endpoints(peers)
        session = Session(settings, login, hasOneEndpoint: peers.count == 1)
    }

    /// Reads keys and their values, all in one message. For many keys see ``walk(_:_:)``.
    public func range(_ request: RangeRequest) throws(EtcdError) -> EtcdPage {
        try range(request, isRevisionKnown: false, isCancelled: settings.isCancelled)
    }

    /// What a member says of itself: the one that answered last, or the first that can.
    public func status() throws(EtcdError) -> EtcdStatus {
        try endpoints.first { channel throws(EndpointFailure) in try status(of: channel) }
    }

    /// - Parameter isRevisionKnown: Whether an answer has shown that the revision exists: a member without it lags
    ///   behind.
    func range(
        _ request: RangeRequest, isRevisionKnown: Bool, isCancelled: @escaping @Sendable () -> Bool
    ) throws(EtcdError) -> EtcdPage {
        let message = request.encoded()
        var options = session.unaryOptions(settings.messageByteCountLimit)
        options.isCancelled = isCancelled
        let revision = AskedRevision(number: request.revision, isKnown: isRevisionKnown)
        return try endpoints.first { channel throws(EndpointFailure) in
            let bytes: SecretBytes
            do throws(EndpointFailure) {
                bytes = try session.unary(
                    channel, "/etcdserverpb.KV/Range", message.bytes, options, asking: revision)
            } catch {
                // That a revision does not exist says little if it is not that of this cluster.
                if error.isRefusal { try refuseOtherCluster(channel) }
                throw error
            }
            let answer = SecretKey(bytes)
            let page = try channel.peer.checking { () throws(AnswerFault) in
                try EtcdPage(answer, answering: request, from: channel.peer)
            }
            try session.check(page.header, channel.peer)
            return page
        }
    }

    /// Throws if the endpoint says that it belongs to another cluster.
    private func refuseOtherCluster(_ channel: GRPCChannel) throws(EndpointFailure) {
        do throws(EndpointFailure) {
            _ = try status(of: channel)
        } catch {
            if case .final(.otherCluster) = error { throw error }
        }
    }

    func status(of channel: GRPCChannel) throws(EndpointFailure) -> EtcdStatus {
        let request = SecretBytes()
        let answer = try session.unary(
            channel, "/etcdserverpb.Maintenance/Status", request.bytes, session.unaryOptions())
        let status = try channel.peer.checking { () throws(AnswerFault) in
            try EtcdStatus(answer.bytes, peer: channel.peer)
        }
        try session.check(status.header, channel.peer)
        return status
    }
}
