public import ShownText

/// Why a command could not do its work: what the person sees before the program ends.
public struct CommandFailure: Error {
    /// One thing that is wrong: lower case, no full stop, no secret.
    public struct Problem: Sendable {
        public let message: Phrase
        public var hint: Phrase?

        public init(message: Phrase, hint: Phrase? = nil) {
            self.message = message
            self.hint = hint
        }
    }

    public let problems: [Problem]
    /// ``ExitStatus/failure``; ``ExitStatus/unproven`` if a source was silent that may speak at another time;
    /// ``ExitStatus/usage`` if it is the command line that is wrong.
    public var status: ExitStatus

    public init(_ message: Phrase, hint: Phrase? = nil, status: ExitStatus = .failure) {
        self.init([Problem(message: message, hint: hint)], status: status)
    }

    public init(_ problems: [Problem], status: ExitStatus = .failure) {
        self.problems = problems
        self.status = status
    }
}

/// The exit status of the program. It is the same for every output format.
public enum ExitStatus: Int32, Sendable {
    /// Done, and nothing is wrong.
    case success = 0
    /// Done, and there are findings.
    case findings = 1
    /// The work could not be done.
    case failure = 2
    /// It could not be proven either way.
    case unproven = 3
    /// The command line is wrong, as only the configuration shows.
    case usage = 64
}

extension ExitStatus {
    /// The status of several pieces of work: the one that says most.
    public static func worst(of statuses: [ExitStatus]) -> ExitStatus {
        [.failure, .usage, .findings, .unproven].first { statuses.contains($0) } ?? .success
    }
}
