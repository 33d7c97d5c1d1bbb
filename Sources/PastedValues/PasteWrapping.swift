import SecretMemory

/// The decoration of a value that was copied from an answer, a ticket or a terminal.
enum PasteWrapping {
    /// `text` without its outermost wrapping; nil if it has none.
    static func undone(in text: RawSpan) -> (text: SecretKey, remark: PasteRemark)? {
        if let inner = utf16(text) { return (SecretKey(inner), .utf16) }
        guard
            let inner = withoutMark(text) ?? fenced(text) ?? unquoted(text) ?? unnumbered(text) ?? json(text)
                ?? base64(text)
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

    /// Without the `>` that begins each line.
    private static func unquoted(_ text: RawSpan) -> SecretBytes? {
        eachLine(of: text) { line in
            guard text.has(">", at: line.lowerBound) else { return nil }
            return line.dropFirst(text.has("> ", at: line.lowerBound) ? 2 : 1)
        }
    }

    /// Without the numbers of lines, which count up by one, and what parts them from the text.
    private static func unnumbered(_ text: RawSpan) -> SecretBytes? {
        var previous: Int?
        return eachLine(of: text) { line in
            var (position, number) = (line.lowerBound, 0)
            while position < line.upperBound, let digit = decimalDigit(text[position]), number < 1 << 32 {
                number = number * 10 + digit
                position += 1
            }
            let end = endOfSeparator(in: text, at: position, limit: line.upperBound)
            guard position > line.lowerBound, end > position || position == line.upperBound,
                previous == nil || previous == number - 1
            else { return nil }
            previous = number
            return end..<line.upperBound
        }
    }

    private static func decimalDigit(_ byte: UInt8) -> Int? {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? Int(byte - UInt8(ascii: "0")) : nil
    }

    private static func endOfSeparator(in text: RawSpan, at start: Int, limit: Int) -> Int {
        var position = start
        while position < limit {
            if isWhiteSpace(text[position]) || text.has(":", at: position) || text.has("|", at: position) {
                position += 1
            } else if text.has("│", at: position) {
                position += "│".utf8.count
            } else {
                break
            }
        }
        return position
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

    /// The lines of base64 behind the first one that begins as a value does.
    private static func base64(_ text: RawSpan) -> SecretBytes? {
        var output = SecretBuffer()
        var (lineCount, lastDigit) = (0, 0)
        var lines = TextLines(text)
        while let line = lines.next() {
            let content = trim(line, in: text)
            guard !content.isEmpty else { continue }
            lineCount += 1
            if output.count == 0 {
                guard Base64Text.isLikely(text.extracting(content)) else { continue }
            } else if !isBase64(text.extracting(content)) {
                // Behind padding, or before a prompt, the value is whole; elsewhere the line may be a damaged part of it.
                guard text.has("=", at: lastDigit) || isPrompt(text.extracting(content)) else { return nil }
                break
            }
            lastDigit = content.upperBound - 1
            output.append(text.extracting(content))
            output.append(UInt8(ascii: "\n"))
        }
        let hasSurroundings = output.count < trim(text.byteOffsets, in: text).count
        return output.count > 0 && hasSurroundings && lineCount > 1 ? output.finish() : nil
    }

    private static func isPrompt(_ line: RawSpan) -> Bool {
        line.byteOffsets.contains { ["$", "#", "%", "@"].contains(Unicode.Scalar(line[$0])) }
    }

    private static func isBase64(_ line: RawSpan) -> Bool {
        line.byteOffsets.allSatisfy { position in
            switch line[position] {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="):
                true
            default: false
            }
        }
    }
}
