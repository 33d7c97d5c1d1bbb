/// Why a text is not JSON, in the words of Go's encoding/json (Go 1.24, src/encoding/json/scanner.go).
public struct JSONError: Error, Equatable {
    public enum Reason: Equatable, Sendable {
        /// The text ends within a value.
        case unexpectedEnd
        /// The byte cannot stand there. Where the text breaks off within a literal, a number or an escape, Go takes
        /// it to be followed by a space, and the byte is that space.
        case unexpected(UInt8, Context)
        /// More than ``JSONTree/maximumNodeCount`` values and keys.
        case tooManyValues
    }

    /// What was being read.
    public enum Context: Equatable, Sendable {
        case beginningOfValue, beginningOfKey
        case afterKey, afterMember, afterElement, afterTopLevelValue
        case string, escape, unicodeEscape
        case number, fraction, exponent
        case literal(Literal, expecting: UInt8)
        /// Arrays and objects within one another beyond ``JSONTree/maximumDepth``.
        case depth
    }

    public enum Literal: String, Sendable {
        case `true`, `false`, null
    }

    /// Where in the text: the offset of the byte at fault, or the length of a text that breaks off. (Go's
    /// `SyntaxError.Offset` counts the bytes read, so it is one more for a byte at fault.)
    public let offset: Int
    public let reason: Reason
}

extension JSONError: CustomStringConvertible {
    /// The text of Go's `SyntaxError`. It quotes at most one character of the input.
    public var description: String {
        switch reason {
        case .unexpectedEnd: "unexpected end of JSON input"
        case .unexpected(let byte, let context): "invalid character \(quoted(byte)) \(context)"
        case .tooManyValues: "more than \(JSONTree.maximumNodeCount) values"
        }
    }
}

extension JSONError.Context: CustomStringConvertible {
    public var description: String {
        switch self {
        case .beginningOfValue: "looking for beginning of value"
        case .beginningOfKey: "looking for beginning of object key string"
        case .afterKey: "after object key"
        case .afterMember: "after object key:value pair"
        case .afterElement: "after array element"
        case .afterTopLevelValue: "after top-level value"
        case .string: "in string literal"
        case .escape: "in string escape code"
        case .unicodeEscape: #"in \u hexadecimal character escape"#
        case .number: "in numeric literal"
        case .fraction: "after decimal point in numeric literal"
        case .exponent: "in exponent of numeric literal"
        case .literal(let literal, let next): "in literal \(literal.rawValue) (expecting \(quoted(next)))"
        case .depth: "exceeded max depth"
        }
    }
}

/// The byte as Go's `quoteChar` writes it: as the code point of its number (Latin-1), within single quotes, escaped
/// as `strconv.Quote` does.
private func quoted(_ byte: UInt8) -> String {
    switch byte {
    case UInt8(ascii: "'"): #"'\''"#
    case UInt8(ascii: "\\"): #"'\\'"#
    case 0x07: #"'\a'"#
    case 0x08: #"'\b'"#
    case 0x0c: #"'\f'"#
    case UInt8(ascii: "\n"): #"'\n'"#
    case UInt8(ascii: "\r"): #"'\r'"#
    case UInt8(ascii: "\t"): #"'\t'"#
    case 0x0b: #"'\v'"#
    case ..<0x20, 0x7f: #"'\x\#(hexadecimal(byte))'"#
    // C1 controls, no-break space and soft hyphen: not printable to Go's strconv.IsPrint.
    case 0x80...0xa0, 0xad: #"'\u00\#(hexadecimal(byte))'"#
    default: "'\(Character(Unicode.Scalar(byte)))'"
    }
}

private func hexadecimal(_ byte: UInt8) -> String { (byte < 0x10 ? "0" : "") + String(byte, radix: 16) }
