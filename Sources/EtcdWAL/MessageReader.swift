internal import ProtobufWire

/// One field of a message, with its content as a range of the segment.
struct MessageField {
    let number: Int
    private let type: WireType
    private let varint: UInt64
    private let payload: Range<Int>

    fileprivate init(_ field: WireField, at base: Int) {
        (number, type, varint) = (field.number, field.type, field.varint)
        payload = field.payload.lowerBound + base..<field.payload.upperBound + base
    }

    func unsigned() throws(MessageFault) -> UInt64 {
        guard type == .varint else { throw .fieldType(number) }
        return varint
    }

    func signed() throws(MessageFault) -> Int64 { Int64(bitPattern: try unsigned()) }

    func bool() throws(MessageFault) -> Bool { try unsigned() != 0 }

    func bytes() throws(MessageFault) -> Range<Int> {
        guard type == .bytes else { throw .fieldType(number) }
        return payload
    }

    /// The error for a field that no version known here has. What it changes is not known either.
    var unknown: MessageFault { .unknownField(number) }
}

/// Why a message of etcd cannot be read.
public enum MessageFault: Error, Hashable, Sendable {
    /// The bytes are no protobuf message.
    case wire
    /// A field has another type than it should.
    case fieldType(Int)
    /// A field is not known: a later version of etcd may mean something by it.
    case unknownField(Int)
    /// A number cannot be what the message is about.
    case number
}

/// Reads the fields of a message that is a part of a segment.
struct MessageReader: ~Escapable {
    private var reader: WireReader
    private let base: Int

    /// A reader of the message in `range` of `bytes`.
    @_lifetime(copy bytes)
    init(_ range: Range<Int>, of bytes: RawSpan) {
        reader = WireReader(bytes.extracting(range))
        base = range.lowerBound
    }

    @_lifetime(self: copy self)
    mutating func next() throws(MessageFault) -> MessageField? {
        do throws(WireError) {
            return try reader.next().map { MessageField($0, at: base) }
        } catch {
            throw .wire
        }
    }
}
