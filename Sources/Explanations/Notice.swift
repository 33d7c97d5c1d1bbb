public import ShownText

/// Something to know that does not end the work.
public struct Notice: Sendable {
    public enum Level: String, Sendable { case note, warning, error }

    public let level: Level
    public let message: Phrase
    public let hint: Phrase?

    public init(_ level: Level, _ message: Phrase, hint: Phrase? = nil) {
        self.level = level
        self.message = message
        self.hint = hint
    }
}
