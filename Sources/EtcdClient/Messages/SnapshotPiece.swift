internal import ProtobufWire

/// One message of a snapshot (etcd, api/etcdserverpb/rpc.proto, `SnapshotResponse`).
struct SnapshotPiece: Equatable {
    /// etcd 3.4 does not send it.
    private(set) var header: ResponseHeader?
    /// What follows of the database, in bytes.
    private(set) var remainingByteCount: Int64 = 0
    /// The range of the bytes in the message.
    private(set) var blob = 0..<0

    init(_ message: RawSpan) throws(AnswerFault) {
        var reader = WireReader(message)
        while let field = try reader.nextField() {
            switch field.number {
            case 1: header = try ResponseHeader(message.extracting(try field.bytes()))
            case 2: remainingByteCount = try field.positive()
            case 3: blob = try field.bytes()
            default: break
            }
        }
    }
}
