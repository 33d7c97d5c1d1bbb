public import DurableFiles
internal import Glibc
internal import SecretMemory

/// The terminal, or what stands in its place: results go to standard output, all else to standard error.
///
/// Nothing is buffered, so that no copy of a secret stays behind.
public struct Console {
    /// When to use colour (`--color`).
    public enum Color: String, CaseIterable, Sendable { case auto, always, never }

    /// Whether standard error shows colour.
    public let isColored: Bool
    /// Whether standard output shows colour.
    public let isOutputColored: Bool

    public init(color: Color = .auto) {
        func isColored(_ descriptor: Int32) -> Bool {
            switch color {
            case .always: true
            case .never: false
            case .auto: isatty(descriptor) == 1 && !Environment.isSet("NO_COLOR") && !Environment.isDumbTerminal
            }
        }
        self.isColored = isColored(STDERR_FILENO)
        isOutputColored = isColored(STDOUT_FILENO)
    }

    /// Writes a result. A reader that has gone away is no error: there is nobody left to tell.
    public func write(_ bytes: RawSpan) throws(OutputError) {
        guard !StandardStreams.missing.contains(STDOUT_FILENO) else { throw .closed }
        do {
            try FileDescriptor.standardOutput.write(bytes)
        } catch {
            guard error.isBrokenPipe else { throw .system(error) }
        }
    }

    /// Writes a result that is no secret.
    public func write(_ text: String) throws(OutputError) {
        let bytes = Array(text.utf8)
        try write(bytes.span.rawBytes)
    }

    /// Tells something on the side.
    public func note(_ text: String) { tell("encconf: \(text.printable)\n") }

    /// Tells what is wrong with the command line, in lines of its own.
    public func complaint(_ text: String) { tell(text + "\n") }

    /// Tells of something that is wrong and does not end the work.
    public func warning(_ text: String, hint: String? = nil) { tell("warning", color: 33, text, hint: hint) }

    /// Tells why the work could not be done.
    public func error(_ text: String, hint: String? = nil) { tell("error", color: 31, text, hint: hint) }

    private func tell(_ label: String, color: Int, _ text: String, hint: String?) {
        tell("encconf: \(painted("\(label):", color)) \(text.printable)\n")
        if let hint { tell("encconf: \(painted("hint:", 36)) \(hint.printable)\n") }
    }

    private func painted(_ text: String, _ color: Int) -> String {
        isColored ? "\u{1b}[1;\(color)m\(text)\u{1b}[0m" : text
    }

    /// Standard error has no better place to report its own failure to.
    private func tell(_ text: String) {
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
