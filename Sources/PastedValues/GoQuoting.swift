import SecretMemory

/// The inverse of Go's `strconv.Quote`, which `%q` prints: UTF-8 of printable characters is unchanged, other
/// characters are `\u` and `\U`, bytes that are not UTF-8 are `\x` (Go 1.24, src/strconv/quote.go).
enum GoQuoting {
    enum Failure: Error {
        /// The closing quote is missing.
        case endless
        /// There is no opening quote, something behind the closing one, or an escape that Go does not write.
        case malformed
    }

    static func unquote(_ quoted: RawSpan) throws(Failure) -> SecretBytes {
        guard quoted.has("\"", at: 0) else { throw .malformed }
        return try SecretBytes.filling(capacity: quoted.byteCount) { output throws(Failure) in
            var position = 1
            while position < quoted.byteCount, quoted[position] != UInt8(ascii: "\"") {
                if quoted[position] == UInt8(ascii: "\\") {
                    position += try appendEscape(at: position, of: quoted, to: &output)
                } else {
                    output.append(quoted[position])
                    position += 1
                }
            }
            guard position < quoted.byteCount else { throw .endless }
            guard position == quoted.byteCount - 1 else { throw .malformed }
        }
    }

    /// Appends the bytes of the escape at `offset`; returns the number of its characters.
    private static func appendEscape(
        at offset: Int, of quoted: RawSpan, to output: inout OutputRawSpan
    ) throws(Failure) -> Int {
        guard offset + 1 < quoted.byteCount else { throw .endless }
        let letter = quoted[offset + 1]
        switch letter {
        case UInt8(ascii: "a"): output.append(0x07)
        case UInt8(ascii: "b"): output.append(0x08)
        case UInt8(ascii: "f"): output.append(0x0c)
        case UInt8(ascii: "n"): output.append(0x0a)
        case UInt8(ascii: "r"): output.append(0x0d)
        case UInt8(ascii: "t"): output.append(0x09)
        case UInt8(ascii: "v"): output.append(0x0b)
        case UInt8(ascii: "\\"), UInt8(ascii: "\""): output.append(letter)
        case UInt8(ascii: "x"): return try appendNumber(ofDigits: 2, at: offset + 2, of: quoted, to: &output)
        case UInt8(ascii: "u"): return try appendNumber(ofDigits: 4, at: offset + 2, of: quoted, to: &output)
        case UInt8(ascii: "U"): return try appendNumber(ofDigits: 8, at: offset + 2, of: quoted, to: &output)
        default: throw .malformed
        }
        return 2
    }

    /// Appends the byte of a `\x` or the UTF-8 of the character of a `\u` or `\U`.
    private static func appendNumber(
        ofDigits count: Int, at offset: Int, of quoted: RawSpan, to output: inout OutputRawSpan
    ) throws(Failure) -> Int {
        guard offset + count <= quoted.byteCount else { throw .endless }
        var number: UInt32 = 0
        for position in offset..<offset + count {
            guard let digit = quoted[position].hexadecimalValue else { throw .malformed }
            number = number << 4 | UInt32(digit)
        }
        if count == 2 {
            output.append(UInt8(number))
        } else {
            guard let scalar = Unicode.Scalar(number), let encoded = UTF8.encode(scalar) else { throw .malformed }
            for byte in encoded { output.append(byte) }
        }
        return 2 + count
    }
}
