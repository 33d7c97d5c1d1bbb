internal import CLinux
internal import Glibc

/// What keeps the memory of this process to itself.
public enum ProcessHardening {
    /// No core dump, neither to a file nor to a collector of dumps, and no other process may look inside.
    public static func apply() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        // The limit does not hold for a core_pattern that is a pipe (core(5)); this does.
        _ = encconf_set_not_dumpable()
        // A closed pipe, or a limit on the size of files, shall be an error of write(2), not the end of the process in
        // the middle of something.
        _ = signal(SIGPIPE, SIG_IGN)
        _ = signal(SIGXFSZ, SIG_IGN)
    }
}
