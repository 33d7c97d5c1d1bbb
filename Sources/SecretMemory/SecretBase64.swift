/// Why a text is not base64.
public enum Base64Error: Error, Equatable {
    /// The byte at this offset is invalid. The offset is the one of Go's `base64.CorruptInputError`.
    case illegalData(offset: Int)
}

/// Standard base64 with required padding, straight into and out of wiped memory.
///
/// What is accepted is what Go's `base64.StdEncoding` accepts, since that is what kube-apiserver decodes keys with:
/// CR and LF are ignored anywhere, and unused trailing bits may have any value (Go 1.24,
/// src/encoding/base64/base64.go, `decodeQuantum`).
public enum SecretBase64 {
    /// Decodes `text`.
    public static func decode(_ text: RawSpan) throws(Base64Error) -> SecretBytes {
        try SecretBytes.filling(capacity: text.byteCount / 4 * 3 + 3) { output throws(Base64Error) in
            var decoder = Decoder(text: text)
            while try decoder.decodeQuantum(into: &output) {}
        }
    }

    /// Encodes `bytes` on one line, with padding.
    public static func encode(_ bytes: RawSpan) -> SecretBytes {
        SecretBytes.filling(capacity: (bytes.byteCount + 2) / 3 * 4) { output in
            for start in stride(from: 0, to: bytes.byteCount, by: 3) {
                let group = bytes.extracting(start..<min(start + 3, bytes.byteCount))
                var bits = UInt32(group[0]) << 16
                if group.byteCount > 1 { bits |= UInt32(group[1]) << 8 }
                if group.byteCount > 2 { bits |= UInt32(group[2]) }
                for position in 0..<4 {
                    let digit = UInt8(truncatingIfNeeded: bits >> (18 - 6 * position)) & 63
                    output.append(position <= group.byteCount ? character(of: digit) : UInt8(ascii: "="))
                }
            }
        }
    }

    private static func character(of digit: UInt8) -> UInt8 {
        switch digit {
        case 0..<26: UInt8(ascii: "A") + digit
        case 26..<52: UInt8(ascii: "a") + digit - 26
        case 52..<62: UInt8(ascii: "0") + digit - 52
        case 62: UInt8(ascii: "+")
        default: UInt8(ascii: "/")
        }
    }

    fileprivate static func digit(of character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}

private struct Decoder: ~Escapable {
    let text: RawSpan
    var position = 0

    @_lifetime(copy text)
    init(text: RawSpan) { self.text = text }

    /// Decodes four characters into up to three bytes; answers whether more may follow.
    @_lifetime(self: copy self)
    mutating func decodeQuantum(into output: inout OutputRawSpan) throws(Base64Error) -> Bool {
        var bits: UInt32 = 0
        var digits = 0
        while digits < 4 {
            guard position < text.byteCount else {
                guard digits == 0 else { throw .illegalData(offset: position - digits) }
                return false
            }
            let character = text[position]
            position += 1
            if let digit = SecretBase64.digit(of: character) {
                bits = bits << 6 | UInt32(digit)
                digits += 1
            } else if character == UInt8(ascii: "=") {
                try readPadding(after: digits)
                break
            } else if !isLineBreak(character) {
                throw .illegalData(offset: position - 1)
            }
        }
        bits <<= 6 * UInt32(4 - digits)
        for byte in 0..<digits - 1 { output.append(UInt8(truncatingIfNeeded: bits >> (16 - 8 * byte))) }
        return digits == 4
    }

    /// Reads what may follow the first `=` of a quantum that holds `digits` characters.
    @_lifetime(self: copy self)
    private mutating func readPadding(after digits: Int) throws(Base64Error) {
        guard digits >= 2 else { throw .illegalData(offset: position - 1) }
        if digits == 2 {
            skipLineBreaks()
            guard position < text.byteCount else { throw .illegalData(offset: text.byteCount) }
            guard text[position] == UInt8(ascii: "=") else { throw .illegalData(offset: position - 1) }
            position += 1
        }
        skipLineBreaks()
        guard position == text.byteCount else { throw .illegalData(offset: position) }
    }

    @_lifetime(self: copy self)
    private mutating func skipLineBreaks() {
        while position < text.byteCount, isLineBreak(text[position]) { position += 1 }
    }

    private func isLineBreak(_ character: UInt8) -> Bool {
        character == UInt8(ascii: "\n") || character == UInt8(ascii: "\r")
    }
}
