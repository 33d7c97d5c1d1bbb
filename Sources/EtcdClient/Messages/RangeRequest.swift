internal import ProtobufWire
internal import SecretMemory

/// Which keys are asked for (etcd, api/etcdserverpb/rpc.proto, `RangeRequest`). They come in ascending order.
public struct RangeRequest: Equatable, Sendable {
    public var range: KeyRange
    /// So many keys at most; 0 for all.
    public var limit = 0
    /// As they were at this revision; 0 for the newest.
    public var revision: Int64 = 0
    /// Whether the member may answer from what it has, without asking the others whether there is something newer.
    public var isSerializable = false
    /// Whether the values stay where they are.
    public var isKeysOnly = false
    /// Whether only the number of keys is wanted.
    public var isCountOnly = false

    public init(_ range: KeyRange) { self.range = range }

    func encoded() -> SecretBytes {
        var writer = WireWriter()
        writer.append(1, bytes: range.start.span.rawBytes)
        if !range.isOneKey {
            // A single zero byte means no end (same file, `range_end`).
            let end = range.end ?? [0]
            writer.append(2, bytes: end.span.rawBytes)
        }
        if limit > 0 { writer.append(3, varint: UInt64(limit)) }
        if revision > 0 { writer.append(4, varint: UInt64(revision)) }
        if isSerializable { writer.append(7, varint: 1) }
        if isKeysOnly { writer.append(8, varint: 1) }
        if isCountOnly { writer.append(9, varint: 1) }
        return writer.finish().finish()
    }
}
