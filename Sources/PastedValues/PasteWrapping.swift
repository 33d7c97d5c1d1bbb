import SecretMemory

/// The decoration of a value that was copied from an answer, a ticket or a terminal.
enum PasteWrapping {
    /// `text` without its outermost wrapping; nil if it has none.
    static func undone(in text: RawSpan) -> (text: SecretKey, remark: PasteRemark)? {
        if let inner = utf16(text) { return (SecretKey(inner), .utf16) }
        guard
            let inner = withoutMark(text) ?? fenced(text) ?? unquoted(text) ?? unnumbered(text) ?? json(text)
        else { return nil }
        return (SecretKey(inner), .surroundings)
    }

    // MARK: - Encodings

    /// UTF-16 with a byte order mark, as UTF-8.
    private static func utf16(_ text: RawSpan) -> SecretBytes? {
        guard text.byteCount >= 4, text.byteCount.isMultiple(of: 2) else { return nil }
        let isLittle = text[0] == 0xff && text[1] == 0xfe
        guard isLittle || text[0] == 0xfe && text[1] == 0xff else { return nil }
        func unit(at offset: Int) -> UInt32 {
            let (first, second) = (UInt32(text[offset]), UInt32(text[offset + 1]))
            return isLittle ? second << 8 | first : first << 8 | second
        }
        var output = SecretBuffer()
        var position = 2
        while position < text.byteCount {
            var number = unit(at: position)
            position += 2
            // A character beyond U+FFFF has two units: ten bits of it each (RFC 2781, section 2.2).
            if (0xd800..<0xdc00).contains(number), position < text.byteCount {
                number = 0x10000 + ((number - 0xd800) << 10 | unit(at: position) & 0x3ff)
                position += 2
            }
            for byte in UTF8.encode(Unicode.Scalar(number) ?? "\u{fffd}") ?? UTF8.encodedReplacementCharacter {
                output.append(byte)
            }
        }
        return output.finish()
    }

    /// Without the byte order mark of UTF-8.
    private static func withoutMark(_ text: RawSpan) -> SecretBytes? {
        text.has("\u{feff}", at: 0) ? SecretBytes(copying: text.extracting(droppingFirst: 3)) : nil
    }

    // MARK: - Markdown and mail

    /// The text between the first two code fences.
    private static func fenced(_ text: RawSpan) -> SecretBytes? {
        var start: Int?
        var lines = TextLines(text)
        while let line = lines.next() {
            let content = trim(line, in: text).lowerBound
            guard text.has("```", at: content) || text.has("~~~", at: content) else { continue }
            if let start { return SecretBytes(copying: text.extracting(start..<line.lowerBound)) }
            start = min(line.upperBound + 1, text.byteCount)
        }
        return start.map { SecretBytes(copying: text.extracting($0..<text.byteCount)) }
    }

    /// Without the mark that begins each line, and the blank behind each: `>` of a quotation, `+` and `-` of a diff, `#`
    /// of a comment.
    private static func unquoted(_ text: RawSpan) -> SecretBytes? {
        let start = trim(text.byteOffsets, in: text).lowerBound
        guard start < text.byteCount, ">+-#".utf8.contains(text[start]) else { return nil }
        var hasBlank = true
        var lines = TextLines(text)
        while let line = lines.next() {
            let content = trim(line, in: text)
            guard !content.isEmpty else { continue }
            guard text[content.lowerBound] == text[start] else { return nil }
            hasBlank = hasBlank && (content.count == 1 || text.has(" ", at: content.lowerBound + 1))
        }
        return eachLine(of: text) { $0.dropFirst(hasBlank ? 2 : 1) }
    }

    /// Without the numbers of lines, which count up by one, and what parts them from the text. The number of a single
    /// line may be a part of it, such as the id of a row.
    private static func unnumbered(_ text: RawSpan) -> SecretBytes? {
        var (previous, count) = (Int?.none, 0)
        let inner = eachLine(of: text) { line in
            var (position, number) = (line.lowerBound, 0)
            while position < line.upperBound, let digit = decimalDigit(text[position]), number < 1 << 32 {
                number = number * 10 + digit
                position += 1
            }
            let end = endOfSeparator(in: text, at: position, limit: line.upperBound)
            guard position > line.lowerBound, end > position || position == line.upperBound,
                previous == nil || previous == number - 1
            else { return nil }
            (previous, count) = (number, count + 1)
            return end..<line.upperBound
        }
        return count > 1 ? inner : nil
    }

    private static func decimalDigit(_ byte: UInt8) -> Int? {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? Int(byte - UInt8(ascii: "0")) : nil
    }

    /// The end of what parts a number from its line: a tab, a blank, a colon or a bar. What follows may be a table, in
    /// which blanks and bars matter.
    private static func endOfSeparator(in text: RawSpan, at start: Int, limit: Int) -> Int {
        guard start < limit, !text.has("\t", at: start) else { return min(start + 1, limit) }
        var bar = start
        while bar < limit, text.has(" ", at: bar) { bar += 1 }
        let width = text.has("│", at: bar) ? 3 : text.has("|", at: bar) || text.has(":", at: bar) ? 1 : 0
        guard width > 0 else { return bar > start ? start + 1 : start }
        return bar + width + (text.has(" ", at: bar + width) ? 1 : 0)
    }

    /// The lines of `text` as `body` cuts each that is not blank; nil if it answers nil for one, or all are blank.
    private static func eachLine(of text: RawSpan, _ body: (Range<Int>) -> Range<Int>?) -> SecretBytes? {
        var output = SecretBuffer()
        var lines = TextLines(text)
        while let line = lines.next() {
            let content = trim(line, in: text)
            if !content.isEmpty {
                guard let kept = body(content) else { return nil }
                output.append(text.extracting(kept))
            }
            output.append(UInt8(ascii: "\n"))
        }
        return output.count > 0 ? output.finish() : nil
    }

    // MARK: - Commands before and after

    /// From the first line that begins with a brace to the last one that ends with one.
    private static func json(_ text: RawSpan) -> SecretBytes? {
        var (start, end) = (Int?.none, Int?.none)
        var lines = TextLines(text)
        while let line = lines.next() {
            let content = trim(line, in: text)
            if start == nil, text.has("{", at: content.lowerBound) { start = content.lowerBound }
            if text.has("}", at: content.upperBound - 1) { end = content.upperBound }
        }
        guard let start, let end, start < end, end - start < trim(text.byteOffsets, in: text).count else { return nil }
        return SecretBytes(copying: text.extracting(start..<end))
    }
}
