internal import ProtobufWire

/// Who answered, and in which state of the store (etcd, api/etcdserverpb/rpc.proto, `ResponseHeader`).
public struct ResponseHeader: Equatable, Sendable {
    public internal(set) var clusterID: UInt64 = 0
    public internal(set) var memberID: UInt64 = 0
    /// The newest revision that the member has applied.
    public internal(set) var revision: Int64 = 0
    public internal(set) var raftTerm: UInt64 = 0

    /// Whether this is no etcd, but kine: it has no IDs (github.com/k3s-io/kine, pkg/server/types.go, `txnHeader`), and no
    /// cluster of etcd has the ID 0.
    var isOfKine: Bool { clusterID == 0 && memberID == 0 }
}

extension ResponseHeader {
    init(_ message: RawSpan) throws(AnswerFault) {
        self.init()
        var reader = WireReader(message)
        while let field = try reader.nextField() {
            switch field.number {
            case 1: clusterID = try field.number()
            case 2: memberID = try field.number()
            case 3: revision = try field.positive()
            case 4: raftTerm = try field.number()
            default: break
            }
        }
    }
}
