internal import CLinux
internal import Glibc

/// Keeps the memory of this process to itself.
public enum ProcessHardening {
    /// No core dump, neither to a file nor to a collector of dumps, no report of a crash, and no other process may look
    /// inside. To be called first: while there is one thread, and before any key is read.
    public static func apply() {
        removeCrashHandlers()
        // With this variable libssl writes the secrets of TLS into a file, by way of libcurl (lib/vtls/keylog.c).
        _ = unsafe unsetenv("SSLKEYLOGFILE")
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        // The limit does not hold for a core_pattern that is a pipe (core(5)); this does.
        _ = encconf_set_not_dumpable()
        // A closed pipe, or a limit on the size of files, causes an error of write(2), and does not end the process.
        _ = signal(SIGPIPE, SIG_IGN)
        _ = signal(SIGXFSZ, SIG_IGN)
    }
    /// The signals for which the Swift runtime installs a handler before `main`, if it finds the program
    /// `swift-backtrace` (Swift 6.3, stdlib/public/runtime/CrashHandlerLinux.cpp, `signalsToHandle`).
    private static let crashSignals = [SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP]

    /// Gives each of them its default action again. The handler of the runtime would run a program that prints the
    /// registers and the memory that they point to; `SWIFT_BACKTRACE` even names the program.
    private static func removeCrashHandlers() {
        for signal in crashSignals {
            var action = sigaction()
            guard unsafe sigaction(signal, nil, &action) == 0 else { continue }
            // A program begins without handlers (execve(2)), but a signal can be ignored, as `nohup` does: that stays.
            guard unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) > 1 else { continue }
            _ = Glibc.signal(signal, SIG_DFL)
        }
    }
}
