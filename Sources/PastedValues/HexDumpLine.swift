import SecretMemory

/// One line, as a part of a hexdump.
struct HexDumpLine {
    enum Kind {
        case blank
        /// An offset and bytes.
        case row
        /// `*`: the row above comes again, up to the next offset.
        case repetition
        /// An offset alone: the length of what was dumped.
        case end
        /// An offset and words of several bytes.
        case words
        case other
    }

    let kind: Kind
    /// The digits of the offset.
    let offset: Range<Int>
    /// The hexadecimal digits of the bytes and the spaces between them.
    let bytes: Range<Int>
    /// Whether a colon follows the offset, as xxd writes it.
    let hasColon: Bool

    private init(_ kind: Kind, offset: Range<Int> = 0..<0, bytes: Range<Int> = 0..<0, hasColon: Bool = false) {
        self.kind = kind
        self.offset = offset
        self.bytes = bytes
        self.hasColon = hasColon
    }
}

extension HexDumpLine {
    init(_ range: Range<Int>, in text: RawSpan) {
        let line = trim(range, in: text)
        let offset = line.lowerBound..<endOfDigits(in: text, at: line.lowerBound, limit: line.upperBound)
        let rest = offset.upperBound..<line.upperBound
        if line.isEmpty {
            self.init(.blank)
        } else if line.count == 1, text.has("*", at: line.lowerBound) {
            self.init(.repetition)
        } else if !offsetDigitCounts.contains(offset.count) {
            self.init(.other)
        } else if rest.isEmpty {
            self.init(.end, offset: offset)
        } else if text.has(":", at: rest.lowerBound) {
            self.init(groups: rest.dropFirst(), offset: offset, in: text)
        } else {
            self.init(columns: rest, offset: offset, in: text)
        }
    }

    /// xxd: groups of bytes with one space in front of each. Two spaces part them from the characters, which can look
    /// like such groups.
    private init(groups range: Range<Int>, offset: Range<Int>, in text: RawSpan) {
        var position = range.lowerBound
        while text.has(" ", at: position), text.hexadecimalByte(at: position + 1) != nil {
            position += 1
            while text.hexadecimalByte(at: position) != nil { position += 2 }
        }
        let bytes = range.lowerBound..<position
        // One character at most for each byte.
        let digits = bytes.count { text[$0].hexadecimalValue != nil }
        let characters = trim(position..<range.upperBound, in: text)
        let hasCharacters = text.has("  ", at: position) && characters.count <= digits / 2
        let isWhole = !bytes.isEmpty && (position == range.upperBound || hasCharacters)
        self.init(isWhole ? .row : .other, offset: offset, bytes: bytes, hasColon: true)
    }

    /// hexdump and od: columns with spaces between them, then perhaps the characters behind `|` or `>`.
    private init(columns range: Range<Int>, offset: Range<Int>, in text: RawSpan) {
        var position = range.lowerBound
        var widths: Set<Int> = []
        while true {
            let columnStart = position
            while text.has(" ", at: position) { position += 1 }
            let digitsStart = position
            position = endOfDigits(in: text, at: position, limit: range.upperBound)
            guard columnStart < digitsStart, digitsStart < position else { break }
            widths.insert(position - digitsStart)
        }
        let isWhole = position >= range.upperBound || text.has("|", at: position) || text.has(">", at: position)
        let kind: Kind =
            switch isWhole && widths.count == 1 ? widths.first : nil {
            case nil, 1: .other
            case 2: .row
            case _: .words
            }
        self.init(kind, offset: offset, bytes: range.lowerBound..<position)
    }

    /// The offset as a number; nil if its digits are not of the base.
    func offset(inBase base: Int, of text: RawSpan) -> Int? {
        var number: UInt64 = 0
        for position in offset {
            guard let digit = text[position].hexadecimalValue, digit < base else { return nil }
            number = number &* UInt64(base) &+ UInt64(digit)
        }
        return Int(exactly: number)
    }
}

/// How many digits an offset may have: od writes 6 for base 16, else 7; hexdump and xxd write 8.
private let offsetDigitCounts = 6...16

/// The end of the hexadecimal digits that begin at `start`.
func endOfDigits(in text: RawSpan, at start: Int, limit: Int) -> Int {
    var position = start
    while position < limit, text[position].hexadecimalValue != nil { position += 1 }
    return position
}
