public import SecretMemory

/// Writes protobuf fields into a buffer of secret bytes.
///
/// Numbers are written as short as can be, as every protobuf library does. A field is written even if it is empty;
/// leaving out what proto3 leaves out is the caller's choice.
public struct WireWriter: ~Copyable {
    private var buffer = SecretBuffer()

    public init() {}

    /// Appends an integer, boolean or enumeration. `number` is the field's, 1...``WireField/largestNumber``.
    public mutating func append(_ number: Int, varint value: UInt64) {
        append(number, type: .varint)
        append(varint: value)
    }

    /// Appends a byte string or an embedded message.
    public mutating func append(_ number: Int, bytes: RawSpan) {
        append(number, type: .bytes)
        append(varint: UInt64(bytes.byteCount))
        buffer.append(bytes)
    }

    /// Appends a text, which is no secret itself.
    public mutating func append(_ number: Int, string text: String) {
        append(number, type: .bytes)
        append(varint: UInt64(text.utf8.count))
        buffer.append(text)
    }

    /// Ends writing and hands over the message.
    public consuming func finish() -> SecretBuffer { buffer }

    private mutating func append(_ number: Int, type: WireType) {
        precondition((1...WireField.largestNumber).contains(number), "not the number of a field")
        append(varint: UInt64(number) << 3 | UInt64(type.rawValue))
    }

    private mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            buffer.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        buffer.append(UInt8(rest))
    }
}
