/// The properties before the text of a node: `&anchor`, `!tag`, and white space and comments between them.
///
/// libyaml reports neither the start of the text after them nor the tag `!`, which it drops.
struct PropertyScan {
    /// Where the text begins.
    private(set) var contentOffset: Int
    /// Whether there is a tag, even only `!`.
    private(set) var hasTag = false
    /// Where a short tag runs straight into a comma.
    private(set) var commaOffset: Int?

    /// Looks at the bytes of a node from `start` up to `end`.
    init(_ text: borrowing SourceText, from start: Int, to end: Int) {
        contentOffset = start
        while contentOffset < end, let (value, _) = text.character(at: contentOffset) {
            switch value {
            case "&": skip(text, to: end) { $0.isYAMLWhiteSpace || Self.isFlowIndicator($0) }
            case "!": skipTag(text, to: end)
            case "#" where contentOffset > start: skip(text, to: end) { $0.isYAMLBreak }
            case _ where value.isYAMLWhiteSpace: skip(text, to: end) { !$0.isYAMLWhiteSpace }
            default: return
            }
        }
    }

    private mutating func skipTag(_ text: borrowing SourceText, to end: Int) {
        hasTag = true
        var isVerbatim = false
        skip(text, to: end) { value in
            isVerbatim = isVerbatim || value == "<"
            return value.isYAMLWhiteSpace || !isVerbatim && value == ","
        }
        if text.character(at: contentOffset)?.value == "," { commaOffset = contentOffset }
    }

    /// Moves on by one character at least, and then up to one that fits.
    private mutating func skip(_ text: borrowing SourceText, to end: Int, until isEnd: (Unicode.Scalar) -> Bool) {
        repeat {
            guard let (_, width) = text.character(at: contentOffset) else { return }
            contentOffset += width
        } while contentOffset < end && text.character(at: contentOffset).map { !isEnd($0.value) } ?? false
    }

    private static func isFlowIndicator(_ value: Unicode.Scalar) -> Bool {
        value == "," || value == "[" || value == "]" || value == "{" || value == "}"
    }
}
