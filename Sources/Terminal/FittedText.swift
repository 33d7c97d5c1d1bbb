/// Lines that fit a terminal.
public enum FittedText {
    /// Breaks each line that is too long between two words; what follows is indented by two more. A command stays on one
    /// line, so that it can be copied, and so does a word that is too long.
    ///
    /// - Parameter columns: The width. Readers lose long lines, so more than 100 count as 100.
    public static func lines(_ text: String, columns: Int) -> String {
        let width = max(20, min(columns, 100))
        return text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { fitted($0, width: width) }.joined(separator: "\n")
    }

    private static func fitted(_ line: Substring, width: Int) -> String {
        let indent = line.prefix { $0 == " " }.count
        let words = line.dropFirst(indent)
        guard line.count > width, !words.hasPrefix("encconf "), indent < width / 2 else { return String(line) }
        var lines: [String] = []
        var current = String(repeating: " ", count: indent)
        var isEmpty = true
        var rest = words
        while !rest.isEmpty {
            // Columns stand two blanks apart.
            let gap = rest.prefix { $0 == " " }
            let word = rest.dropFirst(gap.count).prefix { $0 != " " }
            rest = rest.dropFirst(gap.count + word.count)
            if !isEmpty, current.count + gap.count + word.count > width {
                lines.append(current)
                current = String(repeating: " ", count: indent + 2)
                isEmpty = true
            }
            current += (isEmpty ? "" : gap) + word
            isEmpty = false
        }
        lines.append(current)
        return lines.joined(separator: "\n")
    }
}
