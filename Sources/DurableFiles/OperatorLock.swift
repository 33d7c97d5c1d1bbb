internal import Glibc

/// Keeps two runs of the program from working on one file for longer than a write takes.
///
/// A small file beside it is locked, and removed at the end. The lock ends with the process, so a killed process does
/// not block the next one.
public final class OperatorLock: Sendable {
    private let path: String
    private let descriptor: Int32

    /// - Parameter file: What is worked on.
    /// - Throws: ``FileError/Reason/locked`` if somebody else works on it.
    public init(of file: String) throws(FileError) {
        // One file has one lock, whatever it is called.
        path = "\(SafeWrite.resolved(file)).rollout.lock"
        while true {
            let raw = unsafe Glibc.open(path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard raw >= 0 else { throw FileError(path, .writing(.last)) }
            guard flock(raw, LOCK_EX | LOCK_NB) == 0 else {
                let isHeld = errno == EWOULDBLOCK
                let error = SystemError.last
                close(raw)
                throw FileError(file, isHeld ? .locked : .writing(error))
            }
            // The previous holder may have removed the file after this process opened it: then it locks nothing.
            var (opened, found) = (stat(), stat())
            if unsafe fstat(raw, &opened) == 0, unsafe lstat(path, &found) == 0, opened.st_ino == found.st_ino,
                opened.st_dev == found.st_dev
            {
                descriptor = raw
                return
            }
            close(raw)
        }
    }

    deinit {
        // Somebody may have removed it, and made another one.
        var (opened, found) = (stat(), stat())
        if unsafe fstat(descriptor, &opened) == 0, unsafe lstat(path, &found) == 0, opened.st_ino == found.st_ino {
            _ = unsafe unlink(path)
        }
        close(descriptor)
    }
}
