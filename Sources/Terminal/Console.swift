public import DurableFiles
internal import Glibc
internal import SecretMemory
public import ShownText

/// The terminal or its replacement: results go to standard output, everything else to standard error.
///
/// Nothing is buffered, so that no copy of a secret stays behind.
public struct Console {
    /// When to use color (`--color`).
    public enum Color: String, CaseIterable, Sendable { case auto, always, never }

    /// Whether standard error shows color.
    public let isColored: Bool
    /// Whether standard output shows color.
    public let isOutputColored: Bool

    private let redactor: Redactor
    private let onWarning: @Sendable (_ message: Phrase, _ hint: Phrase?) -> Void

    /// - Parameters:
    ///   - color: When to use color.
    ///   - redactor: Decides what may be shown.
    ///   - onWarning: Is called with each warning, so that a report can repeat it.
    public init(
        color: Color, redactor: Redactor,
        onWarning: @escaping @Sendable (_ message: Phrase, _ hint: Phrase?) -> Void
    ) {
        func isColored(_ descriptor: Int32) -> Bool {
            switch color {
            case .always: true
            case .never: false
            case .auto: isatty(descriptor) == 1 && !Environment.isSet("NO_COLOR") && !Environment.isDumbTerminal
            }
        }
        self.isColored = isColored(STDERR_FILENO)
        isOutputColored = isColored(STDOUT_FILENO)
        self.redactor = redactor
        self.onWarning = onWarning
    }

    /// Writes a result. A closed reader is not an error: nobody would read the message.
    public func write(_ bytes: RawSpan) throws(OutputError) {
        guard !StandardStreams.missing.contains(STDOUT_FILENO) else { throw .closed }
        do {
            try FileDescriptor.standardOutput.write(bytes)
        } catch {
            guard error.isBrokenPipe else { throw .system(error) }
        }
    }

    /// Writes a result for people.
    public func write(_ phrase: Phrase) throws(OutputError) {
        let bytes = Array(redactor.shown(phrase).text.utf8)
        try write(bytes.span.rawBytes)
    }

    /// Shows a fact.
    public func note(_ text: Phrase) { show("note", color: 36, text, hint: nil) }

    /// Shows what is wrong with the command line, in lines of its own.
    public func complaint(_ text: Phrase) { show(redactor.shown("\(text)\n").text) }

    /// Shows something that is wrong and does not end the work.
    public func warning(_ text: Phrase, hint: Phrase? = nil) {
        onWarning(text, hint)
        show("warning", color: 33, text, hint: hint)
    }

    /// Shows why the work could not be done.
    public func error(_ text: Phrase, hint: Phrase? = nil) { show("error", color: 31, text, hint: hint) }

    private func show(_ label: String, color: Int, _ text: Phrase, hint: Phrase?) {
        show("encconf: \(painted("\(label):", color)) \(redactor.shown(text).text)\n")
        if let hint { show("encconf: \(painted("hint:", 36)) \(redactor.shown(hint).text)\n") }
    }

    private func painted(_ text: String, _ color: Int) -> String {
        isColored ? "\u{1b}[1;\(color)m\(text)\u{1b}[0m" : text
    }

    /// Standard error has no better place to report its own failure to.
    private func show(_ text: String) {
        let bytes = Array(text.utf8)
        try? FileDescriptor.standardError.write(bytes.span.rawBytes)
    }
}

/// Why a result could not be written to standard output.
public enum OutputError: Error, Sendable {
    /// Standard output was closed before the program began.
    case closed
    case system(SystemError)
}
