import SecretMemory

/// Values in hexadecimal digits or base64 within other text: between the commands and prompts of a terminal, or in rows
/// of kine's table as the shells of SQL databases print them: `X'…'` and `hex()` of sqlite3, `\x…` and `encode()` of
/// psql, `0x…`, `HEX()` and `TO_BASE64()` of mysql, in columns, in boxes, one field a line, as INSERT or as JSON.
///
/// kine's table has the columns id, name, created, deleted, create_revision, prev_revision, lease, value and old_value
/// (github.com/k3s-io/kine, pkg/drivers/generic). name is the etcd key, so the key of a value is the one printed last
/// before it. old_value, which is what the row replaced, is passed over.
///
/// A value counts only if all of it is there as far as the text shows; see ``DigitCell`` and
/// `DigitReader.checkEnd`.
enum EmbeddedDigits {
    /// The values in `text`, if there are any.
    ///
    /// - Throws: ``PasteError/truncated``, ``PasteError/wrapped(line:)`` or ``PasteError/unclearEnd(line:)`` for a value
    ///   that may be incomplete.
    static func values(in text: RawSpan) throws(PasteError) -> [PastedValue] {
        var reader = DigitReader(text)
        try reader.read()
        return reader.values
    }

    /// Whether `digits` begin as a stored value or an etcd key does.
    static func isBeginning(_ digits: Range<Int>, in text: RawSpan, _ alphabet: DigitAlphabet) -> Bool {
        let head = digits.prefix(alphabet == .base64 ? 16 : 32)
        let whole = head.prefix(head.count & (alphabet == .base64 ? ~3 : ~1))
        guard whole.count >= 8, let bytes = decode(text.extracting(whole), alphabet) else { return false }
        return content(of: bytes.bytes) != .other
    }

    fileprivate static func decode(_ digits: RawSpan, _ alphabet: DigitAlphabet) -> SecretKey? {
        switch alphabet {
        case .hexadecimal:
            guard let bytes = PlainHex.decode(digits) else { return nil }
            return SecretKey(bytes)
        case .base64:
            guard let bytes = try? SecretBase64.decode(digits) else { return nil }
            return SecretKey(bytes)
        }
    }

    fileprivate static func decode(_ digits: borrowing SecretBytes, _ alphabet: DigitAlphabet) -> SecretKey? {
        decode(digits.bytes, alphabet)
    }

    fileprivate enum Content {
        case key, value
        /// A key and more behind it: what `etcdctl get` prints.
        case output
        case other
    }

    fileprivate static func content(of bytes: borrowing SecretBytes) -> Content { content(of: bytes.bytes) }

    private static func content(of bytes: RawSpan) -> Content {
        guard bytes.has("/", at: 0) else { return isValue(bytes) ? .value : .other }
        var parts = 1
        for position in 1..<max(1, bytes.byteCount) {
            if bytes[position] == UInt8(ascii: "\n"), parts > 1 { return .output }
            guard isOfKey(bytes[position]) else { return .other }
            if bytes[position] == UInt8(ascii: "/") { parts += 1 }
        }
        return parts > 1 || bytes.has("/registry", at: 0) ? .key : .other
    }

    /// Two bytes are `{"` by chance too: of JSON, text is asked for.
    private static func isValue(_ bytes: RawSpan) -> Bool {
        guard BinaryText.isValue(bytes, at: 0) else { return false }
        guard bytes.has("{", at: 0) else { return true }
        return bytes.has("{\"", at: 0)
            && (0..<min(16, bytes.byteCount)).allSatisfy { (0x20...0x7e).contains(bytes[$0]) }
    }

    fileprivate static func isOfKey(_ byte: UInt8) -> Bool {
        (0x21...0x7e).contains(byte) && !"|',\"<".utf8.contains(byte)
    }

    /// Whether `text` has a value in a column, as sqlite3 shows it: only up to its first zero byte.
    static func hasColumnOfSQLite(in text: RawSpan) -> Bool {
        hasValueAsText(in: text) { position in
            text.has("|", at: position - 1) || text.has("│ ", at: position - 4)
                || text.has("value = ", at: position - 8)
        }
    }

    /// Whether `text` has a value as text that some program put within other text, such as quotation marks.
    static func hasValueAsText(in text: RawSpan) -> Bool {
        hasValueAsText(in: text) { position in
            position > 0 && text[position - 1] != UInt8(ascii: "\n") && text.has(":enc:", at: position + 3)
        }
    }

    private static func hasValueAsText(in text: RawSpan, where isPlace: (Int) -> Bool) -> Bool {
        text.byteOffsets.contains { position in
            text.has("k8s", at: position) && (text.has(":enc:", at: position + 3) || text.has("|", at: position + 3))
                && isPlace(position)
        }
    }
}

private struct DigitReader: ~Escapable {
    private let text: RawSpan
    private(set) var values: [PastedValue] = []
    private var key: Key?
    /// Whether the key has its value.
    private var hasValue = false
    /// Whether the line shows old_value alone, as vertical output does.
    private var isLineOfOld = false
    /// Whether the line has a value: what comes next on it is what that value replaced.
    private var isOld = false
    /// Pieces on lines below that belong to digits before them, in their order.
    private var consumed: ArraySlice<Range<Int>> = []
    /// The start of the last line that was found to be no part of the value above it.
    private var lineOfOtherText: Int?

    /// A possible key, which may be part of a secret unless a value follows: not copied before.
    private enum Key {
        case clear(Range<Int>)
        case digits(SecretKey)

        func bytes(in text: RawSpan) -> [UInt8] {
            switch self {
            case .clear(let range): text.extracting(range).copiedToArray()
            case .digits(let key): key.bytes.etcdKey
            }
        }
    }

    @_lifetime(copy text)
    init(_ text: RawSpan) { self.text = text }

    @_lifetime(self: copy self)
    mutating func read() throws(PasteError) {
        var lines = TextLine(at: 0, in: text).map { LinePair($0, in: text) }
        while let pair = lines {
            isLineOfOld = text.has("old_value", at: pair.line.contentStart)
            isOld = isLineOfOld
            var position = pair.line.start
            while position < pair.line.end { position = try read(at: position, of: pair) }
            lines = pair.following(in: text)
        }
    }

    /// Reads what is at `position`; returns where the next begins.
    @_lifetime(self: copy self)
    private mutating func read(at position: Int, of lines: LinePair) throws(PasteError) -> Int {
        if let piece = consumed.first, piece.lowerBound == position {
            consumed.removeFirst()
            return piece.upperBound
        }
        if let end = keyEnd(at: position) {
            key = .clear(position..<end)
            (hasValue, isOld, isLineOfOld) = (false, false, false)
            return end
        }
        guard let alphabet = alphabet(at: position) else { return position + 1 }
        let cell = DigitCell(at: position, of: lines, in: text, alphabet: alphabet)
        consumed.append(contentsOf: cell.pieces.dropFirst())
        try read(cell, of: lines)
        return cell.pieces[0].upperBound
    }

    private func alphabet(at position: Int) -> DigitAlphabet? {
        let head = position..<min(position + 16, text.byteCount)
        if isBorder(before: position), EmbeddedDigits.isBeginning(head, in: text, .base64) { return .base64 }
        return text[position].hexadecimalValue == nil ? nil : .hexadecimal
    }

    /// The end of an unencoded etcd key at `start`: a path of two parts or more, from one border of a column to the
    /// next.
    private func keyEnd(at start: Int) -> Int? {
        guard text[start] == UInt8(ascii: "/"), isBorder(before: start) else { return nil }
        var (end, isDeep) = (start + 1, false)
        while end < text.byteCount, EmbeddedDigits.isOfKey(text[end]) {
            isDeep = isDeep || text[end] == UInt8(ascii: "/")
            end += 1
        }
        return isDeep ? end : nil
    }

    private func isBorder(before position: Int) -> Bool {
        guard position > 0 else { return true }
        return isWhiteSpace(text[position - 1]) || "|'\",(>:=".utf8.contains(text[position - 1])
    }

    @_lifetime(self: copy self)
    private mutating func read(_ cell: DigitCell, of lines: LinePair) throws(PasteError) {
        guard cell.count >= Self.minimumCount || cell.alphabet == .hexadecimal && cell.count >= 8 else { return }
        let isWanted = !isOld && (key == nil || !hasValue) && cell.count >= Self.minimumCount
        guard let bytes = EmbeddedDigits.decode(cell.joined(in: text), cell.alphabet) else {
            guard isWanted, EmbeddedDigits.isBeginning(cell.pieces[0], in: text, cell.alphabet) else { return }
            try checkEnd(of: cell, lines)
            throw .truncated
        }
        switch EmbeddedDigits.content(of: bytes.bytes) {
        case .key:
            key = .digits(bytes)
            (hasValue, isOld) = (false, false)
        case .value, .output:
            guard isWanted else { return }
            try checkEnd(of: cell, lines)
            values += try pasted(bytes, from: cell)
            (hasValue, isOld) = (true, true)
        case .other:
            guard !isLineOfOld, cell.count >= Self.minimumLeftover, hasValue || key == nil && !values.isEmpty else {
                return
            }
            throw .wrapped(line: lineNumber(of: cell.pieces[0].lowerBound, in: text))
        }
    }

    /// Digits alone on their lines are what a program printed for a pipe, with etcdctl's newline perhaps; those of a
    /// cell are the value.
    private func pasted(_ value: SecretKey, from cell: DigitCell) throws(PasteError) -> [PastedValue] {
        let format: PasteFormat = cell.alphabet == .base64 ? .base64 : .hexdump
        let etcdKey = key?.bytes(in: text)
        guard cell.isBare || EmbeddedDigits.content(of: value.bytes) == .output else {
            return [PastedValue(etcdKey: etcdKey, value: value, format: format)]
        }
        return try BinaryText.readKnown(value.bytes, printedAs: format)
            .map { $0.under(etcdKey).remarking(.surroundings) }
    }

    // MARK: - What follows

    /// Refuses a value whose end is not certain, or is missing.
    @_lifetime(self: copy self)
    private mutating func checkEnd(of cell: DigitCell, _ lines: LinePair) throws(PasteError) {
        let below =
            cell.pieces.count == 1 ? lines.next : TextLine(at: cell.end, in: text).flatMap { $0.following(in: text) }
        if cell.hasUnclearEnd, let below {
            let isCut = CutMark.isMark((below.start..<below.end).suffix(Self.maximumMark), in: text)
            throw isCut ? .truncated : .unclearEnd(line: lineNumber(of: below.start, in: text))
        }
        guard DigitCell.isEnd(cell.end, in: text, cell.alphabet) else {
            throw .unclearEnd(line: lineNumber(of: cell.end, in: text))
        }
        let rest = restOfCell(from: cell.end)
        if CutMark.isMark(rest, in: text) { throw .truncated }
        if isOfDigits(rest, cell.alphabet, atLeast: 8) { throw .wrapped(line: lineNumber(of: cell.end, in: text)) }
        if cell.alphabet == .base64, isUnpadded(cell), hasOnlyDigitsAndBlanks(rest) {
            throw .base64(line: lineNumber(of: cell.end, in: text))
        }
        guard let below, lineOfOtherText != below.start else { return }
        lineOfOtherText = below.start
        var next = below as TextLine?
        while let current = next {
            if CutMark.isMark((current.start..<current.end).prefix(Self.maximumMark), in: text) { throw .truncated }
            let content = current.contentStart..<current.end
            if isOfDigits(content, cell.alphabet, atLeast: cell.alphabet == .base64 ? Self.minimumLeftover : 2)
                || isOfDigits(withoutNumber(content, ifNumbered: lines.line), cell.alphabet, atLeast: 2)
                || cell.alphabet == .base64 && isUnpadded(cell) && hasPiece(content)
            {
                throw .wrapped(line: lineNumber(of: current.start, in: text))
            }
            // The lines of a box are no other text.
            next = content.contains { isLetterOrDigit(text[$0]) } ? nil : current.following(in: text)
        }
    }

    private func isLetterOrDigit(_ byte: UInt8) -> Bool { isBase64Digit(byte) && !"+/".utf8.contains(byte) }

    /// `content` without the number of its line; empty unless the line of the value has such a number too.
    private func withoutNumber(_ content: Range<Int>, ifNumbered line: TextLine) -> Range<Int> {
        guard numberEnd(of: line.contentStart..<line.end) != nil, let end = numberEnd(of: content),
            let start = (end..<content.upperBound).first(where: { !isSeparator(text[$0]) })
        else { return content.prefix(0) }
        return start..<content.upperBound
    }

    /// The end of a decimal number with which `range` begins, if a separator follows it.
    private func numberEnd(of range: Range<Int>) -> Int? {
        let end = range.first { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[$0]) }
        guard let end, end > range.lowerBound, isSeparator(text[end]) else { return nil }
        return end
    }

    private func isSeparator(_ byte: UInt8) -> Bool { isWhiteSpace(byte) || ":|".utf8.contains(byte) }

    /// Whether `range` has so many digits of base64 in a row that they may be a part of the value above, unless a value
    /// begins with them.
    private func hasPiece(_ range: Range<Int>) -> Bool {
        var start = range.lowerBound
        while start < range.upperBound {
            let end = DigitAlphabet.base64.endOfDigits(in: text, at: start)
            if end - start >= Self.minimumLeftover {
                return !EmbeddedDigits.isBeginning(start..<end, in: text, .base64)
            }
            start = end + 1
        }
        return false
    }

    private func isUnpadded(_ cell: DigitCell) -> Bool { !text.has("=", at: cell.end - 1) }

    /// Whether `range` can be more base64 in which each `+` became a blank, as what decodes forms of HTML makes of it.
    private func hasOnlyDigitsAndBlanks(_ range: Range<Int>) -> Bool {
        let content = trim(range, in: text)
        return !content.isEmpty
            && content.allSatisfy { isBase64Digit(text[$0]) || text[$0] == UInt8(ascii: "=") || isWhiteSpace(text[$0]) }
    }

    /// The text behind a value, up to the border of its column.
    private func restOfCell(from start: Int) -> Range<Int> {
        var end = start
        while end < text.byteCount, end < start + Self.maximumMark, !"\n|,".utf8.contains(text[end]) { end += 1 }
        return start..<end
    }

    /// Whether `range` begins with that many digits, which are not a value of their own, and has no other text.
    private func isOfDigits(_ range: Range<Int>, _ alphabet: DigitAlphabet, atLeast count: Int) -> Bool {
        var start = range.lowerBound
        while start < range.upperBound, isWhiteSpace(text[start]) { start += 1 }
        let digits = start..<min(alphabet.endOfDigits(in: text, at: start), range.upperBound)
        guard digits.count >= count, !EmbeddedDigits.isBeginning(digits, in: text, alphabet) else { return false }
        return (digits.upperBound..<range.upperBound).allSatisfy { position in
            isWhiteSpace(text[position]) || "|'+.".utf8.contains(text[position]) || text[position] >= 0x80
        }
    }

    /// No stored value has fewer digits.
    private static let minimumCount = 40
    /// Fewer digits may be a number or a word.
    private static let minimumLeftover = 20
    /// Marks of what was cut off are short.
    private static let maximumMark = 80
}
