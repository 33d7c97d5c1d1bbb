internal import Glibc

/// The three descriptors that a program is started with, or without.
public enum StandardStreams {
    /// Those that were missing. `/dev/null` is put in the place of each when this is first asked for, which must be
    /// before any file is opened: that file would take the number of the missing one, and be read as standard input,
    /// or overwritten as standard output.
    public static let missing: Set<Int32> = {
        var missing: Set<Int32> = []
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            guard fcntl(descriptor, F_GETFD) == -1, errno == EBADF else { continue }
            missing.insert(descriptor)
            // The lowest free number is this one, since those below are open by now.
            _ = unsafe Glibc.open("/dev/null", descriptor == STDIN_FILENO ? O_RDONLY : O_WRONLY)
        }
        return missing
    }()
}
