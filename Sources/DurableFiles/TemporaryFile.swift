internal import CLinux
internal import Glibc

/// A file that takes the place of another one when it is complete, in the same folder.
///
/// Its name, `.encconf-PID-RANDOM.tmp`, is used by no other program. It is locked while it is open (flock(2)), so a
/// file without a lock is from an earlier run: a killed run leaves its file.
struct TemporaryFile: ~Copyable {
    let file: FileDescriptor
    let path: String

    /// Makes an empty file with mode 0600 in a folder.
    init(in folder: String) throws(SystemError) {
        for _ in 0..<100 {
            let path = "\(folder)/\(Self.name())"
            let file = try FileDescriptor.open(path, flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
            if try Self.lock(file, path) {
                self.file = file
                self.path = path
                return
            }
            _ = unsafe unlink(path)
        }
        throw SystemError(code: EAGAIN)
    }

    /// Locks a file that was just made. False if another run took it for one that was left behind before it was locked.
    private static func lock(_ file: borrowing FileDescriptor, _ path: String) throws(SystemError) -> Bool {
        if flock(file.raw, LOCK_EX | LOCK_NB) == 0 {
            do { return try file.status().st_nlink > 0 } catch {
                _ = unsafe unlink(path)
                throw error
            }
        }
        let failure = SystemError.last
        switch failure.code {
        case EWOULDBLOCK: return false
        // A file system without locks, where nothing that was left behind is removed either.
        case ENOLCK, EOPNOTSUPP, ENOSYS, EINVAL: return true
        default:
            _ = unsafe unlink(path)
            throw failure
        }
    }

    private static func name() -> String { name(process: getpid(), number: .random(in: .min ... .max)) }

    private static func name(process: pid_t, number: UInt32) -> String { ".encconf-\(process)-\(number).tmp" }

    /// Whether a file has such a name, to the letter.
    private static func isName(_ name: String) -> Bool {
        guard name.utf8.count < 40, name.hasPrefix(".encconf-"), name.hasSuffix(".tmp") else { return false }
        let numbers = name.dropFirst(9).dropLast(4).split(separator: "-", omittingEmptySubsequences: false)
        guard numbers.count == 2, let process = pid_t(numbers[0]), process > 0, let number = UInt32(numbers[1]) else {
            return false
        }
        return name.utf8.elementsEqual(Self.name(process: process, number: number).utf8)
    }
}

extension TemporaryFile {
    /// Removes what runs left behind in a folder that were killed: regular files of such a name, which no run has locked.
    /// They have no other name, or one in the same folder: where a file system has no rename that replaces nothing, a
    /// file has both names for a moment. What cannot be removed stays; the next run tries again.
    ///
    /// - Parameter owners: Only files of these users. One that was about to replace a file has that file's owner.
    static func removeLeftBehind(in folder: borrowing FileDescriptor, ownedBy owners: Set<uid_t>) {
        let names = names(in: folder)
        for (name, inode) in names where isName(name) {
            let raw = unsafe openat(folder.raw, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
            guard raw >= 0 else { continue }
            defer { close(raw) }
            var (opened, named) = (stat(), stat())
            guard flock(raw, LOCK_EX | LOCK_NB) == 0, unsafe fstat(raw, &opened) == 0,
                // The name may belong to another file by now.
                unsafe fstatat(folder.raw, name, &named, AT_SYMLINK_NOFOLLOW) == 0,
                FileState(opened).isSameFile(as: FileState(named)),
                opened.st_mode & S_IFMT == S_IFREG, owners.contains(opened.st_uid),
                opened.st_nlink == 1
                    || opened.st_nlink == 2 && names.contains(where: { $0.inode == inode && !isName($0.name) })
            else { continue }
            _ = unsafe unlinkat(folder.raw, name, 0)
        }
    }

    private static func names(in folder: borrowing FileDescriptor) -> [(name: String, inode: ino_t)] {
        // Closed with the stream; the folder stays open.
        let raw = fcntl(folder.raw, F_DUPFD_CLOEXEC, 0)
        guard raw >= 0 else { return [] }
        guard let stream = unsafe fdopendir(raw) else {
            close(raw)
            return []
        }
        defer { unsafe closedir(stream) }
        // Both have one place in the folder.
        unsafe rewinddir(stream)
        var names: [(name: String, inode: ino_t)] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            names.append((name, unsafe entry.pointee.d_ino))
        }
        return names
    }
}
