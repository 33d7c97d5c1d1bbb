/// Why a command could not do its work: what the person sees before the program ends with status 2.
struct CommandFailure: Error {
    /// One thing that is wrong: lower case, no full stop, no secret.
    struct Problem {
        let message: String
        var hint: String?
    }

    let problems: [Problem]

    init(_ message: String, hint: String? = nil) { problems = [Problem(message: message, hint: hint)] }
    init(_ problems: [Problem]) { self.problems = problems }
}

/// What the program tells whoever started it. The same for every output format.
enum ExitStatus: Int32 {
    /// Done, and nothing is wrong.
    case success = 0
    /// Done, and there are findings.
    case findings = 1
    /// The work could not be done.
    case failure = 2
    /// It could not be proven either way.
    case unproven = 3
}
