import SecretMemory

/// What people and programs write in place of the rest of a value: `...`, `…`, `<snip>`, `--More--`, `# (rest omitted)`.
enum CutMark {
    /// Whether the text in `range`, which follows a value, is such a mark.
    static func isMark(_ range: Range<Int>, in text: RawSpan) -> Bool {
        let range = trim(range, in: text)
        // The program less waits for a key with a colon.
        if range.count == 1, text.has(":", at: range.lowerBound) { return true }
        var wordStart = range.lowerBound
        var hasWord = false
        for position in range.lowerBound...range.upperBound {
            if position < range.upperBound {
                if text.has("...", at: position) || text.has("…", at: position) { return true }
                // A prompt, which may name anything.
                if text.has("@", at: position) { return false }
                if isLetter(text[position]) { continue }
            }
            hasWord = hasWord || words.contains { isWord($0, wordStart..<position, in: text) }
            wordStart = position + 1
        }
        return hasWord
    }

    private static let words = [
        "snip", "snipped", "cut", "truncated", "omitted", "more", "rest", "elided", "abbreviated", "shortened",
        "redacted", "skipped", "missing", "continued",
    ]

    private static func isWord(_ word: String, _ range: Range<Int>, in text: RawSpan) -> Bool {
        range.count == word.utf8.count && zip(range, word.utf8).allSatisfy { text[$0] | 0x20 == $1 }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
