internal import Glibc
internal import SecretMemory

/// The terminal, or what stands in its place: results go to standard output, all else to standard error.
///
/// Nothing is buffered, so that no copy of a secret stays behind.
struct Console {
    /// When to use colour (`--color`).
    enum Color: String, CaseIterable, Sendable { case auto, always, never }

    /// Whether standard error shows colour.
    let isColored: Bool
    /// Whether standard output shows colour.
    let isOutputColored: Bool

    init(color: Color = .auto) {
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
    func write(_ bytes: RawSpan) throws(CommandFailure) {
        guard !StandardStreams.missing.contains(STDOUT_FILENO) else {
            throw CommandFailure("standard output is closed", hint: "give the result somewhere to go")
        }
        do {
            try FileDescriptor.standardOutput.write(bytes)
        } catch {
            guard error.code != EPIPE else { return }
            throw CommandFailure("cannot write to standard output: \(error)")
        }
    }

    /// Writes a result that is no secret.
    func write(_ text: String) throws(CommandFailure) {
        let bytes = Array(text.utf8)
        try write(bytes.span.rawBytes)
    }

    /// Tells something on the side.
    func note(_ text: String) { tell("encconf: \(text.printable)\n") }

    /// Tells what is wrong with the command line, in lines of its own.
    func complaint(_ text: String) { tell(text + "\n") }

    /// Tells of something that is wrong and does not end the work.
    func warning(_ text: String, hint: String? = nil) { tell("warning", color: 33, text, hint: hint) }

    /// Tells why the work could not be done.
    func failure(_ failure: CommandFailure) {
        for problem in failure.problems { tell("error", color: 31, problem.message, hint: problem.hint) }
    }

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

extension String {
    /// The same for a text of several lines.
    var printableLines: String {
        split(separator: "\n", omittingEmptySubsequences: false).map { String($0).printable }.joined(separator: "\n")
    }

    /// The text with control characters made visible, so that a name out of a file cannot steer the terminal.
    var printable: String {
        var text = ""
        for scalar in unicodeScalars {
            if scalar.isHiddenOrSteering {
                text += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
