internal import Glibc
internal import SecretMemory

/// Asks a person for a password at the terminal.
enum PasswordPrompt {
    static func read(_ prompt: String) throws(CommandFailure) -> SecretKey {
        // The terminal itself, since standard input may be a file.
        guard let terminal = try? FileDescriptor.open("/dev/tty", flags: O_RDWR | O_NOCTTY) else {
            throw CommandFailure(
                "a password is needed, and there is no terminal to ask for it", hint: "set ETCDCTL_PASSWORD")
        }
        var settings = termios()
        guard unsafe tcgetattr(terminal.raw, &settings) == 0 else { throw CommandFailure("\(SystemError.last)") }
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO)
        // Nothing that ends or stops the program at the prompt may leave the terminal mute. SIGTTOU and SIGTTIN are let
        // through: in the background the program has to stop before it changes the terminal or reads from it.
        let signals = BlockedSignals(BlockedSignals.ending + [SIGTSTP])
        defer { signals.unblock() }
        defer { _ = unsafe tcsetattr(terminal.raw, TCSAFLUSH, &settings) }
        do {
            var line: SecretKey?
            repeat {
                _ = unsafe tcsetattr(terminal.raw, TCSAFLUSH, &silent)
                try terminal.write(Array(prompt.printable.utf8).span.rawBytes)
                line = try readLine(terminal, signals)
                guard line == nil else { continue }
                _ = unsafe tcsetattr(terminal.raw, TCSAFLUSH, &settings)
                signals.letThrough(SIGTSTP)
            } while line == nil
            try terminal.write(Array("\n".utf8).span.rawBytes)
            guard let line else { throw SystemError(code: EINTR) }
            return line
        } catch {
            throw CommandFailure("cannot ask for the password: \(error)")
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
