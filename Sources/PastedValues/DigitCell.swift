import SecretMemory

/// In which digits a program prints bytes.
enum DigitAlphabet {
    case hexadecimal, base64

    func contains(_ byte: UInt8) -> Bool {
        switch self {
        case .hexadecimal: byte.hexadecimalValue != nil
        case .base64: isBase64Digit(byte)
        }
    }

    /// The end of the digits that begin at `start`. Nothing of the value follows the padding of base64.
    func endOfDigits(in text: RawSpan, at start: Int) -> Int {
        var position = start
        while position < text.byteCount, contains(text[position]) { position += 1 }
        guard self == .base64, position > start else { return position }
        let limit = min(text.byteCount, position + 2)
        while position < limit, text.has("=", at: position) { position += 1 }
        return position
    }

}

/// The digits of one value or key as they are in a text: on one line, or in pieces on successive lines, as tables and
/// terminals wrap them.
///
/// A piece belongs to the digits above it only where its place and the lengths prove that: it is the first content of
/// its line; it begins in the column of the cell, or at the start of the line if the digits above end theirs; and all
/// pieces but the last are as wide as the first. Digits elsewhere are left to the caller, who has to refuse them.
struct DigitCell {
    let alphabet: DigitAlphabet
    /// Where the digits are, without the marks of line breaks.
    private(set) var pieces: [Range<Int>]
    /// Whether the first piece begins its line.
    let isBare: Bool
    /// Whether the next line may begin with the last digits, with other text directly behind them.
    private(set) var hasUnclearEnd = false

    /// Narrower cells and terminals are not used.
    private static let minimumPiece = 8
    /// Wider terminals are not used: a longer line was not wrapped.
    private static let maximumWidth = 256

    /// The number of digits.
    var count: Int { pieces.reduce(0) { $0 + $1.count } }

    var end: Int { pieces[pieces.count - 1].upperBound }

    /// The digits that begin at `start` in the first of `lines`.
    init(at start: Int, of lines: LinePair, in text: RawSpan, alphabet: DigitAlphabet) {
        self.alphabet = alphabet
        let first = start..<alphabet.endOfDigits(in: text, at: start)
        let cellStart = Self.startOfCell(of: first, line: lines.line, in: text)
        isBare = first.lowerBound == lines.line.contentStart
        pieces = [first]
        guard let next = lines.next, first.count >= Self.minimumPiece else { return }
        if next.contentStart == next.start {
            // A terminal that is as wide as the line, or a program that breaks the digits themselves.
            guard (first.upperBound..<lines.line.end).allSatisfy({ isWhiteSpace(text[$0]) }) else { return }
            join(in: text, from: next, widths: [lines.line.columnCount(in: text), first.count])
        } else if lines.startAboveContent == cellStart {
            join(in: text, from: next, widths: [first.upperBound - cellStart, first.count])
        }
    }

    /// - Parameter widths: How many digits all pieces but the last have: one of these.
    private mutating func join(in text: RawSpan, from next: TextLine, widths: [Int]) {
        var (line, widths) = (next, widths)
        while line.contentColumn == next.contentColumn, line.contentStart < line.end, mayContinue(in: text, to: next) {
            let piece = line.contentStart..<alphabet.endOfDigits(in: text, at: line.contentStart)
            guard !piece.isEmpty, !EmbeddedDigits.isBeginning(piece, in: text, alphabet) else { break }
            guard widths.contains(where: { piece.count <= $0 }) else {
                hasUnclearEnd = piece.count >= Self.minimumPiece
                break
            }
            guard isPiece(piece, of: line, in: text) else {
                // The last piece, or a word such as the name of a user in a prompt?
                hasUnclearEnd = pieces.count > 1 || widths.contains { $0 <= Self.maximumWidth }
                break
            }
            pieces.append(piece)
            widths.removeAll { $0 != piece.count }
            guard !widths.isEmpty, let following = line.following(in: text) else { break }
            line = following
        }
        if alphabet == .base64 { dropMarks(in: text) }
    }

    /// psql ends a line of base64, which PostgreSQL breaks behind 76 digits, with `+`, also a digit.
    private mutating func dropMarks(in text: RawSpan) {
        for piece in pieces.dropLast() {
            guard piece.count == 77, text.has("+", at: piece.upperBound - 1) else { return }
        }
        for index in pieces.indices.dropLast() { pieces[index] = pieces[index].dropLast() }
    }

    /// Whether the digits so far can go on in the column of `next`: without padding, and without a mark of a cut.
    private func mayContinue(in text: RawSpan, to next: TextLine) -> Bool {
        guard !text.has("=", at: end - 1) else { return false }
        // Between lines of digits alone, psql writes no marks.
        let marks =
            next.contentColumn > 0 ? ["...", " ...", " …", "[", "<", "("] : [".", "…", " .", " …", "[", "<", "("]
        return !marks.contains { text.has($0, at: end) }
    }

    private func isPiece(_ piece: Range<Int>, of line: TextLine, in text: RawSpan) -> Bool {
        guard Self.isEnd(piece.upperBound, in: text, alphabet) else { return false }
        // Base64 breaks behind 64 or 76 digits, a terminal anywhere: elsewhere, letters alone may be a word.
        let isWord = piece.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(text[$0] | 0x20) }
        guard alphabet == .hexadecimal || pieces.count > 1 || [64, 76, 77].contains(count) || !isWord else {
            return false
        }
        // Behind a closing quotation mark, other columns follow. Behind blanks or a border, these may be wrapped too.
        guard piece.upperBound < line.end, " |│".utf8.contains(text[piece.upperBound]) else { return true }
        return !Self.hasContent(piece.upperBound..<line.end, in: text)
    }

    /// Whether `range` has more than the borders and marks of a table.
    private static func hasContent(_ range: Range<Int>, in text: RawSpan) -> Bool {
        range.contains { position in
            let byte = text[position]
            return !(byte <= 0x20 || byte >= 0x80 || "|'\"+.,;)".utf8.contains(byte))
        }
    }

    /// Whether digits end for certain at `position`: no other text follows them directly, nor anything that could
    /// be read as more of them.
    static func isEnd(_ position: Int, in text: RawSpan, _ alphabet: DigitAlphabet) -> Bool {
        guard position < text.byteCount else { return true }
        if alphabet == .base64, text.has("=", at: position - 1) { return true }
        let next = text[position]
        // The end of a prompt, or zsh's mark of a missing line end.
        if "$#%".utf8.contains(next) { return position + 1 == text.byteCount || isWhiteSpace(text[position + 1]) }
        return next <= 0x20 || next == 0xe2 || "|'\"+.,;)]}<[(&`".utf8.contains(next)
    }

    /// Where the cell of digits begins: before `0x`, `\x`, `X'` and quotation marks.
    private static func startOfCell(of digits: Range<Int>, line: TextLine, in text: RawSpan) -> Int {
        var start = digits.lowerBound
        for group in ["'\"", "xX", "0\\", "'\""] {
            while start > line.start, group.utf8.contains(text[start - 1]) { start -= 1 }
        }
        return start
    }

    func joined(in text: RawSpan) -> SecretBytes {
        SecretBytes.filling(capacity: count) { output in
            for piece in pieces { for position in piece { output.append(text[position]) } }
        }
    }
}

/// One line of a text, and where its content begins: behind blanks, the borders of tables and the marks of wrapped
/// cells.
struct TextLine {
    let start: Int
    /// The end, without `\n` or `\r\n`.
    let end: Int
    let contentStart: Int
    /// The number of characters before the content.
    let contentColumn: Int
    private let nextStart: Int

    /// The line that begins at `start`; nil at the end of `text`.
    init?(at start: Int, in text: RawSpan) {
        guard start < text.byteCount else { return nil }
        var end = start
        while end < text.byteCount, text[end] != UInt8(ascii: "\n") { end += 1 }
        nextStart = end + 1
        if end > start, text[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        var (position, column) = (start, 0)
        while position < end, let width = Self.borderWidth(in: text, at: position) {
            position = min(position + width, end)
            column += 1
        }
        (self.start, self.end, contentStart, contentColumn) = (start, end, position, column)
    }

    func following(in text: RawSpan) -> TextLine? { TextLine(at: nextStart, in: text) }

    func columnCount(in text: RawSpan) -> Int {
        var count = 0
        for position in start..<end where !isContinuation(text[position]) { count += 1 }
        return count
    }

    /// Where the character in `column` begins; nil if the line is shorter.
    func position(ofColumn column: Int, in text: RawSpan) -> Int? {
        var count = 0
        for position in start..<end where !isContinuation(text[position]) {
            if count == column { return position }
            count += 1
        }
        return nil
    }

    /// The length of the border of a column, or of psql's mark of a wrapped line (`.`, `…`, `;`, `:`), at `position`.
    /// Lines of boxes and the marks of Unicode are three bytes that begin with e2.
    private static func borderWidth(in text: RawSpan, at position: Int) -> Int? {
        if text[position] == 0xe2 { return 3 }
        return isWhiteSpace(text[position]) || "|.;:".utf8.contains(text[position]) ? 1 : nil
    }
}

/// A line and the one below.
struct LinePair {
    let line: TextLine
    let next: TextLine?
    /// The place in `line` above the content of `next`.
    let startAboveContent: Int?

    init(_ line: TextLine, in text: RawSpan) {
        self.line = line
        next = line.following(in: text)
        startAboveContent = next.flatMap { line.position(ofColumn: $0.contentColumn, in: text) }
    }

    func following(in text: RawSpan) -> LinePair? { next.map { LinePair($0, in: text) } }
}

/// Whether `byte` continues a character of UTF-8.
private func isContinuation(_ byte: UInt8) -> Bool { byte & 0xc0 == 0x80 }
