public import SecretMemory
internal import Synchronization

/// Text that may leave the program. Only a ``Redactor`` makes it.
public struct Shown: Sendable {
    public let text: String

    fileprivate init(_ text: String) { self.text = text }
}

/// The one way from a ``Phrase`` to text that is shown: characters that steer a terminal are made visible, and what
/// holds a key is replaced by ``mark``.
///
/// A name is replaced if it has eight bytes in a row in common with a spelling of a key (raw, base64 in both alphabets,
/// hexadecimal), or looks like a key. All other foreign text is replaced if it has sixteen, the length of the shortest
/// key, in common with one.
public final class Redactor: Sendable, CustomReflectable {
    /// What is shown in place of a text that holds a key.
    public static let mark = "REDACTED"
    private static let nameRun = 8
    private static let textRun = 16

    private struct State {
        var secrets: [SecretKey] = []
        var pieces: SecretPieces?
    }

    private let state: Mutex<State>

    public init(_ secrets: [SecretKey] = []) { state = Mutex(State(secrets: secrets)) }

    /// Takes note of the keys of one more configuration.
    public func learn(_ secrets: [SecretKey]) {
        state.withLock { state in
            state.secrets += secrets
            state.pieces = nil
        }
    }

    /// The text of a phrase for a terminal or a page.
    public func shown(_ phrase: Phrase) -> Shown { Shown(render(phrase) { $0.printable }) }

    /// The text of a phrase for a format that escapes what steers a terminal by itself, such as JSON.
    public func unescaped(_ phrase: Phrase) -> Shown { Shown(render(phrase) { $0 }) }

    /// Whether a name may be shown.
    public func mayShow(name: String) -> Bool { !KeyLikeness.holds(Array(name.utf8)) && sharesNothing(with: name) }

    /// Whether a text has no part of a key in common with one.
    public func sharesNothing(with text: String) -> Bool { longestRun(in: text) < Self.nameRun }

    /// Whether a text that is no name may be shown.
    public func mayShow(_ text: String) -> Bool { longestRun(in: text) < Self.textRun }

    /// Without children: `dump` shows nothing of the keys.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// The longest run that a text has in common with a spelling of a key. Hexadecimal digits can be written in letters
    /// of both cases, which no spelling has.
    private func longestRun(in text: String) -> Int {
        guard let pieces else { return 0 }
        return [text, text.lowercased()].map { longestRun(in: Array($0.utf8), pieces) }.max() ?? 0
    }

    private func longestRun(in text: [UInt8], _ pieces: SecretPieces) -> Int {
        // A secret shorter than a piece counts where it is the whole text.
        let run = pieces.longestRun(in: text.span.rawBytes)
        return run == text.count && run > 0 ? .max : run
    }

    /// Created when the first text is shown, and again after keys are added.
    private var pieces: SecretPieces? {
        state.withLock { state in
            if state.pieces == nil, !state.secrets.isEmpty {
                state.pieces = SecretPieces(state.secrets) { KeySpellings.all(of: $0) }
            }
            return state.pieces
        }
    }

    private func render(_ phrase: Phrase, _ escape: (String) -> String) -> String {
        phrase.pieces.map { render($0, escape) }.joined()
    }

    private func render(_ piece: Phrase.Piece, _ escape: (String) -> String) -> String {
        switch piece {
        case .literal(let words): words
        case .foreign(let text): mayShow(text) ? escape(text) : Self.mark
        case .name(let name): mayShow(name: name) ? escape(name) : Self.mark
        case .lines(let lines):
            lines.split(separator: "\n", omittingEmptySubsequences: false)
                .map { mayShow(String($0)) ? escape(String($0)) : Self.mark }.joined(separator: "\n")
        case .table(let table): table.text { render($0, escape) }
        case .replaced(let pieces, let replacements):
            pieces.map { render($0, escape) }.joined().replacing(replacements)
        }
    }
}
