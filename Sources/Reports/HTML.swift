internal import SecretMemory

/// Markup of a page. Literals are markup; whatever is put into them is text, and cannot become markup.
///
///     let row: HTML = "<tr><td>\(name)</td></tr>"
///
/// What comes out is well-formed XML too, if the literals are.
struct HTML: ExpressibleByStringInterpolation {
    private(set) var text: String

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }

        mutating func appendLiteral(_ literal: StaticString) { text += literal.description }

        /// Puts in text: what is hidden or steers is made visible, as in all reports, and markup is taken apart.
        mutating func appendInterpolation(_ value: String) {
            for scalar in value.printable.unicodeScalars {
                switch scalar {
                case "&": text += "&amp;"
                case "<": text += "&lt;"
                case ">": text += "&gt;"
                case "\"": text += "&quot;"
                case "'": text += "&#39;"
                // No document may hold these, not even as a reference (XML 1.0, section 2.2, "Char").
                case "\u{fffe}", "\u{ffff}": text += "\\u{\(String(scalar.value, radix: 16))}"
                default: text.unicodeScalars.append(scalar)
                }
            }
        }

        mutating func appendInterpolation(_ value: Int) { text += String(value) }

        mutating func appendInterpolation(_ value: Int64) { text += String(value) }

        /// Puts in markup.
        mutating func appendInterpolation(_ value: HTML) { text += value.text }
    }

    init(stringLiteral value: StaticString) { text = value.description }

    init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    static func + (left: HTML, right: HTML) -> HTML { "\(left)\(right)" }

    static func += (left: inout HTML, right: HTML) { left.text += right.text }
}

extension Sequence<HTML> {
    /// One after another.
    func joined() -> HTML {
        var whole: HTML = ""
        for part in self { whole += part }
        return whole
    }
}

extension HTML {
    /// A table whose first row is its header. Numbers stand to the right.
    static func table(_ table: TextTable, caption: String? = nil, totals: [String]? = nil) -> HTML {
        let header = table.rows[0].map { "<th scope=\"col\">\($0)</th>" as HTML }.joined()
        let rows = table.rows.dropFirst().map { row($0) }.joined()
        let caption: HTML = caption.map { "<caption>\($0)</caption>" } ?? ""
        let foot: HTML = totals.map { "<tfoot>\(row($0))</tfoot>" } ?? ""
        return """
            <div class="wide"><table>\(caption)
            <thead><tr>\(header)</tr></thead>
            <tbody>
            \(rows)</tbody>
            \(foot)</table></div>

            """
    }

    private static func row(_ cells: [String]) -> HTML {
        let cells = cells.enumerated().map { index, cell -> HTML in
            index == 0 ? "<th scope=\"row\">\(cell)</th>" : self.cell(cell)
        }
        return "<tr>\(cells.joined())</tr>\n"
    }

    static func cell(_ text: String) -> HTML {
        let isNumber = !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return isNumber ? "<td class=\"n\">\(text)</td>" : "<td>\(text)</td>"
    }

    static func list(_ items: [HTML]) -> HTML {
        items.isEmpty ? "" : "<ul>\n\(items.map { "<li>\($0)</li>\n" as HTML }.joined())</ul>\n"
    }

    /// Text in which backquotes stand around what is typed.
    static func prose(_ text: String) -> HTML {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated().map { index, part -> HTML in
            index % 2 == 1 ? "<code>\(String(part))</code>" : "\(String(part))"
        }.joined()
    }
}
