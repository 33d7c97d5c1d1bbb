internal import Glibc

/// The three descriptors that a program is started with, or without.
enum StandardStreams {
    /// Whether the program was started without a standard input.
    nonisolated(unsafe) private(set) static var isInputMissing = false
    /// Whether the program was started without a standard output.
    nonisolated(unsafe) private(set) static var isOutputMissing = false

    /// Puts `/dev/null` in the place of each that is missing. Otherwise the next file that is opened would take its
    /// number, and be read for standard input, or overwritten as standard output. To be called first and once.
    static func repair() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            guard fcntl(descriptor, F_GETFD) == -1, errno == EBADF else { continue }
            switch descriptor {
            case STDIN_FILENO: unsafe isInputMissing = true
            case STDOUT_FILENO: unsafe isOutputMissing = true
            default: break
            }
            // The lowest free number is the missing one, since those below are open by now.
            _ = Glibc.open("/dev/null", descriptor == STDIN_FILENO ? O_RDONLY : O_WRONLY)
        }
    }
}
