internal import Glibc
internal import SecretMemory

/// Reads what a person names on the command line, into memory that is wiped.
enum InputFile {
    /// Most that is read of any file: a configuration or a pasted value is much smaller.
    static let limit = 16 << 20

    /// The bytes of the file at `path`, or of standard input for `-`.
    static func read(_ path: String) throws(CommandFailure) -> SecretBytes {
        path == "-" ? try readStandardInput() : try readFile(path)
    }

    /// How a path is called in messages.
    static func name(_ path: String) -> String { path == "-" ? "standard input" : path.printable }

    static func readStandardInput() throws(CommandFailure) -> SecretBytes {
        guard !StandardStreams.missing.contains(STDIN_FILENO) else {
            throw CommandFailure("standard input is closed", hint: "pipe something into it, or name a file")
        }
        if isatty(STDIN_FILENO) == 1 {
            Console().note("reading standard input; end it with Ctrl-D")
        }
        do {
            guard let content = try FileDescriptor.standardInput.readAll(limit: limit) else { throw tooLarge("-") }
            return content
        } catch let error as SystemError {
            throw CommandFailure("standard input: \(error)")
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure("standard input: \(error)")
        }
    }

    private static func readFile(_ path: String) throws(CommandFailure) -> SecretBytes {
        do {
            // Without O_NONBLOCK the open of a FIFO would wait for a writer.
            let file = try FileDescriptor.open(path, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY)
            try checkKind(of: file, path)
            guard let content = try file.readAll(limit: limit) else { throw tooLarge(path) }
            return content
        } catch let error as SystemError {
            throw CommandFailure("\(path.printable): \(error)", hint: hint(for: error))
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure("\(path.printable): \(error)")
        }
    }

    private static func checkKind(of file: borrowing FileDescriptor, _ path: String) throws {
        switch try file.status().st_mode & S_IFMT {
        case S_IFREG: return
        case S_IFDIR: throw CommandFailure("\(path.printable): is a directory", hint: "name a file within it")
        // A shell's `<(command)` is a pipe too, but one that is open already.
        case S_IFIFO where path.hasPrefix("/dev/fd/") || path.hasPrefix("/proc/self/fd/"):
            let flags = fcntl(file.raw, F_GETFL)
            _ = fcntl(file.raw, F_SETFL, flags & ~O_NONBLOCK)
        case S_IFIFO:
            throw CommandFailure(
                "\(path.printable): is a FIFO, which might never end", hint: "give - and pipe it into standard input")
        default: throw CommandFailure("\(path.printable): is not a regular file", hint: "give - for standard input")
        }
    }

    private static func tooLarge(_ path: String) -> CommandFailure {
        CommandFailure("\(name(path)): more than 16 MiB", hint: "check that this is the right file")
    }

    private static func hint(for error: SystemError) -> String? {
        switch error.code {
        case ENOENT: "give - to read standard input"
        case EACCES: "the file belongs to another user; try with sudo"
        default: nil
        }
    }
}
