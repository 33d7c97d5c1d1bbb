/// Writes findings in the manner of a compiler: where, how grave, what, and what to do about it.
///
///     enc.yaml:5:13: warning: resources[0].providers[0].aesgcm.keys[1].name: key1 is the name of … too [ENC0210]
///      5 |     - name: key1
///        |             ^
///     hint: `encconf rotate` gives new keys names of their own
public struct DiagnosticText: Sendable {
    /// The name of the file, as passed.
    public let file: String
    /// Whether to color the output for a terminal.
    public let usesColor: Bool
    private let quotableLine: @Sendable (Int) -> String?

    /// - Parameters:
    ///   - file: The name of the file, as passed.
    ///   - usesColor: Whether to color the output for a terminal.
    ///   - quotableLine: The text of a line, counted from 1, if it may be shown; nil for one that may hold a part of
    ///     a secret.
    public init(
        file: String, usesColor: Bool = false,
        quotableLine: @escaping @Sendable (Int) -> String? = { _ in nil }
    ) {
        self.file = file
        self.usesColor = usesColor
        self.quotableLine = quotableLine
    }

    /// All findings, each ending with a line break.
    public func text(of diagnostics: [Diagnostic]) -> String { diagnostics.map { text(of: $0) }.joined() }

    /// One finding, ending with a line break.
    public func text(of diagnostic: Diagnostic) -> String {
        let place = diagnostic.position.map { "\(file):\($0)" } ?? file
        let path = diagnostic.path.map { $0.isEmpty ? "" : "\(printable($0)): " } ?? ""
        var text = colored(.bold, "\(printable(place)):")
        text += " \(colored(.of(diagnostic.severity), "\(diagnostic.severity.rawValue):"))"
        text += " \(path)\(printable(diagnostic.message)) [\(diagnostic.code)]\n"
        if let position = diagnostic.position { text += source(at: position) }
        if let hint = diagnostic.hint { text += "\(colored(.bold, "hint:")) \(printable(hint))\n" }
        return text
    }

    /// Most characters of a line that are shown.
    private static let widthLimit = 100

    /// The source line and a caret below the column, unless the line has to stay hidden.
    private func source(at position: SourcePosition) -> String {
        guard let (line, column) = quotableLine(position.line).map({ Self.window($0, around: position.column) })
        else { return "" }
        let number = " \(position.line) "
        let margin = String(repeating: " ", count: number.utf8.count)
        // A tab stays a tab, so that the caret is below its column with any tab width.
        let indent = line.unicodeScalars.prefix(column - 1).map { $0 == "\t" ? "\t" : " " }.joined()
        return "\(number)| \(printable(line, keepingTabs: true))\n\(margin)| \(indent)\(colored(.green, "^"))\n"
    }

    /// As much of a line as people read, and the column in it: a file of one line would repeat it with each finding.
    private static func window(_ line: String, around column: Int) -> (line: String, column: Int) {
        let characters = line.unicodeScalars
        guard characters.count > widthLimit else { return (line, column) }
        let start = max(0, min(column - 1 - widthLimit / 2, characters.count - widthLimit))
        let rest = characters.dropFirst(start)
        let text = String(String.UnicodeScalarView(rest.prefix(widthLimit)))
        let isCutBehind = rest.count > widthLimit
        return ((start > 0 ? "…" : "") + text + (isCutBehind ? "…" : ""), column - start + (start > 0 ? 1 : 0))
    }

    private enum Color: String {
        case bold = "1"
        case red = "1;31"
        case magenta = "1;35"
        case cyan = "1;36"
        case green = "1;32"

        static func of(_ severity: Diagnostic.Severity) -> Color {
            switch severity {
            case .error: .red
            case .warning: .magenta
            case .note: .cyan
            }
        }
    }

    private func colored(_ color: Color, _ text: String) -> String {
        usesColor ? "\u{1b}[\(color.rawValue)m\(text)\u{1b}[0m" : text
    }

    /// The text without what a terminal would obey or hide: names come from the file.
    private func printable(_ text: String, keepingTabs: Bool = false) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                if scalar == "\t", keepingTabs {
                    result.unicodeScalars.append(scalar)
                } else {
                    result += "\\u{\(String(scalar.value, radix: 16))}"
                }
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
