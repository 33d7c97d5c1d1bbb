internal import Diagnostics
internal import SecretMemory

/// What go-yaml v2 refuses and libyaml 0.2.5 does not, what the two understand in different ways, and what costs both
/// too much.
struct StricterRules: ~Escapable {
    let text: SourceText
    let map: SourceMap

    @_lifetime(copy text)
    init(text: SourceText, map: SourceMap) {
        self.text = text
        self.map = map
    }

    /// Two byte order marks: go-yaml skips the first character of each line as long as the second one is in its
    /// buffer. That does no harm where lines begin with white space.
    func refuseSecondByteOrderMark() throws(YAMLError) {
        guard text.markByteCount > 0, text.character(at: text.markByteCount)?.value == "\u{feff}" else { return }
        var offset = text.markByteCount
        var isLineStart = false
        while offset < EventReader.portionByteCount, let (value, width) = text.character(at: offset) {
            if isLineStart, value != " ", value != "\t" {
                throw YAMLError(.secondByteOrderMark, at: map.position(ofByte: offset, in: text))
            }
            isLineStart = value.isYAMLBreak
            offset += width
        }
    }

    /// Directives in front of the document, with comments and blank lines between them: the time that libyaml takes
    /// grows with the square of their number.
    func refuseManyDirectives() throws(YAMLError) {
        var (offset, count) = (text.markByteCount, 0)
        var (isLineStart, isPassedOver) = (true, false)
        while let (value, width) = text.character(at: offset) {
            if value.isYAMLBreak {
                (isLineStart, isPassedOver) = (true, false)
            } else if !isPassedOver {
                switch value {
                case "%" where isLineStart:
                    count += 1
                    guard count <= YAMLLimits.directiveCount else {
                        throw YAMLError(.tooManyDirectives, at: map.position(ofByte: offset, in: text))
                    }
                    isPassedOver = true
                case "#": isPassedOver = true
                case " ", "\t", "\u{feff}": isLineStart = false
                default: return
                }
            }
            offset += width
        }
    }

    /// `%YAML 1.2`, which libyaml 0.2.2 began to accept, and numbers of more than two digits.
    func refuseVersion(before end: Int) throws(YAMLError) {
        var lineStart = text.markByteCount
        while lineStart < end {
            let (line, next) = directive(at: lineStart, before: end)
            if let problem = Self.versionProblem(line) {
                let position = map.position(ofByte: lineStart, in: text)
                throw YAMLError(
                    .syntax(problem: problem, context: nil), at: position,
                    goLine: YAMLError.goLine(position.line - 1, isScanner: problem != Self.incompatible))
            }
            lineStart = next
        }
    }

    private static let incompatible = "found incompatible YAML document"

    private static func versionProblem(_ directive: String) -> String? {
        let words = directive.split(separator: " ")
        guard words.count > 1, words[0] == "%YAML" else { return nil }
        let numbers = words[1].prefix { $0 == "." || $0.isASCII && $0.isNumber }.split(separator: ".")
        guard numbers.count == 2 else { return nil }
        if numbers.contains(where: { $0.count > 2 }) { return "found extremely long version number" }
        return numbers.compactMap { Int($0) } == [1, 2] ? incompatible : nil
    }

    /// The line at `start`, with single spaces, if it is a directive, which is no secret; and where the next begins.
    private func directive(at start: Int, before end: Int) -> (line: String, next: Int) {
        var line = ""
        var next = start
        while next < end, let (value, width) = text.character(at: next) {
            next += width
            if value.isYAMLBreak { break }
            let character = value.isYAMLWhiteSpace ? " " : value
            // Enough for `%YAML` and two numbers.
            guard line.isEmpty ? value == "%" : line.utf8.count < 64, character != " " || line.last != " " else {
                continue
            }
            line.unicodeScalars.append(character)
        }
        return (line, next)
    }

    /// A `?` inside a plain scalar of a flow collection: libyaml 0.2.5 began to accept it.
    func refuseQuestionMark(in range: Range<Int>, closing: Character) throws(YAMLError) {
        guard let position = firstPosition(in: range, where: { $0 == "?" }) else { return }
        throw YAMLError(
            .syntax(problem: "did not find expected ',' or '\(closing)'", context: nil), at: position,
            goLine: YAMLError.goLine(position.line - 1))
    }

    /// `"\/"`: libyaml 0.2.1 began to accept it.
    func refuseEscapedSlash(in range: Range<Int>) throws(YAMLError) {
        var isEscaped = false
        let slash = firstPosition(in: range) { value in
            if isEscaped, value == "/" { return true }
            isEscaped = !isEscaped && value == "\\"
            return false
        }
        guard let slash else { return }
        throw YAMLError(
            .syntax(problem: "found unknown escape character", context: nil), at: slash,
            goLine: YAMLError.goLine(slash.line - 1, isScanner: true))
    }

    /// `{a: !x,b: c}`: libyaml 0.2.3 began to end a tag there.
    func refuseTagBeforeComma(_ scan: PropertyScan) throws(YAMLError) {
        guard let offset = scan.commaOffset else { return }
        throw YAMLError(.tagBeforeComma, at: map.position(ofByte: offset, in: text))
    }

    private func firstPosition(
        in range: Range<Int>, where isWanted: (Unicode.Scalar) -> Bool
    ) -> SourcePosition? {
        var offset = range.lowerBound
        while offset < range.upperBound, let (value, width) = text.character(at: offset) {
            if isWanted(value) { return map.position(ofByte: offset, in: text) }
            offset += width
        }
        return nil
    }
}
