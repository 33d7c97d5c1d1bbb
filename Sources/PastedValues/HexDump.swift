import SecretMemory

/// What `hexdump -C`, `xxd` and `od -t x1` print: lines of an offset and bytes, of which repeated ones may be left out.
///
/// Lines around the dump, such as a shell's prompt with the command, are passed over, and blank ones within it too.
/// Each offset must be where the line before ended; this is also how the base in which od writes offsets is found.
enum HexDump {
    /// The bytes of the dump in `text`; nil if no line has the offset 0.
    static func decode(_ text: RawSpan) throws(PasteError) -> SecretBytes? {
        var dump = DumpReader()
        var lines = TextLines(text)
        while let range = lines.next() {
            let line = HexDumpLine(range, in: text)
            if line.kind == .other, dump.isWithin, CutMark.isMark(range, in: text) { throw .truncated }
            try dump.read(line, number: lines.number, of: text)
        }
        return try dump.finish()
    }

    /// The number of the first line that could be one of a dump, for a text in which none begins.
    static func lineOfTail(in text: RawSpan) -> Int? {
        var lines = TextLines(text)
        while let range = lines.next() {
            if HexDumpLine(range, in: text).kind == .row { return lines.number }
        }
        return nil
    }
}

private struct DumpReader: ~Copyable {
    private enum Phase {
        case before, within
        /// The offset after the line that ended the dump; `interruption` is the number of a line that is not part of
        /// the dump.
        case after(interruption: Int?)
    }

    private var phase = Phase.before
    /// Whether the line above may be followed by more of the dump.
    var isWithin: Bool {
        if case .within = phase { true } else { false }
    }
    private var output = SecretBuffer()
    /// The bases in which the offsets so far can have been written.
    private var bases: [Int] = []
    /// The range in `output` of the last row, which a `*` repeats.
    private var row = 0..<0
    private var isRepeating = false
    /// Whether nothing can be missing behind the last line that was read.
    private var isComplete = false

    mutating func read(_ line: HexDumpLine, number: Int, of text: RawSpan) throws(PasteError) {
        let startsAtZero = line.offset(inBase: 16, of: text) == 0
        switch (phase, line.kind) {
        case (.before, .words) where startsAtZero: throw .hexdump(line: number, .words)
        case (.before, .row) where startsAtZero:
            phase = .within
            // Only od knows other bases, and its offsets are shorter.
            bases = line.hasColon || line.offset.count >= 8 ? [16] : [16, 10, 8]
            readRow(line, of: text)
        case (.before, _), (_, .blank), (.after, .repetition), (.after, .end), (.after, .words), (.after, .other): break
        case (.within, .row):
            try advance(to: line, number: number, of: text)
            readRow(line, of: text)
        case (.within, .repetition): isRepeating = true
        case (.within, .end):
            try advance(to: line, number: number, of: text)
            isComplete = true
            phase = .after(interruption: nil)
        case (.within, .other) where line.offset(inBase: 16, of: text) == output.count:
            throw .hexdump(line: number, .unreadable)
        case (.within, .words), (.within, .other): phase = .after(interruption: number)
        case (.after(let interruption), .row): throw .hexdump(line: interruption ?? number, .unreadable)
        }
    }

    consuming func finish() throws(PasteError) -> SecretBytes? {
        if case .before = phase { return nil }
        guard isComplete, !isRepeating else { throw .truncated }
        return output.finish()
    }

    private mutating func readRow(_ line: HexDumpLine, of text: RawSpan) {
        let (width, start) = (row.count, output.count)
        var position = line.bytes.lowerBound
        while position < line.bytes.upperBound {
            if let byte = text.hexadecimalByte(at: position) {
                output.append(byte)
                position += 2
            } else {
                position += 1
            }
        }
        row = start..<output.count
        // xxd prints nothing behind the last row, hexdump and od do; a row that is shorter than the others is the last.
        isComplete = line.hasColon || row.count < max(width, 16)
    }

    /// Goes to the offset of `line`: there, or by as many repetitions of the last row as are left out.
    private mutating func advance(to line: HexDumpLine, number: Int, of text: RawSpan) throws(PasteError) {
        // FreeBSD's and macOS's hexdump also leave out a last row that is the beginning of the one before.
        let mayEndAmidRow = line.kind == .end && bases.count == 1
        let matching = bases.filter { base in
            guard let offset = line.offset(inBase: base, of: text) else { return false }
            if !isRepeating { return offset == output.count }
            return offset > output.count && (mayEndAmidRow || (offset - output.count).isMultiple(of: row.count))
        }
        bases = matching
        guard let base = bases.first, let offset = line.offset(inBase: base, of: text) else {
            throw .hexdump(line: number, .offset)
        }
        guard isRepeating else { return }
        guard bases.count == 1 else { throw .hexdump(line: number, .offset) }
        guard offset <= PasteError.maximumDumpedByteCount else { throw .hexdump(line: number, .tooLong) }
        let repeated = SecretBytes(copying: output.bytes.extracting(row))
        while output.count < offset { output.append(repeated.bytes.extracting(first: offset - output.count)) }
        isRepeating = false
    }
}
