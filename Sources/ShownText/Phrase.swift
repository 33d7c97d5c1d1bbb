public import GoText

/// A text for people, which remembers what of it came from elsewhere.
///
/// Literals are the program's own words. Whatever is put into them is foreign: names out of a configuration, paths, etcd
/// keys, answers of servers. Only a ``Redactor`` makes a ``Shown`` of it, which is what a terminal or a report takes.
///
///     let phrase: Phrase = "\(count) values use \(name: key.name)"
public struct Phrase: Sendable, Equatable, ExpressibleByStringInterpolation {
    /// A part of the text.
    enum Piece: Sendable, Equatable {
        /// Words of the program.
        case literal(String)
        /// Foreign text: shown unless it holds a key.
        case foreign(String)
        /// A name chosen by a user, where a key can be pasted by mistake: shown unless it holds a part of a key, or
        /// looks like one.
        case name(String)
        /// Foreign text of several lines, each shown as such.
        case lines(String)
        case table(TextTable)
        /// Other pieces in which some characters are replaced, after all else was done.
        indirect case replaced([Piece], [Unicode.Scalar: String])
    }

    fileprivate(set) var pieces: [Piece]

    public init() { pieces = [] }

    public init(stringLiteral value: String) { pieces = value.isEmpty ? [] : [.literal(value)] }

    public init(stringInterpolation: StringInterpolation) { pieces = stringInterpolation.pieces }

    /// Foreign text.
    public init(foreign text: String) { pieces = [.foreign(text)] }

    /// The same, with a capital letter at the start if it begins with a word of the program.
    public var capitalized: Phrase {
        guard case .literal(let text)? = pieces.first else { return self }
        var phrase = self
        phrase.pieces[0] = .literal(text.prefix(1).uppercased() + text.dropFirst())
        return phrase
    }

    /// A name chosen by a user.
    public init(name text: String) { pieces = [.name(text)] }

    public init(name: ByteName) { self.init(name: name.text) }

    /// Foreign text of several lines.
    public init(lines text: String) { pieces = [.lines(text)] }

    /// Columns of text.
    public init(_ table: TextTable) { pieces = [.table(table)] }

    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var pieces: [Piece] = []

        public init(literalCapacity: Int, interpolationCount: Int) {
            pieces.reserveCapacity(interpolationCount * 2 + 1)
        }

        public mutating func appendLiteral(_ literal: String) {
            if !literal.isEmpty { pieces.append(.literal(literal)) }
        }

        /// Puts in foreign text.
        public mutating func appendInterpolation(_ text: some StringProtocol) { pieces.append(.foreign(String(text))) }

        /// Inserts a name chosen by a user.
        public mutating func appendInterpolation(name text: String) { pieces.append(.name(text)) }

        public mutating func appendInterpolation(name: ByteName) { appendInterpolation(name: name.text) }

        public mutating func appendInterpolation(_ phrase: Phrase) { pieces += phrase.pieces }

        public mutating func appendInterpolation(_ number: some BinaryInteger) { pieces.append(.literal("\(number)")) }

        /// Puts in a word of the program.
        public mutating func appendInterpolation(word: String) { pieces.append(.literal(word)) }

        /// Puts in a word of a closed vocabulary of the program.
        public mutating func appendInterpolation<Word: RawRepresentable<String>>(_ word: Word) {
            pieces.append(.literal(word.rawValue))
        }

        /// Puts in what describes itself, such as an address: as foreign text.
        public mutating func appendInterpolation<Value: CustomStringConvertible>(_ value: Value) {
            pieces.append(.foreign(value.description))
        }
    }

    public var isEmpty: Bool { pieces.isEmpty }

    /// Whether the program's own words begin with a blank.
    public var startsWithBlank: Bool {
        if case .literal(let text)? = pieces.first { text.hasPrefix(" ") } else { false }
    }

    /// The same with some characters replaced, as formats want it that give them a meaning of their own. Foreign text is
    /// replaced in after it was shown.
    public func replacing(_ replacements: [Unicode.Scalar: String]) -> Phrase {
        var phrase = self
        phrase.pieces = pieces.map { piece in
            if case .literal(let text) = piece { return .literal(text.replacing(replacements)) }
            return .replaced([piece], replacements)
        }
        return phrase
    }

    public static func + (left: Phrase, right: Phrase) -> Phrase {
        var sum = left
        sum += right
        return sum
    }

    public static func += (left: inout Phrase, right: Phrase) { left.pieces += right.pieces }
}

extension Sequence<Phrase> {
    /// One after another, with `separator` between two.
    public func joined(separator: Phrase = "") -> Phrase {
        var sum = Phrase()
        for (index, phrase) in enumerated() {
            if index > 0 { sum += separator }
            sum += phrase
        }
        return sum
    }
}

extension Sequence<String> {
    /// Names for a sentence: the first six, and how many more there are.
    public var listed: Phrase {
        let names = Array(self)
        let limit = 6
        let shown = names.prefix(limit).map { Phrase(name: $0) }.joined(separator: ", ")
        return names.count > limit ? "\(shown) and \(names.count - limit) more" : shown
    }
}

/// `1 value`, `10 values`: a number and its noun.
public func counted(_ count: Int, _ singular: String, _ plural: String? = nil) -> Phrase {
    Phrase(stringLiteral: "\(count) \(count == 1 ? singular : plural ?? singular + "s")")
}

extension String {
    /// The text with some characters replaced.
    func replacing(_ replacements: [Unicode.Scalar: String]) -> String {
        var text = ""
        for scalar in unicodeScalars {
            if let replacement = replacements[scalar] {
                text += replacement
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
