internal import Glibc

/// What keeps the memory of this process to itself.
enum ProcessHardening {
    /// No core dump, and no other process of the same user may look inside.
    static func apply() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        _ = unsafe encconfSetNotDumpable()
        // A closed pipe shall be an error of write(2), not the end of the process in the middle of something.
        _ = unsafe signal(SIGPIPE, SIG_IGN)
    }

    private static func encconfSetNotDumpable() -> Int32 { prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) }
}
