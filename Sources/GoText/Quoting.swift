/// The text in double quotes, as Go's `%q` writes it (Go 1.24, src/strconv/quote.go, `appendEscapedRune`).
public func goQuoted(_ text: some StringProtocol) -> String { goQuoted(utf8: Array(text.utf8)) }

/// The same for bytes that need not be UTF-8: each one that is not becomes `\xff` or the like.
public func goQuoted(utf8 bytes: [UInt8]) -> String {
    var quoted = "\""
    var input = bytes.makeIterator()
    var offset = 0
    var parser = Unicode.UTF8.ForwardParser()
    while true {
        switch parser.parseScalar(from: &input) {
        case .valid(let encoded):
            offset += encoded.count
            append(Unicode.UTF8.decode(encoded), to: &quoted)
        case .error(let count):
            for byte in bytes[offset..<offset + count] { quoted += "\\x" + hexadecimal(byte, digits: 2) }
            offset += count
        case .emptyInput: return quoted + "\""
        }
    }
}

private func append(_ scalar: Unicode.Scalar, to quoted: inout String) {
    switch scalar {
    case "\"", "\\": quoted += "\\\(scalar)"
    case _ where scalar.isPrintable: quoted.unicodeScalars.append(scalar)
    case "\u{7}": quoted += "\\a"
    case "\u{8}": quoted += "\\b"
    case "\u{c}": quoted += "\\f"
    case "\n": quoted += "\\n"
    case "\r": quoted += "\\r"
    case "\t": quoted += "\\t"
    case "\u{b}": quoted += "\\v"
    case ..<" ", "\u{7f}": quoted += "\\x" + hexadecimal(scalar.value, digits: 2)
    case ..<"\u{10000}": quoted += "\\u" + hexadecimal(scalar.value, digits: 4)
    default: quoted += "\\U" + hexadecimal(scalar.value, digits: 8)
    }
}

/// The text in double quotes, as Go's `json.Marshal` writes it: safe within HTML
/// (Go 1.24, src/encoding/json/encode.go, `appendString`).
public func jsonQuoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"", "\\": quoted += "\\\(scalar)"
        case "\u{8}": quoted += "\\b"
        case "\u{c}": quoted += "\\f"
        case "\n": quoted += "\\n"
        case "\r": quoted += "\\r"
        case "\t": quoted += "\\t"
        case ..<" ", "<", ">", "&", "\u{2028}", "\u{2029}": quoted += "\\u" + hexadecimal(scalar.value, digits: 4)
        default: quoted.unicodeScalars.append(scalar)
        }
    }
    return quoted + "\""
}

/// The text in double quotes, as Go's package `time` writes it: ASCII only, everything else byte by byte
/// (Go 1.24, src/time/format.go, `quote`).
public func goTimeQuoted(_ text: String) -> String {
    var quoted = "\""
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): quoted += "\\\(Character(UnicodeScalar(byte)))"
        case 0x20..<0x80: quoted.unicodeScalars.append(UnicodeScalar(byte))
        default: quoted += "\\x" + hexadecimal(byte, digits: 2)
        }
    }
    return quoted + "\""
}

private func hexadecimal(_ value: some BinaryInteger, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}

extension Unicode.Scalar {
    /// `strconv.IsPrint`: letters, marks, numbers, punctuation, symbols, and of the spaces only U+0020.
    fileprivate var isPrintable: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        case .spaceSeparator: self == " "
        default: true
        }
    }
}
