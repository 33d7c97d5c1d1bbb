/// Columns of text, as wide as their longest cell. Columns of numbers, or `-` for none, stand to the right.
public struct TextTable: Sendable, Equatable {
    /// The header, and what follows it.
    public private(set) var rows: [[Phrase]]

    /// - Parameter header: One word for each column.
    public init(header: [String]) { rows = [header.map { Phrase(stringLiteral: $0) }] }

    public mutating func append(_ row: [Phrase]) { rows.append(row) }

    /// Adds columns whose heads come from elsewhere, before the first row.
    public mutating func appendColumns(_ heads: [Phrase]) { rows[0] += heads }

    /// The columns whose cells are all numbers.
    public var numericColumns: Set<Int> {
        let shown = Redactor()
        let cells = rows.map { $0.map { shown.shown($0).text } }
        return Set(cells[0].indices.filter { Self.isNumeric($0, cells) })
    }

    private static func isNumeric(_ column: Int, _ cells: [[String]]) -> Bool {
        cells.dropFirst().allSatisfy { $0[column] == "-" || isNumber($0[column]) }
            && cells.dropFirst().contains { isNumber($0[column]) }
    }

    /// The lines, without blanks at their ends.
    func text(_ shown: (Phrase) -> String) -> String {
        let cells = rows.map { $0.map(shown) }
        let columns = 0..<cells[0].count
        let widths = columns.map { column in cells.map { $0[column].count }.max() ?? 0 }
        let isNumeric = columns.map { Self.isNumeric($0, cells) }
        return cells.map { row in
            let padded = columns.map { column in
                let blanks = String(repeating: " ", count: widths[column] - row[column].count)
                return isNumeric[column] ? blanks + row[column] : row[column] + blanks
            }
            let line = padded.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
        }.joined()
    }

    private static func isNumber(_ cell: String) -> Bool {
        !cell.isEmpty && cell.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
