import SecretMemory

/// Base64 on any number of lines, indented or not.
enum Base64Text {
    /// The bytes of `text`.
    ///
    /// - Throws: ``PasteError/truncated`` if only digits at the end are missing. ``PasteError/base64(line:)`` for other
    ///   text, and for blanks between the digits of a line: what decodes forms of HTML makes one of each `+`.
    static func decode(_ text: RawSpan) throws(PasteError) -> SecretBytes {
        var lines = TextLines(text)
        while let line = lines.next() {
            let content = trim(line, in: text)
            if content.contains(where: { isWhiteSpace(text[$0]) }) { throw .base64(line: lines.number) }
        }
        let digits = SecretBytes.filling(capacity: text.byteCount) { output in
            for position in text.byteOffsets where !isWhiteSpace(text[position]) { output.append(text[position]) }
        }
        do throws(Base64Error) {
            return try SecretBase64.decode(digits.bytes)
        } catch {
            switch error {
            case .illegalData(let offset):
                let isCut = digits.bytes.byteOffsets.allSatisfy { isBase64Digit(digits.bytes[$0]) } && isLikely(text)
                throw isCut ? .truncated : .base64(line: line(ofDigit: offset, in: text))
            }
        }
    }

    /// Whether `text` begins as a stored value or an etcd key does in base64.
    static func isLikely(_ text: RawSpan) -> Bool {
        let start = trim(text.byteOffsets, in: text).lowerBound
        let head = text.extracting(start..<min(start + 16, text.byteCount))
        guard head.byteCount == 16, let decoded = try? SecretBase64.decode(head) else { return false }
        return decoded.bytes[0] == UInt8(ascii: "/") || BinaryText.isValue(decoded.bytes, at: 0)
    }

    private static func line(ofDigit index: Int, in text: RawSpan) -> Int {
        var digits = 0
        for position in text.byteOffsets where !isWhiteSpace(text[position]) {
            if digits == index { return lineNumber(of: position, in: text) }
            digits += 1
        }
        return lineNumber(of: text.byteCount, in: text)
    }
}

/// Whether `byte` is one of the 64 digits; padding is not.
func isBase64Digit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
        true
    default: false
    }
}
