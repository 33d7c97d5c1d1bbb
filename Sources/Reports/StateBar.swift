internal import ShownText
internal import StorageAudit

/// The states of values, as reports name them.
enum StateName: String, CaseIterable { case current, stale, plaintext, unreadable, unknown }

extension ValueStates {
    /// The states in the order of a bar: the good ones first.
    var named: [(name: StateName, count: Int)] {
        [(.current, current), (.stale, stale), (.plaintext, plaintext), (.unreadable, unreadable), (.unknown, unknown)]
    }
}

/// A bar that shows how many of some things are in which state. The widths of its parts add up to the whole bar, and a
/// part that is not empty can be seen.
struct StateBar {
    private let parts: [(name: Phrase, count: Int)]
    static let width = 1000
    /// The least width of a part that is not empty.
    static let leastWidth = 12

    init(_ states: ValueStates) { parts = states.named.map { ("\($0.name)", $0.count) } }

    /// - Parameter parts: At most as many as there is room for.
    init(_ parts: [(name: Phrase, count: Int)]) { self.parts = parts }

    private var total: Int { parts.reduce(0) { $0 + $1.count } }

    /// The widths of the parts; 0 for an empty one.
    var widths: [Int] {
        guard total > 0 else { return parts.map { _ in 0 } }
        var widths = parts.map { part in
            part.count == 0
                ? 0 : max(Self.leastWidth, Int((Double(part.count) / Double(total) * Double(Self.width)).rounded()))
        }
        // What rounding and the least width add or leave is the largest part's.
        if let largest = widths.indices.max(by: { widths[$0] < widths[$1] }) {
            widths[largest] += Self.width - widths.reduce(0, +)
        }
        return widths
    }

    /// The bar, with its numbers as its text for who cannot see it.
    var html: HTML {
        var (offset, rectangles): (Int, HTML) = (0, "")
        for (part, width) in zip(parts, widths) where width > 0 {
            rectangles += "<rect class=\"s-\(part.name)\" x=\"\(offset)\" y=\"0\" width=\"\(width)\" height=\"14\" />"
            offset += width
        }
        let label = parts.filter { $0.count > 0 }.map { "\($0.count) \($0.name)" as Phrase }.joined(separator: ", ")
        return """
            <svg xmlns="http://www.w3.org/2000/svg" class="bar" role="img" aria-label="\(label)" viewBox="0 0 1000 14" \
            preserveAspectRatio="none">\(rectangles)</svg>

            """
    }

    /// The numbers of the parts that are not empty, each with its color.
    var legend: HTML {
        let items = parts.filter { $0.count > 0 }.map { part -> HTML in
            "<li class=\"k-\(part.name)\"><b>\(part.count)</b> \(part.name)</li>"
        }
        return items.isEmpty ? "" : "<ul class=\"legend\">\(items.joined())</ul>\n"
    }
}
