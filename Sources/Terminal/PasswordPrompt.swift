public import DurableFiles
internal import Glibc
public import SecretMemory
public import ShownText

/// Asks for a password at the terminal.
public enum PasswordPrompt {
    /// Why there is no password.
    public enum Failure: Error, Sendable {
        case noTerminal
        case system(SystemError)
    }

    /// Shows `prompt`, and reads a line without showing it.
    public static func read(_ prompt: Shown) throws(Failure) -> SecretKey {
        // The terminal itself, since standard input may be a file.
        guard let terminal = try? FileDescriptor.open("/dev/tty", flags: O_RDWR | O_NOCTTY) else {
            throw .noTerminal
        }
        var settings = termios()
        guard unsafe tcgetattr(terminal.raw, &settings) == 0 else { throw .system(.last) }
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO)
        // Nothing that ends or stops the program at the prompt may leave the terminal mute. SIGTTOU and SIGTTIN are let
        // through: in the background the program has to stop before it changes the terminal or reads from it.
        let signals = BlockedSignals(BlockedSignals.ending + [SIGTSTP])
        defer { signals.unblock() }
        defer { _ = unsafe tcsetattr(terminal.raw, TCSAFLUSH, &settings) }
        do throws(SystemError) {
            var line: SecretKey?
            repeat {
                _ = unsafe tcsetattr(terminal.raw, TCSAFLUSH, &silent)
                try terminal.write(Array(prompt.text.utf8).span.rawBytes)
                line = try readLine(terminal, signals)
                guard line == nil else { continue }
                _ = unsafe tcsetattr(terminal.raw, TCSAFLUSH, &settings)
                signals.letThrough(SIGTSTP)
            } while line == nil
            try terminal.write(Array("\n".utf8).span.rawBytes)
            guard let line else { throw SystemError(code: EINTR) }
            return line
        } catch {
            throw .system(error)
        }
    }

    /// A line comes in one piece from a terminal, 4,095 bytes at most (termios(3)).
    /// - Returns: Nil if the program is to be stopped.
    private static func readLine(
        _ terminal: borrowing FileDescriptor, _ signals: borrowing BlockedSignals
    ) throws(SystemError) -> SecretKey? {
        while !signals.isPending {
            if BlockedSignals.isPending(SIGTSTP) { return nil }
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
