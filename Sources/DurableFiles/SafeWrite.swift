internal import CLinux
internal import Glibc
public import SecretMemory

/// Writes files that are there whole or not at all: a temporary file in the same folder, synced, then renamed, then
/// the folder synced.
public enum SafeWrite {
    /// Makes a new file with mode 0600.
    ///
    /// - Parameter replacing: Whether a file of that name may be replaced.
    public static func create(_ content: RawSpan, at path: String, replacing: Bool) throws(FileError) {
        do {
            try create(at: path, replacing: replacing) { file in try file.write(content) }
        } catch {
            throw FileError(path, writing: error)
        }
    }

    /// The same with content that comes in pieces.
    ///
    /// - Parameters:
    ///   - isLong: Whether it may take long, so that signals that stop the program have their effect.
    ///   - fill: Writes the content; what it throws is thrown, and nothing is left of the file. Signals that end a
    ///     program are held back meanwhile: who takes long asks ``BlockedSignals/arePending()``.
    /// - Throws: ``FileError``, or what `fill` throws.
    public static func create(
        at path: String, replacing: Bool, isLong: Bool = false, fill: (borrowing FileDescriptor) throws -> Void
    ) throws {
        do {
            // A link is followed, so that it still points to the file afterwards.
            let target = replacing ? try followed(path) : path
            try removeLeftBehind(beside: target)
            let existing = try status(of: target)
            if existing != nil, !replacing { throw FileError(path, .exists) }
            if let existing, existing.st_mode & S_IFMT != S_IFREG { throw FileError(path, .notRegular) }
            // Neither the owner nor the mode of what is replaced is kept: they may let others read the new content.
            try write(to: target, called: path, replacing: replacing, isLong: isLong, fill: fill)
        } catch let error as SystemError where error.code == EEXIST && !replacing {
            throw FileError(path, .exists)
        } catch let error as SystemError {
            throw FileError(path, writing: error)
        }
    }

    /// Writes a file without secrets that other users may read (mode 0644), in the place of an earlier one.
    public static func publish(_ content: RawSpan, at path: String) throws(FileError) {
        do {
            try create(at: path, replacing: true) { file in
                try file.write(content)
                guard fchmod(file.raw, 0o644) == 0 else { throw SystemError.last }
            }
        } catch {
            throw FileError(path, writing: error)
        }
    }

    /// Puts new content in the place of a file, whose mode, owner and extended attributes are kept: a server that runs
    /// as its owner can still read it.
    ///
    /// - Parameter expected: What the file held when it was read. If it holds something else by now, somebody else is
    ///   at work on it, and nothing is written.
    public static func replace(
        _ content: RawSpan, of path: String, expecting expected: SecretKey
    ) throws(FileError) {
        do {
            let target = try followed(path)
            try removeLeftBehind(beside: target)
            let original = try FileDescriptor.open(target, flags: O_RDONLY | O_NOFOLLOW)
            try lock(original, path)
            let existing = try original.status()
            guard existing.st_mode & S_IFMT == S_IFREG else { throw FileError(path, .notRegular) }
            try refusePlanted(existing, in: folder(of: target), path)
            // No link means that another file replaced it; the check below reports it.
            guard existing.st_nlink <= 1 else { throw FileError(path, .severalNames(Int(existing.st_nlink))) }
            try write(to: target, called: path, replacing: true) { file in
                try file.write(content)
                try keepOwner(existing, on: file)
                try ExtendedAttributes.copy(from: original, to: file)
                guard fchmod(file.raw, existing.st_mode & 0o7777) == 0 else { throw SystemError.last }
                // As late as possible: a process that ignores the lock may have written until now.
                try check(original, isStill: target, holding: expected, path)
            }
        } catch {
            throw FileError(path, writing: error)
        }
    }

    /// Puts a new file with mode 0600 in the place of another one, which is kept under a second name with mode 0600.
    ///
    /// - Parameters:
    ///   - path: The file, which must be there.
    ///   - aside: The name under which the old content is kept. No file of that name may be there.
    public static func supersede(_ content: RawSpan, of path: String, keeping aside: String) throws(FileError) {
        do {
            let target = try followed(path)
            try removeLeftBehind(beside: target)
            let original = try FileDescriptor.open(target, flags: O_RDONLY | O_NOFOLLOW)
            try lock(original, path)
            let existing = try original.status()
            guard existing.st_mode & S_IFMT == S_IFREG else { throw FileError(path, .notRegular) }
            // Its owner could read the new keys, and nothing says that a server needs to.
            guard existing.st_uid == geteuid() else { throw FileError(path, .foreignOwner(existing.st_uid)) }
            guard let old = try original.readAll(limit: InputFile.limit) else { throw FileError(path, .tooLarge) }
            let kept = SecretKey(old)
            guard try status(of: aside) == nil else { throw FileError(aside, .exists) }
            try write(to: aside, called: aside, replacing: false) { file in try file.write(kept.span) }
            try write(to: target, called: path, replacing: true) { file in
                try file.write(content)
                // What was written to it meanwhile is not kept.
                try check(original, isStill: target, holding: kept, path)
            }
        } catch {
            throw FileError(path, writing: error)
        }
    }

    /// Overwrites a file that cannot be replaced, such as a bind mount or one with several hard links. During the
    /// write, a copy of the old content is beside it.
    public static func overwrite(
        _ content: RawSpan, of path: String, expecting expected: SecretKey
    ) throws(FileError) {
        do {
            let target = try followed(path)
            try removeLeftBehind(beside: target)
            let file = try FileDescriptor.open(target, flags: O_RDWR | O_NOFOLLOW)
            try lock(file, path)
            try refusePlanted(try file.status(), in: folder(of: target), path)
            try check(file, isStill: target, holding: expected, path)
            let copy = copyName(of: target)
            if try status(of: copy) == nil {
                try write(to: copy, called: copy, replacing: false) { file in try file.write(expected.span) }
            } else {
                // A killed run may have left it without a sync.
                try synchronize(copy)
            }
            let directory = try FileDescriptor.open(folder(of: target), flags: O_RDONLY | O_DIRECTORY)
            let signals = BlockedSignals()
            defer { signals.unblock() }
            do {
                try put(content, into: file)
            } catch {
                do {
                    try put(expected.span, into: file)
                } catch let second {
                    throw FileError(path, .notRestored(writing: error, restoring: second, copy: copy))
                }
                _ = unsafe unlink(copy)
                throw error
            }
            guard unsafe unlink(copy) == 0 else { throw FileError(path, .notRemoved(.last, copy: copy)) }
            // Otherwise a power failure could restore it, and the next run would take this one for interrupted.
            try synchronize(directory, called: path)
        } catch {
            throw FileError(path, writing: error)
        }
    }

    /// Syncs a file and its folder, for a command that finds its work done: the run that did it may have been killed
    /// before its last sync.
    public static func synchronize(_ path: String) throws(FileError) {
        let target = resolved(path)
        do {
            let directory = try FileDescriptor.open(folder(of: target), flags: O_RDONLY | O_DIRECTORY)
            do throws(SystemError) {
                try FileDescriptor.open(target, flags: O_RDONLY | O_NONBLOCK).synchronize()
            } catch {
                guard error.code == EINVAL else { throw error }
            }
            try synchronize(directory, called: path)
        } catch {
            throw FileError(path, writing: error)
        }
    }

    /// Refuses a file in which a run was interrupted that overwrote it: half of it may be new.
    ///
    /// - Parameter content: What the file holds.
    public static func checkInterruption(of path: String, holding content: SecretKey) throws(FileError) {
        let copy = copyName(of: resolved(path))
        guard unsafe access(copy, F_OK) == 0 else { return }
        // A copy of what the file holds: the run had not begun to overwrite.
        guard !(try InputFile.read(copy).content.bytes.isEqual(to: content.bytes)) else { return }
        throw FileError(path, .interrupted(copy: copy))
    }
}

extension SafeWrite {
    /// The temporary file, its sync, the rename and the sync of the folder. Nothing is left behind if one fails.
    ///
    /// - Parameters:
    ///   - name: What the person calls `path`.
    ///   - isLong: Whether a user may want to stop the program during the write.
    ///   - fill: Writes the content, and gives the file its owner and mode.
    private static func write(
        to path: String, called name: String, replacing: Bool, isLong: Bool = false,
        fill: (borrowing FileDescriptor) throws -> Void
    ) throws {
        let folder = folder(of: path)
        // Opened before anything is done, so that nothing but the sync itself can fail in the end.
        let directory = try FileDescriptor.open(folder, flags: O_RDONLY | O_DIRECTORY)
        // From here to the rename the key is in a temporary file.
        let signals = BlockedSignals(isLong ? BlockedSignals.ending : BlockedSignals.ending + BlockedSignals.stopping)
        defer { signals.unblock() }
        let temporary = try TemporaryFile(in: folder)
        do {
            try fill(temporary.file)
            try temporary.file.synchronize()
            try rename(temporary.path, to: path, replacing: replacing)
        } catch {
            _ = unsafe unlink(temporary.path)
            throw error
        }
        try synchronize(directory, called: name)
    }

    /// Syncs the folder of a file.
    private static func synchronize(_ directory: borrowing FileDescriptor, called name: String) throws(FileError) {
        do {
            try directory.synchronize()
        } catch {
            // Some file systems do not know the sync of a folder.
            guard error.code != EINVAL else { return }
            throw FileError(name, .notSynced(error))
        }
    }

    /// Removes what killed runs left beside a file. It comes first, since one of them may have given the file a second
    /// name.
    private static func removeLeftBehind(beside path: String) throws(SystemError) {
        let owner = try status(of: path)?.st_uid
        TemporaryFile.removeLeftBehind(
            in: try FileDescriptor.open(folder(of: path), flags: O_RDONLY | O_DIRECTORY),
            ownedBy: Set([geteuid(), owner].compactMap { $0 }))
    }

    /// Overwrites an open file.
    private static func put(_ content: RawSpan, into file: borrowing FileDescriptor) throws(SystemError) {
        guard lseek(file.raw, 0, SEEK_SET) == 0 else { throw .last }
        try file.write(content)
        guard ftruncate(file.raw, off_t(content.byteCount)) == 0 else { throw .last }
        try file.synchronize()
    }

    /// The copy of the content of a file while it is overwritten.
    private static func copyName(of target: String) -> String { "\(target).encconf-before" }

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
        throw FileError(path, .locked)
    }

    /// Refuses a file that another one has replaced, or that holds something else, since it was read.
    private static func check(
        _ file: borrowing FileDescriptor, isStill target: String, holding expected: SecretKey, _ path: String
    ) throws {
        let (opened, found) = (try file.status(), try status(of: target))
        guard let found, found.st_dev == opened.st_dev, found.st_ino == opened.st_ino,
            lseek(file.raw, 0, SEEK_SET) == 0, let content = try file.readAll(limit: InputFile.limit),
            content.isEqual(to: expected.bytes)
        else {
            throw FileError(path, .changed)
        }
    }

    private static func keepOwner(_ existing: stat, on file: borrowing FileDescriptor) throws(SystemError) {
        guard existing.st_uid != geteuid() || existing.st_gid != getegid() else { return }
        guard fchown(file.raw, existing.st_uid, existing.st_gid) == 0 else { throw .last }
    }

    // MARK: Folders in which everybody may write

    /// Where a path leads. A link that another user put into such a folder is not followed: it would choose the file that
    /// is written (the rule of `fs.protected_symlinks`, proc_sys_fs(5), which a system may have off).
    private static func followed(_ path: String) throws -> String {
        if let found = try status(of: path), found.st_mode & S_IFMT == S_IFLNK {
            try refusePlanted(found, in: folder(of: path), path)
        }
        return resolved(path)
    }

    /// Refuses what another user put into a folder in which everybody may write (the rule of `fs.protected_regular`).
    private static func refusePlanted(_ existing: stat, in folder: String, _ path: String) throws {
        guard let holder = try status(of: resolved(folder)), holder.st_mode & S_ISVTX != 0,
            holder.st_mode & (S_IWOTH | S_IWGRP) != 0, ![geteuid(), holder.st_uid].contains(existing.st_uid)
        else { return }
        throw FileError(path, .foreignOwner(existing.st_uid))
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

    public static func resolved(_ path: String) -> String {
        guard let real = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(real) }
        return unsafe String(cString: real)
    }
}

extension FileError {
    /// The error itself, or the failure of a call that wrote the file.
    fileprivate init(_ path: String, writing error: any Error) {
        if let error = error as? FileError {
            self = error
            return
        }
        let error = error as? SystemError ?? SystemError(code: EIO)
        self.init(path, [EBUSY, EXDEV].contains(error.code) ? .mounted : .writing(error))
    }
}
