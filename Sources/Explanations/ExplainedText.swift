internal import Diagnostics
internal import EncryptionConfig

/// What is known of a text that a person found: a code, an error, lines of a log, a Status.
public struct ExplainedText: Equatable, Sendable {
    /// `CODE: TITLE`, or the words by which the error is known.
    public let subject: String
    public let meaning: String
    public let check: String
    public let remedy: String

    /// A text of more bytes is not looked through.
    public static let byteCountLimit = 1 << 18
    /// Most explanations of one text.
    private static let countLimit = 5

    private init(_ explanation: Explanation) {
        subject = "\(explanation.code): \(explanation.title)"
        (meaning, check, remedy) = (explanation.meaning, explanation.check, explanation.remedy)
    }

    private init(_ error: RuntimeError, sign: String) {
        subject = sign
        (meaning, check, remedy) = (error.meaning, error.check, error.remedy)
    }

    /// The explanations of a text, each once, in the order of its lines, at most five. White space, case and the escapes of
    /// JSON logs do not count, nor does what stands around the error.
    public static func all(of text: String) -> [ExplainedText] {
        var found: [(answer: ExplainedText, isPassedOn: Bool)] = []
        for entry in entries(of: text) {
            // One cause has several signs.
            guard let known = one(of: entry), !found.contains(where: { $0.answer.meaning == known.answer.meaning })
            else { continue }
            found.append(known)
        }
        // Some texts go over several lines.
        if found.isEmpty, let known = one(of: text) { found.append(known) }
        let causes = found.filter { !$0.isPassedOn }
        return (causes.isEmpty ? found : causes).prefix(countLimit).map(\.answer)
    }

    /// The lines of a log, each with the lines below that belong to it: the stack of a panic, and the places that YAML names
    /// after "unmarshal errors". Other lines are errors of their own, with surroundings of their own.
    private static func entries(of text: String) -> [String] {
        var entries: [[Substring]] = []
        var isInStack = false
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.drop(while: \.isWhitespace)
            if words.hasPrefix("goroutine ") {
                isInStack = true
            } else if isInStack {
                // A frame is `package.Function(…)`, and below it the file.
                let name = words.prefix { $0 != "(" }
                isInStack =
                    line.first == "\t" || words.hasPrefix("created by ")
                    || name.count < words.count && !name.contains(where: \.isWhitespace)
            }
            let isContinued = isInStack || words.hasPrefix("line ")
            if isContinued, !entries.isEmpty {
                entries[entries.count - 1].append(line)
            } else {
                entries.append([line])
            }
        }
        return entries.map { $0.joined(separator: "\n") }
    }

    private static func one(of text: String) -> (answer: ExplainedText, isPassedOn: Bool)? {
        let folded = FoldedText(withoutPassedChecks(text))
        if let code = code(in: folded.text) ?? Explanation.ofConfigurationText(folded) {
            return (ExplainedText(code), false)
        }
        return RuntimeError.recognize(folded).map { (ExplainedText($0.error, sign: $0.sign), $0.error.isPassedOn) }
    }

    /// A check that passes says nothing: `[+]ping ok`. Word by word, because a pattern tries each place again.
    private static func withoutPassedChecks(_ text: String) -> String {
        var words: [Substring] = []
        for word in text.split(whereSeparator: \.isWhitespace) {
            if word == "ok", words.last?.hasPrefix("[+]") == true { words.removeLast() } else { words.append(word) }
        }
        return words.joined(separator: " ")
    }

    /// The first code of this program in a text.
    private static func code(in folded: String) -> Explanation? {
        folded.matches(of: /\benc\d{4}\b/).lazy.compactMap {
            Explanation.ofConfiguration(String($0.0)) ?? Explanation.ofAudit(String($0.0))
        }.first
    }
}
