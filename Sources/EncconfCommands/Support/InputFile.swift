internal import EncryptionConfig
internal import Glibc
internal import SecretMemory

/// What a person names on the command line, read into memory that is wiped.
struct InputFile {
    /// Most that is read of any file: a configuration or a pasted value is much smaller.
    static let limit = 16 << 20

    let content: SecretKey
    /// What the file's place in the system says about it; nothing for standard input.
    let findings: [FileFinding]

    /// Reads the file at `path`, or standard input for `-`.
    static func read(_ path: String) throws(CommandFailure) -> InputFile {
        guard path == "-" else { return try readFile(path) }
        return InputFile(content: SecretKey(try readStandardInput()), findings: [])
    }

    /// How a path is called in messages.
    static func name(_ path: String) -> String { path == "-" ? "standard input" : path.printable }

    /// Whether there is a socket at `path`.
    @Sendable static func isSocket(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
    }

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

    private static func readFile(
        _ path: String
    ) throws(CommandFailure) -> InputFile {
        do {
            // Without O_NONBLOCK the open of a FIFO would wait for a writer.
            let file = try FileDescriptor.open(path, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY)
            try checkKind(of: file, path)
            let isRegular = try file.status().st_mode & S_IFMT == S_IFREG
            let state = isRegular ? try FileState.beforeReading(file) : nil
            guard let content = try file.readAll(limit: limit) else { throw tooLarge(path) }
            try state?.checkUnchanged(file, at: path, called: path)
            return InputFile(content: SecretKey(content), findings: findings(try file.status()))
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

    private static func findings(_ status: stat) -> [FileFinding] {
        guard status.st_mode & S_IFMT == S_IFREG else { return [.notRegular] }
        var findings: [FileFinding] = []
        let mode = status.st_mode & 0o7777
        if mode & 0o077 != 0 { findings.append(.readableByOthers(mode: UInt16(mode))) }
        if geteuid() == 0, status.st_uid != 0 { findings.append(.owner(userID: status.st_uid)) }
        return findings
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
