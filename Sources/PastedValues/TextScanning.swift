import SecretMemory

/// The lines of a text, without `\n` or `\r\n`.
struct TextLines: ~Escapable {
    private let text: RawSpan
    private var position = 0
    /// The number of the line that `next` gave last, counted from 1.
    private(set) var number = 0

    @_lifetime(copy text)
    init(_ text: RawSpan) { self.text = text }

    /// The bytes of the next line.
    @_lifetime(self: copy self)
    mutating func next() -> Range<Int>? {
        guard position < text.byteCount else { return nil }
        let start = position
        while position < text.byteCount, text[position] != UInt8(ascii: "\n") { position += 1 }
        let end = position > start && text[position - 1] == UInt8(ascii: "\r") ? position - 1 : position
        position += 1
        number += 1
        return start..<end
    }
}

/// The number of the line with the byte at `offset`.
func lineNumber(of offset: Int, in text: RawSpan) -> Int {
    var number = 1
    for position in 0..<min(offset, text.byteCount) where text[position] == UInt8(ascii: "\n") { number += 1 }
    return number
}

/// `range` without white space at its ends.
func trim(_ range: Range<Int>, in text: RawSpan) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, isWhiteSpace(text[start]) { start += 1 }
    while start < end, isWhiteSpace(text[end - 1]) { end -= 1 }
    return start..<end
}

func isWhiteSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || (UInt8(ascii: "\t")...UInt8(ascii: "\r")).contains(byte)
}

extension SecretBytes {
    /// A copy of the bytes, which are an etcd key and as such no secret.
    var etcdKey: [UInt8] { bytes.copiedToArray() }

    /// Whether these are a value as kube-apiserver stores it.
    var isStoredValue: Bool { BinaryText.isValue(bytes, at: 0) }
}

extension RawSpan {
    /// Whether `expected` is at `offset`.
    func has(_ expected: String, at offset: Int) -> Bool {
        guard offset >= 0, offset + expected.utf8.count <= byteCount else { return false }
        var position = offset
        for byte in expected.utf8 {
            guard self[position] == byte else { return false }
            position += 1
        }
        return true
    }

    /// The byte of two hexadecimal digits at `offset`; nil without digits.
    func hexadecimalByte(at offset: Int) -> UInt8? {
        guard offset + 2 <= byteCount, let high = self[offset].hexadecimalValue,
            let low = self[offset + 1].hexadecimalValue
        else { return nil }
        return high << 4 | low
    }
}
