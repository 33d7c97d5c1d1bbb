internal import Glibc
internal import SecretMemory
internal import ShownText

/// A file of any size, mapped into memory and only read. Its pages are the file's own and not wiped.
@safe public final class MappedFile: @unchecked Sendable {
    // Sendable because nothing writes to the mapping.
    private let mapping: UnsafeRawBufferPointer
    private let file: FileDescriptor
    private let state: FileState
    private let watch: MappedPages.Watch
    public let path: String
    /// The name of the file in messages.
    private let shownName: String

    /// Maps a regular file.
    ///
    /// If somebody shortens the file while it is read, the program ends with status 2 and a line on standard error
    /// (``MappedPages``). What was read counts only after ``checkUnchanged()``.
    ///
    /// - Parameters:
    ///   - name: The name of the file in messages, if it is another than the path.
    ///   - isOwn: Whether this program is writing the file itself, and has it locked.
    public init(_ path: String, called name: String? = nil, isOwn: Bool = false) throws(FileError) {
        let name = name ?? path
        do {
            file = try FileDescriptor.open(path, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY)
            let status = try file.status()
            guard status.st_mode & S_IFMT == S_IFREG else { throw FileError(name, .notRegular) }
            if !isOwn { try file.checkUnlocked(name) }
            state = try FileState.beforeReading(file)
            // Not before that: the file may have grown.
            let length = Int(try file.status().st_size)
            guard length > 0 else { throw FileError(name, .empty) }
            guard let base = unsafe mmap(nil, length, PROT_READ, MAP_PRIVATE, file.raw, 0), unsafe base != MAP_FAILED
            else { throw SystemError.last }
            unsafe mapping = UnsafeRawBufferPointer(start: base, count: length)
            watch = unsafe MappedPages.watch(mapping, lastWords: Self.lastWords(name))
            self.path = path
            shownName = name
        } catch let error as FileError {
            throw error
        } catch {
            throw FileError(name, .reading(error as? SystemError ?? SystemError(code: EIO)))
        }
    }

    deinit {
        watch.end()
        unsafe munmap(UnsafeMutableRawPointer(mutating: mapping.baseAddress), mapping.count)
    }

    /// The bytes of the file.
    public var span: RawSpan {
        @_lifetime(borrow self)
        get { unsafe _overrideLifetime(mapping.bytes, borrowing: self) }
    }

    /// The length of the file.
    public var byteCount: Int { unsafe mapping.count }

    /// Refuses what was read if the file has changed since it was opened: a digest counts for the bytes that were
    /// judged, and both are read in their own time.
    public func checkUnchanged() throws(FileError) { try state.checkUnchanged(file, at: path, called: shownName) }

    /// A file beside this one whose name begins with its name, such as a write-ahead log; nil without one, or if it
    /// is empty. A symbolic link is followed first, as the program that writes both files does.
    public func companion(_ suffix: String) throws(FileError) -> MappedFile? {
        do throws(FileError) {
            return try MappedFile(SafeWrite.resolved(path) + suffix, called: path + suffix)
        } catch {
            switch error.reason {
            case .empty: return nil
            case .reading(let cause) where cause.isNoSuchFile: return nil
            default: throw error
            }
        }
    }

    /// The line that the program ends with if pages of the file are gone.
    private static func lastWords(_ name: String) -> String {
        // A line of progress may stand there.
        let start = isatty(STDERR_FILENO) == 1 ? "\r\u{1b}[K" : ""
        return
            "\(start)encconf: error: \(name.printable): the file became shorter while it was read, or its disk failed\n"
    }
}

extension FileDescriptor {
    /// Refuses a file that another process holds locked, as a running etcd member holds its `db` (bbolt, bolt_unix.go,
    /// `flock`), and as SQLite holds a database with a write-ahead log while it is open (`fcntl`; sqlite.org/lockingv3.html):
    /// what it shows now is not what that process holds.
    fileprivate func checkUnlocked(_ name: String) throws {
        var lock = Glibc.flock()
        (lock.l_type, lock.l_whence) = (Int16(F_WRLCK), Int16(SEEK_SET))
        if unsafe fcntl(raw, F_GETLK, &lock) == 0, lock.l_type != Int16(F_UNLCK) { throw FileError(name, .held) }
        guard flock(raw, LOCK_SH | LOCK_NB) != 0 else {
            _ = flock(raw, LOCK_UN)
            return
        }
        if errno == EWOULDBLOCK { throw FileError(name, .held) }
    }
}
