internal import RemoteCalls
internal import SecretMemory

/// A snapshot that came in full.
public struct SnapshotSummary: Equatable, Sendable {
    /// What the member said of itself immediately before. Its snapshot is of this revision or a later one.
    public let status: EtcdStatus
    /// The length of the database in bytes, without the digest behind it.
    public let databaseByteCount: Int64
    /// The SHA-256 of the database, which its sender and this side agree upon: 32 bytes.
    public let digest: [UInt8]
}

extension EtcdClient {
    /// Receives the database of one member: the one that answered last, or the first that can. After the start, no
    /// other member can continue it.
    ///
    /// - Parameter body: Gets the next bytes, and how many of the database follow them; answers whether it wants
    ///   more. All of them in order are the file that `etcdctl snapshot save` writes, the digest at the end included.
    ///   They are not to be relied on before this function returns.
    /// - Throws: ``EtcdError/snapshot(_:_:)`` if it broke off or is damaged, ``EtcdError/cancelled`` if `body` has
    ///   enough.
    public func snapshot(_ body: (RawSpan, Int64) -> Bool) throws(EtcdError) -> SnapshotSummary {
        try endpoints.first { channel throws(EndpointFailure) in
            // The stream itself need not tell which cluster it is from.
            let status = try status(of: channel)
            var assembly = try channel.peer.assembling { () throws(SnapshotFault) in try SnapshotAssembly() }
            try receive(from: channel, &assembly, body)
            let digest = try channel.peer.assembling { () throws(SnapshotFault) in try assembly.finish() }
            return SnapshotSummary(status: status, databaseByteCount: assembly.databaseByteCount, digest: digest)
        }
    }

    private func receive(
        from channel: GRPCChannel, _ assembly: inout SnapshotAssembly, _ body: (RawSpan, Int64) -> Bool
    ) throws(EndpointFailure) {
        var failure: EndpointFailure?
        let request = SecretBytes()
        do throws(EndpointFailure) {
            try session.stream(
                channel, "/etcdserverpb.Maintenance/Snapshot", request.bytes, snapshotOptions
            ) { message in
                do throws(EndpointFailure) {
                    try take(message, from: channel.peer, &assembly, body)
                } catch {
                    failure = error
                }
                return failure == nil
            }
        } catch {
            guard case .passOver(let error) = error, assembly.hasBegun else { throw error }
            throw .final(.snapshot(.broken(error), channel.peer))
        }
        if let failure { throw failure }
    }

    private func take(
        _ message: RawSpan, from peer: RemotePeer, _ assembly: inout SnapshotAssembly,
        _ body: (RawSpan, Int64) -> Bool
    ) throws(EndpointFailure) {
        let piece = try peer.checking { () throws(AnswerFault) in try SnapshotPiece(message) }
        // Most members leave the header out.
        if let header = piece.header, header.clusterID != 0 { try session.check(header, peer) }
        let blob = message.extracting(piece.blob)
        try peer.assembling { () throws(SnapshotFault) in
            try assembly.add(blob, remaining: piece.remainingByteCount)
        }
        guard body(blob, piece.remainingByteCount) else { throw .final(.cancelled) }
    }

    private var snapshotOptions: CallOptions {
        var options = CallOptions(
            stallTimeout: settings.stallTimeout, messageByteCountLimit: settings.messageByteCountLimit,
            isCancelled: settings.isCancelled)
        options.lowestSpeed = settings.lowestSnapshotSpeed
        options.connectTimeout = settings.dialTimeout
        return options
    }
}

extension RemotePeer {
    /// Puts a snapshot of this peer together, and names the peer if it is invalid.
    fileprivate func assembling<Answer: ~Copyable>(
        _ body: () throws(SnapshotFault) -> Answer
    ) throws(EndpointFailure) -> Answer {
        do throws(SnapshotFault) { return try body() } catch { throw .final(.snapshot(error, self)) }
    }
}
