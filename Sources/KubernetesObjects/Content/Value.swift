internal import JSONText
internal import SecretMemory

extension ValueTree {
    /// What a node is, and how it is written in the plaintext.
    enum Value: Sendable {
        case null
        case bool(Bool)
        case array
        case object

        /// A number as JSON has it.
        case literal(Range<Int>)
        /// A number that is written in binary: in CBOR, or as a varint.
        case integer(Int64)
        /// A number of CBOR; finite.
        case float(Double)
        /// Four or eight bytes of protobuf. They can be an integer or a fraction: shown are their bits.
        case fixed32(UInt32)
        case fixed64(UInt64)

        /// What a string of JSON has between its quotes.
        case jsonString(Range<Int>)
        /// Bytes that are the string. They need not be UTF-8.
        case text(Range<Int>)
        /// Bytes that are no text to protobuf.
        case bytes(Range<Int>)
        /// A string of CBOR whose bytes are not its text.
        case cborString(CBORString)
        /// A moment of protobuf, which JSON writes as RFC 3339.
        case moment(Moment)

        /// The name that Kubernetes gives a field of protobuf.
        case name(String)
        /// The number of a field of protobuf whose name is not known here.
        case fieldNumber(Int)
    }
}

extension ValueTree.Value {
    var kind: ValueTree.Kind {
        switch self {
        case .null: .null
        case .bool: .bool
        case .array: .array
        case .object: .object
        case .literal, .integer, .float: .number
        case .fixed32, .fixed64, .jsonString, .text, .bytes, .cborString, .moment, .name, .fieldNumber: .string
        }
    }

    /// Lends the text of a scalar: what a string holds, or the digits of a number.
    func withText<Result: ~Copyable, Failure: Error>(
        in plaintext: RawSpan, _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let text: SecretBytes
        switch self {
        case .literal(let range), .text(let range), .bytes(let range): return try body(plaintext.extracting(range))
        case .jsonString(let range): text = JSONTree.decoded(plaintext.extracting(range))
        case .cborString(let string): text = string.text(in: plaintext)
        case .integer(let number): text = DecimalText.of(number)
        case .float(let number): text = DecimalText.of(number)
        case .fixed32(let bits): text = HexadecimalText.of(UInt64(bits), digits: 8)
        case .fixed64(let bits): text = HexadecimalText.of(bits, digits: 16)
        case .moment(let moment): return try body(moment.text.utf8.span.rawBytes)
        case .name(let name): return try body(name.utf8.span.rawBytes)
        case .fieldNumber(let number): return try body("\(number)".utf8.span.rawBytes)
        case .bool(let value): return try body((value ? "true" : "false").utf8.span.rawBytes)
        case .null, .array, .object: return try body("".utf8.span.rawBytes)
        }
        return try body(text.bytes)
    }

    /// Whether a string is `expected`. Stops at the first difference: not for secrets.
    func isText(_ expected: String, in plaintext: RawSpan) -> Bool {
        if case .jsonString(let range) = self {
            return JSONTree.isDecoded(plaintext.extracting(range), equalTo: expected)
        }
        return kind == .string && withText(in: plaintext) { $0.elementsEqual(expected.utf8.span.rawBytes) }
    }

    /// More bytes than the text has, or as many; to tell that it is long without making it.
    var greatestByteCount: Int {
        switch self {
        case .literal(let range), .text(let range), .bytes(let range), .jsonString(let range): range.count
        case .cborString(let string): string.greatestByteCount
        case .null, .bool, .array, .object, .integer, .float, .fixed32, .fixed64, .moment, .fieldNumber: 40
        case .name(let name): name.utf8.count
        }
    }

    /// The protobuf type of the value, as far as it is known.
    var protobufType: String {
        switch self {
        case .integer, .bool: "varint"
        case .fixed32: "fixed32"
        case .fixed64: "fixed64"
        case .bytes: "bytes"
        default: "text"
        }
    }
}
