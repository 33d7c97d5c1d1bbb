public import DurableFiles
internal import Glibc
public import SecretMemory

/// Asks a person for a password at the terminal.
public enum PasswordPrompt {
    /// Why there is no password.
    public enum Failure: Error, Sendable {
        case noTerminal
        case system(SystemError)
    }

    /// Shows `prompt`, and reads a line without showing it.
    public static func read(_ prompt: String) throws(Failure) -> SecretKey {
        // The terminal itself, since standard input may be a file.
        guard let terminal = try? FileDescriptor.open("/dev/tty", flags: O_RDWR | O_NOCTTY) else {
            throw .noTerminal
        }
        var settings = termios()
        guard unsafe tcgetattr(terminal.raw, &settings) == 0 else { throw .system(.last) }
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO)
        // An interrupt at the prompt must not leave the terminal mute.
        let signals = BlockedSignals()
        defer { signals.unblock() }
        _ = unsafe tcsetattr(terminal.raw, TCSAFLUSH, &silent)
        defer { _ = unsafe tcsetattr(terminal.raw, TCSAFLUSH, &settings) }
        do throws(SystemError) {
            try terminal.write(Array(prompt.printable.utf8).span.rawBytes)
            let line = try readLine(terminal, signals)
            try terminal.write(Array("\n".utf8).span.rawBytes)
            return line
        } catch {
            throw .system(error)
        }
    }

    /// A line comes in one piece from a terminal, 4,095 bytes at most (termios(3)).
    private static func readLine(
        _ terminal: borrowing FileDescriptor, _ signals: borrowing BlockedSignals
    ) throws(SystemError) -> SecretKey {
        while !signals.isPending {
            guard try terminal.isReadable(within: 100) else { continue }
            var line = SecretBuffer()
            try terminal.read(upTo: 4096, appendingTo: &line)
            if line.bytes.byteCount > 0, line.bytes[line.count - 1] == UInt8(ascii: "\n") {
                line.truncate(to: line.count - 1)
            }
            return SecretKey(line.finish())
        }
        throw SystemError(code: EINTR)
    }
}
