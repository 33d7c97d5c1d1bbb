import SecretMemory

/// Base64 on any number of lines, indented or not.
enum Base64Text {
    static func decode(_ text: RawSpan) throws(PasteError) -> SecretBytes {
        let digits = SecretBytes.filling(capacity: text.byteCount) { output in
            for position in text.byteOffsets where !isWhiteSpace(text[position]) { output.append(text[position]) }
        }
        do throws(Base64Error) {
            return try SecretBase64.decode(digits.bytes)
        } catch {
            switch error {
            case .illegalData(let offset):
                let isAtEnd = offset + 4 > digits.count && !digits.count.isMultiple(of: 4) && isLikely(text)
                throw isAtEnd ? .truncated : .base64(line: line(ofDigit: offset, in: text))
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
