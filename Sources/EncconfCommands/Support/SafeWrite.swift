internal import CLinux
internal import Glibc
internal import SecretMemory

/// Writes files that are there whole or not at all: a temporary file in the same folder, synced, then renamed, then
/// the folder synced.
enum SafeWrite {
    /// Makes a new file with mode 0600.
    /// - Parameter replacing: Whether a file of that name may be replaced.
    static func create(_ content: RawSpan, at path: String, replacing: Bool) throws(CommandFailure) {
        do {
            // A link is followed, so that it still points to the file afterwards.
            let target = replacing ? resolved(path) : path
            let existing = try status(of: target)
            if existing != nil, !replacing { throw SystemError(code: EEXIST) }
            if let existing, existing.st_mode & S_IFMT != S_IFREG {
                throw CommandFailure("\(path.printable): is no regular file", hint: "name a file")
            }
            try write(content, to: target, replacing: replacing) { file throws(SystemError) in
                // The owner of what is replaced is kept; its mode is not, as it may let others read the new key.
                if let existing { try keepOwner(existing, on: file) }
            }
        } catch {
            throw failure(error, path)
        }
    }

    /// Puts new content in the place of a file, whose mode, owner and extended attributes are kept.
    ///
    /// - Parameter expected: What the file held when it was read. If it holds something else by now, somebody else is
    ///   at work on it, and nothing is written.
    static func replace(
        _ content: RawSpan, of path: String, expecting expected: SecretKey
    ) throws(CommandFailure) {
        do {
            let target = resolved(path)
            let original = try FileDescriptor.open(target, flags: O_RDONLY | O_NOFOLLOW)
            try lock(original, path)
            let existing = try original.status()
            guard existing.st_mode & S_IFMT == S_IFREG else {
                throw CommandFailure("\(path.printable): is no regular file", hint: "name a file")
            }
            guard existing.st_nlink == 1 else {
                throw CommandFailure(
                    "\(path.printable): has \(existing.st_nlink) names, of which only one would change",
                    hint: "--in-place writes into the file itself, which is not safe against a crash in between")
            }
            try check(original, holds: expected, path)
            try write(content, to: target, replacing: true) { file throws(SystemError) in
                try keepOwner(existing, on: file)
                guard fchmod(file.raw, existing.st_mode & 0o7777) == 0 else { throw .last }
                ExtendedAttributes.copy(from: original, to: file)
            }
        } catch {
            throw failure(error, path)
        }
    }

    /// Overwrites a file that cannot be replaced, such as one that is mounted by itself or has several names. A copy
    /// of the old content stands beside it while that lasts.
    static func overwrite(
        _ content: RawSpan, of path: String, expecting expected: SecretKey
    ) throws(CommandFailure) {
        do {
            let target = resolved(path)
            let file = try FileDescriptor.open(target, flags: O_RDWR | O_NOFOLLOW)
            try lock(file, path)
            try check(file, holds: expected, path)
            let copy = "\(target).encconf-before"
            try write(expected.span, to: copy, replacing: true) { _ in }
            guard lseek(file.raw, 0, SEEK_SET) == 0 else { throw SystemError.last }
            try file.write(content)
            guard ftruncate(file.raw, off_t(content.byteCount)) == 0 else { throw SystemError.last }
            try file.synchronize()
            _ = unsafe unlink(copy)
        } catch {
            throw failure(error, path)
        }
    }
}

extension SafeWrite {
    /// The temporary file, its sync, the rename and the sync of the folder. Nothing is left behind if one fails.
    private static func write(
        _ content: RawSpan, to path: String, replacing: Bool,
        prepare: (borrowing FileDescriptor) throws(SystemError) -> Void
    ) throws(SystemError) {
        let folder = folder(of: path)
        let temporary = "\(folder)/.encconf-\(getpid())-\(UInt32.random(in: .min ... .max)).tmp"
        // Between here and the rename the key stands in a file that nobody would look for.
        let signals = BlockedSignals()
        defer { signals.unblock() }
        do throws(SystemError) {
            let file = try FileDescriptor.open(temporary, flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
            try prepare(file)
            try file.write(content)
            try file.synchronize()
            try rename(temporary, to: path, replacing: replacing)
        } catch {
            _ = unsafe unlink(temporary)
            throw error
        }
        try FileDescriptor.open(folder, flags: O_RDONLY | O_DIRECTORY).synchronize()
    }

    private static func rename(_ temporary: String, to path: String, replacing: Bool) throws(SystemError) {
        guard !replacing else {
            guard unsafe Glibc.rename(temporary, path) == 0 else { throw .last }
            return
        }
        if unsafe encconf_rename_without_replacing(temporary, path) == 0 { return }
        // Some file systems do not know the flag, NFS among them; a link replaces nothing either.
        guard errno == EINVAL || errno == ENOSYS else { throw .last }
        guard unsafe link(temporary, path) == 0 else { throw .last }
        _ = unsafe unlink(temporary)
    }

    /// Refuses to work on a file that another run of the program works on.
    private static func lock(_ file: borrowing FileDescriptor, _ path: String) throws {
        guard flock(file.raw, LOCK_EX | LOCK_NB) != 0 else { return }
        guard errno == EWOULDBLOCK else { throw SystemError.last }
        throw CommandFailure("\(path.printable): another encconf is at work on this file", hint: "try again")
    }

    private static func check(
        _ file: borrowing FileDescriptor, holds expected: SecretKey, _ path: String
    ) throws {
        guard let content = try file.readAll(limit: InputFile.limit), content.isEqual(to: expected.bytes) else {
            throw CommandFailure(
                "\(path.printable): somebody else changed the file in the meantime", hint: "look at it and try again")
        }
    }

    private static func keepOwner(_ existing: stat, on file: borrowing FileDescriptor) throws(SystemError) {
        guard existing.st_uid != geteuid() || existing.st_gid != getegid() else { return }
        guard fchown(file.raw, existing.st_uid, existing.st_gid) == 0 else { throw .last }
    }

    private static func status(of path: String) throws(SystemError) -> stat? {
        var existing = stat()
        guard unsafe lstat(path, &existing) != 0 else { return existing }
        guard errno == ENOENT else { throw .last }
        return nil
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func resolved(_ path: String) -> String {
        guard let real = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(real) }
        return unsafe String(cString: real)
    }

    private static func failure(_ error: any Error, _ path: String) -> CommandFailure {
        if let failure = error as? CommandFailure { return failure }
        let code = (error as? SystemError)?.code ?? EIO
        return switch code {
        case EEXIST:
            CommandFailure("\(path.printable): exists already", hint: "give --force to replace it, or another name")
        case EBUSY, EXDEV:
            CommandFailure(
                "\(path.printable): cannot be replaced, as it is mounted by itself",
                hint: "--in-place writes into the file itself, which is not safe against a crash in between")
        default: CommandFailure("\(path.printable): cannot write: \(SystemError(code: code))")
        }
    }
}
