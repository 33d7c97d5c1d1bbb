/// One field of a protobuf message: its number, its type, and the range of its content.
///
/// It holds no byte of the message, so it can be kept and copied where the message itself may not.
public struct WireField: Equatable, Sendable {
    /// The largest number that a field can have (protowire `MaxValidNumber`).
    public static let largestNumber = 1 << 29 - 1

    /// 1...``largestNumber``.
    public let number: Int
    public let type: WireType
    /// The value of a ``WireType/varint`` field, the length of a ``WireType/bytes`` field; else 0.
    public let varint: UInt64
    /// The range of the content in the span, without tag and length.
    public let payload: Range<Int>
}

/// How the content of a field is written. Groups are passed over by ``WireReader`` and have no case.
public enum WireType: UInt8, Sendable {
    case varint = 0
    case fixed64 = 1
    case bytes = 2
    case fixed32 = 5
}

/// Why bytes are no protobuf message. Go's library says `cannot parse invalid wire-format data` for each.
public enum WireError: Error, Equatable {
    /// The message ends within a tag, a number, a group or what a length announced.
    case truncated
    /// A number has more than 64 bits.
    case varintOverflow
    /// A field number is 0 or too large.
    case fieldNumber
    /// Wire types 6 and 7 do not exist.
    case reservedWireType
    /// A group ends that is not the innermost open one.
    case unmatchedEndGroup
    /// Groups are nested deeper than ``WireReader/groupDepthLimit``.
    case groupDepth
}
