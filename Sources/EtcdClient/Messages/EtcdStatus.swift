internal import ProtobufWire
public import RemoteCalls
internal import SecretMemory

/// What a member says of itself (etcd, api/etcdserverpb/rpc.proto, `StatusResponse`).
public struct EtcdStatus: Equatable, Sendable {
    /// Who was asked.
    public let peer: RemotePeer
    public let header: ResponseHeader
    /// Such as `3.5.30`.
    public let version: String
    /// The length of the database file in bytes, free pages included.
    public let databaseByteCount: Int64
    /// The bytes of it that are in use. 0 if the member does not tell.
    public let usedByteCount: Int64
    /// The leader; 0 without one.
    public let leaderID: UInt64
    /// The last entry of the log that is agreed upon, and the last one that this member has applied.
    public let raftIndex: UInt64
    public let raftAppliedIndex: UInt64
    /// Whether the member has no vote, and may lag far behind.
    public let isLearner: Bool
    /// What the member finds wrong: its alarms, and that it has no leader.
    public let errors: [String]

    /// The alarms of the cluster, such as `NOSPACE`.
    public var alarms: [String] { errors.filter { $0 != Self.noLeader } }

    /// Whether the member has no leader, so that it gets no more changes. kine has none either, and does not tell.
    public var saysItHasNoLeader: Bool { errors.contains(Self.noLeader) }

    /// etcd, server/etcdserver/errors/errors.go, `ErrNoLeader`.
    private static let noLeader = "etcdserver: no leader"
}

extension EtcdStatus {
    init(_ message: RawSpan, peer: RemotePeer) throws(AnswerFault) {
        var header: ResponseHeader?
        var (version, errors, isLearner) = ("", [String](), false)
        var (size, used): (Int64, Int64) = (0, 0)
        var (leader, raftIndex, appliedIndex): (UInt64, UInt64, UInt64) = (0, 0, 0)
        var reader = WireReader(message)
        while let field = try reader.nextField() {
            switch field.number {
            case 1: header = try ResponseHeader(message.extracting(try field.bytes()))
            case 2: version = try field.text(in: message)
            case 3: size = try field.positive()
            case 4: leader = try field.number()
            case 5: raftIndex = try field.number()
            case 7: appliedIndex = try field.number()
            case 8: errors.append(try field.text(in: message))
            case 9: used = try field.positive()
            case 10: isLearner = try field.number() != 0
            default: break
            }
        }
        guard let header else { throw .noHeader }
        self.init(
            peer: peer, header: header, version: version, databaseByteCount: size, usedByteCount: used,
            leaderID: leader, raftIndex: raftIndex, raftAppliedIndex: appliedIndex, isLearner: isLearner,
            errors: errors)
    }
}
