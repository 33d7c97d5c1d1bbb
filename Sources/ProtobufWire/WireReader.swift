internal import SecretMemory

/// Reads the fields of one protobuf message, in the order in which they stand, without copying any.
///
/// It is exactly as strict as Go's google.golang.org/protobuf: `ConsumeTag`, `ConsumeVarint`, `ConsumeBytes` and
/// `ConsumeFieldValue` of encoding/protowire/wire.go, with the limit on field numbers of internal/impl/decode.go.
/// What a field means, whether it repeats, and what an unknown one says, is the caller's affair.
public struct WireReader: ~Escapable {
    /// Groups may be nested this deep (`protowire.DefaultRecursionLimit`, and the outermost).
    public static let groupDepthLimit = 10_001

    private let bytes: RawSpan
    private var position = 0

    /// A reader at the first field of `bytes`, which is the whole message.
    @_lifetime(copy bytes)
    public init(_ bytes: RawSpan) { self.bytes = bytes }

    /// Reads the next field and passes over any group before it.
    ///
    /// - Returns: The field, or nil at the end of the message.
    /// - Throws: ``WireError``; the reader is of no more use then.
    @_lifetime(self: copy self)
    public mutating func next() throws(WireError) -> WireField? {
        while position < bytes.byteCount {
            let tag = try readTag(largest: WireField.largestNumber)
            switch tag.code {
            case startGroup: try skipGroup(tag.number)
            case endGroup: throw .unmatchedEndGroup
            default: return try readField(tag)
            }
        }
        return nil
    }
}

// Wire types that are no field of their own (protowire `StartGroupType`, `EndGroupType`).
private let startGroup: UInt8 = 3
private let endGroup: UInt8 = 4

private struct Tag {
    let number: Int
    /// The wire type as written: 0...7.
    let code: UInt8
}

extension WireReader {
    @_lifetime(self: copy self)
    private mutating func readTag(largest: Int) throws(WireError) -> Tag {
        let value = try readVarint()
        guard (1...UInt64(largest)).contains(value >> 3) else { throw .fieldNumber }
        return Tag(number: Int(value >> 3), code: UInt8(value & 7))
    }

    @_lifetime(self: copy self)
    private mutating func readField(_ tag: Tag) throws(WireError) -> WireField {
        guard let type = WireType(rawValue: tag.code) else { throw .reservedWireType }
        let start = position
        switch type {
        case .varint:
            let value = try readVarint()
            return WireField(number: tag.number, type: type, varint: value, payload: start..<position)
        case .bytes:
            let length = try readVarint()
            return WireField(number: tag.number, type: type, varint: length, payload: try take(length))
        case .fixed32: return WireField(number: tag.number, type: type, varint: 0, payload: try take(4))
        case .fixed64: return WireField(number: tag.number, type: type, varint: 0, payload: try take(8))
        }
    }

    /// Passes over a group whose start tag has been read. Not recursive: input cannot exhaust the stack.
    @_lifetime(self: copy self)
    private mutating func skipGroup(_ number: Int) throws(WireError) {
        var open = [number]
        while let innermost = open.last {
            // Inside a group Go allows for the larger numbers of a MessageSet (`DecodeTag`).
            let tag = try readTag(largest: Int(Int32.max))
            switch tag.code {
            case startGroup:
                guard open.count < Self.groupDepthLimit else { throw .groupDepth }
                open.append(tag.number)
            case endGroup:
                guard tag.number == innermost else { throw .unmatchedEndGroup }
                open.removeLast()
            default: _ = try readField(tag)
            }
        }
    }

    @_lifetime(self: copy self)
    private mutating func readVarint() throws(WireError) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<10 {
            guard position < bytes.byteCount else { throw .truncated }
            let byte = bytes[position]
            position += 1
            // The tenth byte holds the 64th bit and nothing else.
            guard index < 9 || byte < 2 else { throw .varintOverflow }
            value |= UInt64(byte & 0x7f) << (7 * UInt64(index))
            if byte < 0x80 { return value }
        }
        throw .varintOverflow
    }

    @_lifetime(self: copy self)
    private mutating func take(_ length: UInt64) throws(WireError) -> Range<Int> {
        guard length <= UInt64(bytes.byteCount - position) else { throw .truncated }
        let start = position
        position += Int(length)
        return start..<position
    }
}
