/// The words in a Swift file: its string literals and its comments.
///
/// An interpolation is shown as `…`; literals within it are texts of their own. A line that a literal continues with a
/// backslash is joined.
struct SourceTexts {
    enum Kind { case literal, comment }

    struct Text: Equatable {
        let kind: Kind
        /// The line on which it begins, from 1.
        let line: Int
        let text: String
    }

    /// In the order in which they end.
    private(set) var texts: [Text] = []

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var open: [Frame] = []

    /// What is being read.
    private enum Frame {
        /// Code within an interpolation, with the number of open parentheses.
        case interpolation(depth: Int)
        case literal(Literal)
    }

    private struct Literal {
        let hashes: [UInt8]
        let quotes: [UInt8]
        let line: Int
        var content: [UInt8] = []

        var end: [UInt8] { quotes + hashes }
        var escape: [UInt8] { [UInt8(ascii: "\\")] + hashes }
    }

    init(_ source: [UInt8]) {
        bytes = source
        while position < bytes.count {
            if case .literal(let literal)? = open.last { readLiteral(literal) } else { readCode() }
        }
    }

    private func isNext(_ text: [UInt8]) -> Bool { bytes[position...].starts(with: text) }

    private func isNext(_ text: StaticString) -> Bool {
        isNext(Array(String(describing: text).utf8))
    }

    private mutating func advance(_ count: Int = 1) {
        for _ in 0..<count where position < bytes.count {
            if bytes[position] == UInt8(ascii: "\n") { line += 1 }
            position += 1
        }
    }

    // MARK: Code

    private mutating func readCode() {
        if isNext("//") { return readComment(until: "\n") }
        if isNext("/*") { return readComment(until: "*/") }
        if isNext("#/") { return skipRegex(end: Array("/#".utf8)) }
        if isRegexNext { return skipRegex(end: Array("/".utf8)) }
        if let literal = literalStart() {
            open.append(.literal(literal))
            return advance(literal.hashes.count + literal.quotes.count)
        }
        if case .interpolation(let depth)? = open.last {
            switch bytes[position] {
            case UInt8(ascii: "("): open[open.count - 1] = .interpolation(depth: depth + 1)
            case UInt8(ascii: ")"):
                if depth == 1 { open.removeLast() } else { open[open.count - 1] = .interpolation(depth: depth - 1) }
            default: break
            }
        }
        advance()
    }

    private mutating func readComment(until end: String) {
        let (first, start) = (line, position)
        while position < bytes.count, !isNext(Array(end.utf8)) { advance() }
        texts.append(Text(kind: .comment, line: first, text: String(decoding: bytes[start..<position], as: UTF8.self)))
    }

    /// Whether a regular expression between slashes begins: a slash where no operator can stand, and another one in the
    /// line.
    private var isRegexNext: Bool {
        guard bytes[position] == UInt8(ascii: "/"), position + 1 < bytes.count,
            !" \t\n/=".utf8.contains(bytes[position + 1])
        else { return false }
        let before = bytes[..<position].last { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\n") }
        guard before.map({ "(,=:{[".utf8.contains($0) }) ?? false else { return false }
        return bytes[(position + 1)...].prefix { $0 != UInt8(ascii: "\n") }.contains(UInt8(ascii: "/"))
    }

    private mutating func skipRegex(end: [UInt8]) {
        advance(end.count)
        while position < bytes.count, !isNext(end) { advance(bytes[position] == UInt8(ascii: "\\") ? 2 : 1) }
        advance(end.count)
    }

    // MARK: Literals

    private static let threeQuotes = [UInt8](repeating: UInt8(ascii: "\""), count: 3)

    private func literalStart() -> Literal? {
        let hashes = bytes[position...].prefix { $0 == UInt8(ascii: "#") }
        let rest = bytes[(position + hashes.count)...]
        guard rest.first == UInt8(ascii: "\"") else { return nil }
        let quotes = rest.starts(with: Self.threeQuotes) ? Self.threeQuotes : Array("\"".utf8)
        return Literal(hashes: Array(hashes), quotes: quotes, line: line)
    }

    private mutating func readLiteral(_ literal: Literal) {
        var literal = literal
        if isNext(literal.end) {
            open.removeLast()
            let text = String(decoding: literal.content, as: UTF8.self)
            texts.append(Text(kind: .literal, line: literal.line, text: text))
            return advance(literal.end.count)
        }
        guard isNext(literal.escape) else {
            literal.content.append(bytes[position])
            open[open.count - 1] = .literal(literal)
            return advance()
        }
        advance(literal.escape.count)
        guard position < bytes.count else { return }
        switch bytes[position] {
        case UInt8(ascii: "("):
            literal.content += Array("…".utf8)
            open[open.count - 1] = .literal(literal)
            open.append(.interpolation(depth: 1))
        case UInt8(ascii: "n"): literal.content.append(UInt8(ascii: "\n"))
        // The line goes on.
        case UInt8(ascii: "\n"): break
        default: literal.content.append(bytes[position])
        }
        if case .literal? = open.last { open[open.count - 1] = .literal(literal) }
        advance()
    }
}
