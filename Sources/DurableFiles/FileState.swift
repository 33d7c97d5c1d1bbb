internal import Glibc

/// Which file it is, how long it is, and when it was last written.
struct FileState: Equatable {
    private let device: dev_t
    private let inode: ino_t
    private let size: off_t
    private let modifiedSeconds: Int
    private let modifiedNanoseconds: Int

    init(_ status: stat) {
        device = status.st_dev
        inode = status.st_ino
        size = status.st_size
        modifiedSeconds = status.st_mtim.tv_sec
        modifiedNanoseconds = status.st_mtim.tv_nsec
    }

    /// The state of what a path leads to now; nil if it leads nowhere.
    init?(of path: String) {
        var status = Glibc.stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    /// The state of an open file before it is read, taken when any later write gives the file another time.
    ///
    /// The kernel stamps a file with a clock that moves every few milliseconds (`current_time`, Linux, fs/inode.c), and
    /// some file systems keep whole seconds. Two writes within one step of it look alike.
    static func beforeReading(_ file: borrowing FileDescriptor) throws(SystemError) -> FileState {
        var state = FileState(try file.status())
        for _ in 0..<1200 where state.isOfThisMoment {
            _ = usleep(1000)
            state = FileState(try file.status())
        }
        return state
    }

    /// Whether a write that happens now may leave the time of modification unchanged.
    private var isOfThisMoment: Bool {
        var now = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME_COARSE, &now)
        guard now.tv_sec == modifiedSeconds else { return false }
        return modifiedNanoseconds == 0 || modifiedNanoseconds == now.tv_nsec
    }

    /// Whether both are the same file, whatever was written to it.
    func isSameFile(as other: FileState) -> Bool { device == other.device && inode == other.inode }

    /// Refuses what was read of a file that somebody wrote, or put another file in the place of, meanwhile.
    ///
    /// - Parameters:
    ///   - file: The file that was read.
    ///   - path: The path under which it was opened.
    ///   - name: The name of the file in messages.
    func checkUnchanged(
        _ file: borrowing FileDescriptor, at path: String, called name: String
    ) throws(FileError) {
        let now: FileState
        do { now = FileState(try file.status()) } catch { throw FileError(name, .reading(error)) }
        guard now == self, let found = FileState(of: path), found == self else {
            throw FileError(name, .changedWhileRead)
        }
    }
}
