internal import Glibc
public import SecretMemory

/// A file or standard input, read into memory that is wiped.
public struct InputFile: Sendable {
    /// Most that is read of any file: a configuration or a pasted value is much smaller.
    public static let limit = 16 << 20

    /// The attributes of a file that matter to its safety.
    public struct Attributes: Sendable {
        public let isRegular: Bool
        /// Permission bits, with set-ID and sticky bits.
        public let mode: UInt16
        public let ownerID: UInt32
    }

    public let content: SecretKey
    /// Nil for standard input.
    public let attributes: Attributes?

    /// Reads the file at `path`, or standard input for `-`.
    public static func read(_ path: String) throws(FileError) -> InputFile {
        guard path == "-" else { return try readFile(path) }
        return InputFile(content: SecretKey(try readStandardInput()), attributes: nil)
    }

    /// Reads all of standard input.
    public static func readStandardInput() throws(FileError) -> SecretBytes {
        guard !StandardStreams.missing.contains(STDIN_FILENO) else { throw FileError("-", .closedStream) }
        do {
            guard let content = try FileDescriptor.standardInput.readAll(limit: limit) else {
                throw FileError("-", .tooLarge)
            }
            return content
        } catch {
            throw FileError("-", error)
        }
    }

    /// Whether standard input is a terminal, where a user has to type.
    public static var isStandardInputTyped: Bool { isatty(STDIN_FILENO) == 1 }

    /// Whether there is a socket at `path`.
    @Sendable public static func isSocket(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
    }

    /// Why a file cannot be read; nil if it can.
    public static func readingError(of path: String) -> SystemError? {
        unsafe access(path, R_OK) == 0 ? nil : .last
    }

    private static func readFile(_ path: String) throws(FileError) -> InputFile {
        do {
            // Without O_NONBLOCK the open of a FIFO would wait for a writer.
            let file = try FileDescriptor.open(path, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY)
            try checkKind(of: file, path)
            let isRegular = try file.status().st_mode & S_IFMT == S_IFREG
            let state = isRegular ? try FileState.beforeReading(file) : nil
            guard let content = try file.readAll(limit: limit) else { throw FileError(path, .tooLarge) }
            try state?.checkUnchanged(file, at: path, called: path)
            return InputFile(content: SecretKey(content), attributes: Attributes(try file.status()))
        } catch {
            throw FileError(path, error)
        }
    }

    private static func checkKind(of file: borrowing FileDescriptor, _ path: String) throws {
        switch try file.status().st_mode & S_IFMT {
        case S_IFREG: return
        case S_IFDIR: throw FileError(path, .directory)
        // A shell's `<(command)` is a pipe too, but one that is open already.
        case S_IFIFO where path.hasPrefix("/dev/fd/") || path.hasPrefix("/proc/self/fd/"):
            let flags = fcntl(file.raw, F_GETFL)
            _ = fcntl(file.raw, F_SETFL, flags & ~O_NONBLOCK)
        case S_IFIFO: throw FileError(path, .fifo)
        default: throw FileError(path, .notRegular)
        }
    }
}

extension InputFile.Attributes {
    fileprivate init(_ status: stat) {
        isRegular = status.st_mode & S_IFMT == S_IFREG
        mode = UInt16(truncatingIfNeeded: status.st_mode & 0o7777)
        ownerID = status.st_uid
    }

    /// Whether the file belongs to somebody else than root, who is reading it.
    public var isForeignToRoot: Bool { geteuid() == 0 && ownerID != 0 }
}

extension FileError {
    /// The error itself, or the failure of a call that read the file.
    fileprivate init(_ path: String, _ error: any Error) {
        switch error {
        case let error as FileError: self = error
        case let error as SystemError: self.init(path, .reading(error))
        default: self.init(path, .reading(SystemError(code: EIO)))
        }
    }
}
