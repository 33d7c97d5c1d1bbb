internal import ProtobufWire
internal import SecretMemory

/// Writes YAML line by line into memory that is wiped.
///
/// Whatever the text, it comes back as the same string from a reader of YAML 1.1 (kubectl's, PyYAML) and of 1.2.
struct YAMLWriter: ~Copyable {
    private var output = SecretBuffer(capacity: 4096)

    consuming func finish() -> SecretBuffer { output }

    /// Bytes, unchanged.
    mutating func write(_ text: String) { output.append(text) }

    mutating func indent(_ indent: Int) {
        for _ in 0..<indent { output.append(UInt8(ascii: " ")) }
    }

    /// The key of a mapping that is indented by `indent`, with its colon.
    mutating func key(_ key: String, indent: Int) {
        // A simple key may have up to 1,024 characters (YAML 1.1, section 9.3), escapes included.
        let isSimple = key.utf8.count <= 1_024 / 6
        if !isSimple { write("? ") }
        scalar(key)
        if !isSimple {
            write("\n")
            self.indent(indent)
        }
        write(":")
    }

    /// A string on one line: plain if every reader reads it as that string, otherwise in double quotes.
    mutating func scalar(_ text: RawSpan) {
        if isPlain(text) { output.append(text) } else { quoted(text) }
    }

    mutating func scalar(_ text: String) { scalar(text.utf8.span.rawBytes) }

    /// A string after a key or dash and a space: a text of several lines as a literal block, with its lines indented
    /// by `indent`, if that can hold it.
    mutating func block(_ text: RawSpan, indent: Int) {
        guard isLiteral(text) else { return scalar(text) }
        let last = text.byteCount - 1
        // Chomping: one newline at the end is understood, `-` is for none, `+` for several.
        if text[last] != newline { write("|-") } else { write(text[last - 1] == newline ? "|+" : "|") }
        var start = 0
        while start < text.byteCount {
            var end = start
            while end < text.byteCount, text[end] != newline { end += 1 }
            write("\n")
            if end > start { self.indent(indent) }
            output.append(text.extracting(start..<end))
            start = end + 1
        }
    }

    /// Bytes that are no text, in base64.
    mutating func binary(_ bytes: RawSpan) {
        write("!!binary ")
        output.append(SecretBase64.encode(bytes).bytes)
    }

    /// A word, unquoted.
    mutating func literal(_ text: RawSpan) { output.append(text) }

    /// A number as JSON writes it. To YAML 1.1 one with an exponent is a number only if it has a point, and its exponent
    /// a sign (yaml.org/type/float.html): `1e3` becomes `1.0e+3`.
    mutating func number(_ text: RawSpan) {
        var hasPoint = false
        for offset in text.byteOffsets {
            switch text[offset] {
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                write(hasPoint ? "e" : ".0e")
                if text[offset + 1] >= UInt8(ascii: "0") { write("+") }
            case let byte:
                hasPoint = hasPoint || byte == UInt8(ascii: ".")
                output.append(byte)
            }
        }
    }

    /// A string in double quotes. The escapes are those that JSON has too, but for characters above U+FFFF.
    private mutating func quoted(_ text: RawSpan) {
        write("\"")
        forEachScalar(of: text) { scalar in
            switch scalar {
            case "\"": output.append(#"\""#)
            case "\\": output.append(#"\\"#)
            case "\n": output.append(#"\n"#)
            case "\r": output.append(#"\r"#)
            case "\t": output.append(#"\t"#)
            case _ where mustEscape(scalar):
                let (letter, width) = scalar.value > 0xffff ? ("U", 8) : ("u", 4)
                let digits = String(scalar.value, radix: 16)
                output.append("\\" + letter + String(repeating: "0", count: width - digits.count) + digits)
            default:
                for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { output.append(byte) }
            }
        }
        write("\"")
    }
}

private let newline = UInt8(ascii: "\n")

/// Whether `text` can stand there without quotes: a letter or slash, then letters, digits and a few signs that mean
/// nothing within a word; and none of the words that YAML 1.1 takes for something else.
private func isPlain(_ text: RawSpan) -> Bool {
    guard text.byteCount > 0, isLetter(text[0]) || text[0] == UInt8(ascii: "/") else { return false }
    for offset in text.byteOffsets.dropFirst() {
        switch text[offset] {
        case let byte where isLetter(byte): break
        case UInt8(ascii: "0")...UInt8(ascii: "9"): break
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "+"): break
        case UInt8(ascii: "="): break
        case UInt8(ascii: ":"): guard offset + 1 < text.byteCount else { return false }
        default: return false
        }
    }
    return !isReserved(text)
}

/// Whether `text` is a word for a boolean, null or number to some reader, in whatever case
/// (yaml.org/type/bool.html, null.html, float.html).
private func isReserved(_ text: RawSpan) -> Bool {
    let words = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "inf", "nan", "infinity"]
    return words.contains { word in
        guard word.utf8.count == text.byteCount else { return false }
        return zip(word.utf8, text.byteOffsets).allSatisfy { $0 == text[$1] | 0x20 }
    }
}

private func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
}

/// Whether a literal block holds `text` unchanged: several lines, the first of which begins with something that
/// shows where the block's indentation ends, and nothing that would have to be escaped.
private func isLiteral(_ text: RawSpan) -> Bool {
    guard text.byteCount > 1, text[0] > UInt8(ascii: " "), text.isValidUTF8 else { return false }
    var hasLines = false
    var isClean = true
    forEachScalar(of: text) { scalar in
        if scalar == "\n" { hasLines = true } else if mustEscape(scalar) && scalar != "\t" { isClean = false }
    }
    return hasLines && isClean
}

/// Whether a reader may refuse the scalar or take it for the end of a line (YAML 1.1, sections 5.1 and 5.4), or it
/// would not show as what it is.
private func mustEscape(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isHiddenOrSteering || (0xfffe...0xffff).contains(scalar.value)
}

/// Calls `body` with each scalar of `text`; what is not UTF-8 becomes U+FFFD.
private func forEachScalar(of text: RawSpan, _ body: (Unicode.Scalar) -> Void) {
    unsafe text.withUnsafeBytes { bytes in
        var bytes = unsafe bytes.makeIterator()
        var parser = UTF8.ForwardParser()
        while true {
            switch unsafe parser.parseScalar(from: &bytes) {
            case .valid(let encoded): body(UTF8.decode(encoded))
            case .error: body("\u{fffd}")
            case .emptyInput: return
            }
        }
    }
}
