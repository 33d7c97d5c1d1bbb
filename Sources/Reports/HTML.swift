internal import SecretMemory
public import ShownText

/// Markup of a page. Literals are markup; whatever is put into them is text, and cannot become markup.
///
///     let row: HTML = "<tr><td>\(name)</td></tr>"
///
/// What comes out is well-formed XML too, if the literals are.
public struct HTML: Sendable, ExpressibleByStringInterpolation {
    fileprivate enum Piece: Sendable {
        case markup(String)
        case text(Phrase)
    }

    private var pieces: [Piece]

    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var pieces: [HTML.Piece] = []

        public init(literalCapacity: Int, interpolationCount: Int) {
            pieces.reserveCapacity(2 * interpolationCount + 1)
        }

        public mutating func appendLiteral(_ literal: StaticString) { pieces.append(.markup(literal.description)) }

        /// Puts in foreign text.
        public mutating func appendInterpolation(_ value: String) { pieces.append(.text(Phrase(foreign: value))) }

        public mutating func appendInterpolation(_ phrase: Phrase) { pieces.append(.text(phrase)) }

        /// Puts in a word of a closed vocabulary of the program.
        public mutating func appendInterpolation<Word: RawRepresentable<String>>(_ word: Word) {
            pieces.append(.text("\(word)"))
        }

        public mutating func appendInterpolation(_ value: some BinaryInteger) { pieces.append(.markup("\(value)")) }

        /// Puts in markup.
        public mutating func appendInterpolation(_ value: HTML) { pieces += value.pieces }
    }

    public init(stringLiteral value: StaticString) { pieces = [.markup(value.description)] }

    public init(stringInterpolation: StringInterpolation) { pieces = stringInterpolation.pieces }

    static func + (left: HTML, right: HTML) -> HTML { "\(left)\(right)" }

    static func += (left: inout HTML, right: HTML) { left.pieces += right.pieces }

    /// The page as a phrase: texts are shown as in all reports, and markup in them is taken apart.
    public var phrase: Phrase {
        pieces.map { piece in
            switch piece {
            case .markup(let markup): Phrase(stringLiteral: markup)
            case .text(let text): text.replacing(Self.entities)
            }
        }.joined()
    }

    /// No document may hold the last two, not even as a reference (XML 1.0, section 2.2, "Char").
    private static let entities: [Unicode.Scalar: String] = [
        "&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;", "'": "&#39;", "\u{fffe}": "\\u{fffe}",
        "\u{ffff}": "\\u{ffff}",
    ]
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
    static func table(_ table: TextTable, caption: Phrase? = nil, totals: [Phrase]? = nil) -> HTML {
        let header = table.rows[0].map { "<th scope=\"col\">\($0)</th>" as HTML }.joined()
        let numeric = table.numericColumns
        let rows = table.rows.dropFirst().map { row($0, numeric) }.joined()
        let caption: HTML = caption.map { "<caption>\($0)</caption>" } ?? ""
        let foot: HTML = totals.map { "<tfoot>\(row($0, numeric))</tfoot>" } ?? ""
        return """
            <div class="wide"><table>\(caption)
            <thead><tr>\(header)</tr></thead>
            <tbody>
            \(rows)</tbody>
            \(foot)</table></div>

            """
    }

    /// A table whose rows become cards on a narrow screen: there each cell carries the head of its column.
    static func cards(_ table: TextTable) -> HTML {
        let heads = table.rows[0]
        let numeric = table.numericColumns
        let headRow = heads.enumerated().map { index, head -> HTML in
            numeric.contains(index)
                ? "<th scope=\"col\" class=\"n\">\(head)</th>" : "<th scope=\"col\">\(head)</th>"
        }
        let rows = table.rows.dropFirst().map { cells -> HTML in
            let cells = cells.enumerated().map { index, cell -> HTML in
                if index == 0 { return "<th scope=\"row\">\(cell)</th>" }
                let kind: HTML = numeric.contains(index) ? " class=\"n\"" : ""
                return "<td\(kind) data-head=\"\(heads[index])\">\(cell)</td>"
            }
            return "<tr>\(cells.joined())</tr>\n"
        }
        return """
            <table class="cards">
            <thead><tr>\(headRow.joined())</tr></thead>
            <tbody>
            \(rows.joined())</tbody></table>

            """
    }

    /// Names and what is known of each.
    static func facts(_ facts: [(Phrase, HTML)]) -> HTML {
        "<dl>\n\(facts.map { "<dt>\($0)</dt><dd>\($1)</dd>\n" as HTML }.joined())</dl>\n"
    }

    private static func row(_ cells: [Phrase], _ numeric: Set<Int>) -> HTML {
        let cells = cells.enumerated().map { index, cell -> HTML in
            if index == 0 { return "<th scope=\"row\">\(cell)</th>" }
            return numeric.contains(index) ? "<td class=\"n\">\(cell)</td>" : "<td>\(cell)</td>"
        }
        return "<tr>\(cells.joined())</tr>\n"
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
