internal import ProtobufWire
internal import SecretMemory

/// Whether bytes of protobuf are a message. They do not say so: a message, a text and plain bytes have one wire type.
///
/// They are taken for a message if they could be nothing else that Kubernetes writes: whole fields, in the order of their
/// numbers, in the wire types that its types have (no field of k8s.io/api 1.36 has four or eight bytes, or a number above
/// 44), with tags and lengths as short as can be; and if they are no text that can be read. Of a million random values of 32
/// bytes, 244 look like that. What is shown of them then are numbers, types and lengths, not contents.
enum MessageGuess {
    static let largestNumber = 255

    /// The fields of the message that the bytes are taken for; nil if they are not, or have more fields than `limit`.
    static func fields(at range: Range<Int>, of plaintext: RawSpan, limit: Int) -> [Field]? {
        let bytes = plaintext.extracting(range)
        guard bytes.byteCount > 0 else { return nil }
        var reader = WireReader(bytes)
        var fields: [Field] = []
        var (end, last) = (0, 0)
        while let field = try? reader.next() {
            guard fields.count < limit, isAsWritten(field, after: end), (last...largestNumber).contains(field.number)
            else { return nil }
            fields.append(Field(field, messageStart: range.lowerBound))
            (end, last) = (field.payload.upperBound, field.number)
        }
        guard end == bytes.byteCount, isOneText(fields) || !bytes.isReadableText else { return nil }
        return fields
    }

    /// Whether a field has the wire types that Kubernetes uses, and has the shortest encoding. Not if a group is
    /// before it.
    private static func isAsWritten(_ field: WireField, after end: Int) -> Bool {
        let tagLength = varintLength(UInt64(field.number) << 3)
        switch field.type {
        case .varint:
            return field.payload.lowerBound - end == tagLength && field.payload.count == varintLength(field.varint)
        case .bytes: return field.payload.lowerBound - end == tagLength + varintLength(field.varint)
        case .fixed32, .fixed64: return false
        }
    }

    /// Whether the message is field 1 and nothing else, such as a reference by name. If its text has 32 bytes or more, the
    /// length before it is a letter, and the tag a line end: a text that begins so, and ends where the length says, is rare.
    private static func isOneText(_ fields: [Field]) -> Bool {
        fields.count == 1 && fields[0].number == 1 && fields[0].wire.type == .bytes
    }

    private static func varintLength(_ value: UInt64) -> Int { max(1, (70 - value.leadingZeroBitCount) / 7) }
}

extension RawSpan {
    /// Whether the bytes are UTF-8 without control characters other than tabs and line ends.
    fileprivate var isReadableText: Bool {
        for offset in byteOffsets {
            let byte = self[offset]
            let isLineEnd = byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\t")
            guard byte >= 0x20 && byte != 0x7f || isLineEnd else { return false }
        }
        return isValidUTF8
    }
}
