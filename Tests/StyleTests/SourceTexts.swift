/// The words in a Swift file: its string literals and its comments.
///
/// An interpolation is shown as `…`; literals in it are separate texts. A line that a literal continues with a backslash is
/// joined; so are literals with a plus between them, and comments in consecutive lines.
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
        var line: Int
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

    private func isNext(_ text: [UInt8]) -> Bool {
        bytes[position] == text[0] && bytes[position...].starts(with: text)
    }

    private mutating func advance(_ count: Int = 1) {
        for _ in 0..<count where position < bytes.count {
            if bytes[position] == UInt8(ascii: "\n") { line += 1 }
            position += 1
        }
    }

    // MARK: Code

    private mutating func readCode() {
        switch bytes[position] {
        case UInt8(ascii: "/"):
            if isNext(Self.lineComment) { return readLineComments() }
            if isNext(Self.comment) { return readComment() }
            if isRegexNext { return skipRegex(end: Array("/".utf8)) }
        case UInt8(ascii: "#"), UInt8(ascii: "\""):
            if isNext(Array("#/".utf8)) { return skipRegex(end: Array("/#".utf8)) }
            if let literal = literalStart() {
                open.append(.literal(literal))
                return advance(literal.hashes.count + literal.quotes.count)
            }
        case UInt8(ascii: "("):
            if case .interpolation(let depth)? = open.last { open[open.count - 1] = .interpolation(depth: depth + 1) }
        case UInt8(ascii: ")"):
            guard case .interpolation(let depth)? = open.last else { break }
            if depth == 1 { open.removeLast() } else { open[open.count - 1] = .interpolation(depth: depth - 1) }
        default: break
        }
        advance()
    }

    // MARK: Comments

    private static let lineComment = Array("//".utf8)
    private static let comment = Array("/*".utf8)
    private static let commentEnd = Array("*/".utf8)

    private mutating func readComment() {
        let (first, start) = (line, position)
        while position < bytes.count, !isNext(Self.commentEnd) { advance() }
        texts.append(Text(kind: .comment, line: first, text: String(decoding: bytes[start..<position], as: UTF8.self)))
    }

    /// Comments in lines that follow each other are one text, so that a turn is found across the end of a line.
    private mutating func readLineComments() {
        let first = line
        var text: [UInt8] = []
        repeat {
            advance(bytes[position...].prefix { $0 == UInt8(ascii: "/") }.count)
            let rest = bytes[position...].prefix { $0 != UInt8(ascii: "\n") }
            text += rest
            advance(rest.count)
            let blanks = bytes[position...].prefix { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: " ") }
            guard blanks.filter({ $0 == UInt8(ascii: "\n") }).count == 1,
                bytes[blanks.endIndex...].starts(with: Self.lineComment)
            else { break }
            text.append(UInt8(ascii: "\n"))
            advance(blanks.count)
        } while true
        texts.append(Text(kind: .comment, line: first, text: String(decoding: text, as: UTF8.self)))
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

    /// Literals with a plus between them are one text.
    private mutating func close(_ literal: Literal) {
        var rest = bytes[position...].drop(while: Self.isBlank)
        if rest.first == UInt8(ascii: "+") {
            rest = rest.dropFirst().drop(while: Self.isBlank)
            let gap = rest.startIndex - position
            let (start, startLine) = (position, line)
            advance(gap)
            if var next = position < bytes.count ? literalStart() : nil {
                advance(next.hashes.count + next.quotes.count)
                next.line = literal.line
                next.content = literal.content
                return open.append(.literal(next))
            }
            (position, line) = (start, startLine)
        }
        let text = String(decoding: literal.content, as: UTF8.self)
        texts.append(Text(kind: .literal, line: literal.line, text: text))
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") }

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
            advance(literal.end.count)
            return close(literal)
        }
        guard isNext(literal.escape) else {
            let run = bytes[(position + 1)...].prefix { $0 != literal.quotes[0] && $0 != literal.escape[0] }
            literal.content += [bytes[position]] + run
            open[open.count - 1] = .literal(literal)
            return advance(1 + run.count)
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
