internal import SecretMemory
internal import YAMLTree

/// The text of a document, line by line. Lines end in LF, CRLF or CR.
struct SourceLines {
    let document: YAMLDocument
    let bytes: SecretKey
    /// Where the first and the last alias of each anchored node begin.
    let aliases: [ObjectIdentifier: ClosedRange<Int>]
    /// The fields that have lists as their values.
    let keys: ListKeys

    /// - Throws: `refusal` if the text is no document.
    init(parsing text: borrowing SecretBytes, else refusal: EditRefusal) throws(EditRefusal) {
        bytes = SecretKey(SecretBytes(copying: text.bytes))
        do { document = try YAMLDocument(parsing: SecretBytes(copying: text.bytes)) } catch { throw refusal }
        let aliases = (document.root?.aliases ?? []).map { alias in
            (ObjectIdentifier(alias.resolved), alias.range.lowerBound...alias.range.lowerBound)
        }
        // In the order of the file.
        self.aliases = Dictionary(aliases) { $0.lowerBound...$1.upperBound }
        keys = ListKeys(of: document)
    }

    var count: Int { bytes.bytes.count }
    var isJSON: Bool { document.syntax == .json }

    subscript(offset: Int) -> UInt8 { bytes.span[offset] }

    /// A copy of some bytes.
    func copy(_ range: Range<Int>) -> SecretKey { SecretKey(SecretBytes(copying: bytes.span.extracting(range))) }

    func isBreak(at offset: Int) -> Bool {
        offset < count && (self[offset] == UInt8(ascii: "\n") || self[offset] == UInt8(ascii: "\r"))
    }

    func isBlank(at offset: Int) -> Bool {
        offset < count && (self[offset] == UInt8(ascii: " ") || self[offset] == UInt8(ascii: "\t"))
    }

    func isCharacter(_ character: Unicode.Scalar, at offset: Int) -> Bool {
        offset < count && self[offset] == UInt8(ascii: character)
    }

    /// Where the line of a byte begins.
    func lineStart(of offset: Int) -> Int {
        var start = offset
        // Between CR and LF no line begins.
        while start > 0, !isBreak(at: start - 1) { start -= 1 }
        return start
    }

    /// Where the line of a byte ends, in front of its line break.
    func lineEnd(of offset: Int) -> Int {
        var end = offset
        while end < count, !isBreak(at: end) { end += 1 }
        return end
    }

    /// The offset after the line break at `offset`; `offset` itself without a line break.
    func afterBreak(at offset: Int) -> Int {
        guard isBreak(at: offset) else { return offset }
        let isPair = isCharacter("\r", at: offset) && isCharacter("\n", at: offset + 1)
        return offset + (isPair ? 2 : 1)
    }

    /// In front of the line break that ends at `offset`; `offset` itself if none does.
    func beforeBreak(at offset: Int) -> Int {
        guard offset > 0, isBreak(at: offset - 1) else { return offset }
        let isPair = offset > 1 && isCharacter("\n", at: offset - 1) && isCharacter("\r", at: offset - 2)
        return offset - (isPair ? 2 : 1)
    }

    /// The first offset from `offset` on that is no space and no tab.
    func skipBlanks(from offset: Int) -> Int {
        var offset = offset
        while isBlank(at: offset) { offset += 1 }
        return offset
    }

    /// Behind the last byte before `offset` that is no space and no tab.
    func skipBlanks(before offset: Int) -> Int {
        var offset = offset
        while offset > 0, isBlank(at: offset - 1) { offset -= 1 }
        return offset
    }

    /// Whether only blanks are before `offset` in its line.
    func isFirstInLine(_ offset: Int) -> Bool {
        let start = skipBlanks(before: offset)
        return start == 0 || isBreak(at: start - 1)
    }

    /// Whether the bytes are nothing but blanks and line breaks.
    func isWhiteSpace(_ range: Range<Int>) -> Bool { range.allSatisfy { isBlank(at: $0) || isBreak(at: $0) } }

    func containsBreak(_ range: Range<Int>) -> Bool { range.contains { isBreak(at: $0) } }

    /// The line break that the text uses around `offset`.
    func lineBreak(near offset: Int) -> SecretKey {
        let start = lineStart(of: offset)
        let breakStart = beforeBreak(at: start)
        if breakStart < start { return copy(breakStart..<start) }
        let end = lineEnd(of: offset)
        if afterBreak(at: end) > end { return copy(end..<afterBreak(at: end)) }
        return joined("\n")
    }

    /// The start of the first line of the comments directly above `offset`, in the given column. It is the line of
    /// `offset` itself without such comments.
    func startOfComments(above offset: Int, column: Int, notBefore limit: Int) -> Int {
        var start = lineStart(of: offset)
        while start > limit {
            let previous = lineStart(of: beforeBreak(at: start))
            let text = skipBlanks(from: previous)
            guard previous >= limit, previous < start, isCharacter("#", at: text), text - previous == column else {
                break
            }
            start = previous
        }
        return start
    }
}
