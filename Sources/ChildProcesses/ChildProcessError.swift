/// Why a program could not be run to its end.
public enum ChildProcessError: Error, Equatable, Sendable {
    /// There is no such program, or the interpreter of a script is missing.
    case notFound
    /// The file is there, but cannot be run: no permission, no program.
    case notExecutable
    /// A system call failed, with this `errno`.
    case system(Int32)
    case timedOut
    /// More than ``ChildProcess/outputByteCountLimit``.
    case tooMuchOutput
    case cancelled
}
