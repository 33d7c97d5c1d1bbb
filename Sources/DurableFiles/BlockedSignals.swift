internal import Glibc

/// Holds back the signals that end or stop a program, while it must not be ended.
public struct BlockedSignals {
    /// All signals that end a program by default, from any sender, and can be blocked (signal(7)).
    ///
    /// SIGBUS is not among them: it has to reach the handler of ``MappedPages``. The others that a fault in the
    /// program itself raises end it even then.
    public static let ending =
        [
            SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGUSR1, SIGSEGV, SIGUSR2, SIGPIPE, SIGALRM,
            SIGTERM, SIGSTKFLT, SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF, SIGIO, SIGPWR, SIGSYS,
        ] + Array(__libc_current_sigrtmin()...__libc_current_sigrtmax())
    /// Those that stop a program until SIGCONT comes, and can be held back.
    public static let stopping = [SIGTSTP, SIGTTIN, SIGTTOU]

    private let previous: sigset_t

    public init(_ signals: [Int32] = ending + stopping) {
        var blocked = Self.set(of: signals)
        var previous = sigset_t()
        _ = unsafe pthread_sigmask(SIG_BLOCK, &blocked, &previous)
        self.previous = previous
    }

    /// Whether one of them came that ends the program once they are let through.
    public var isPending: Bool { Self.arePending() }

    @Sendable public static func arePending() -> Bool { ending.contains(where: isPending) }

    /// Whether a signal came that has an effect once it is let through.
    public static func isPending(_ signal: Int32) -> Bool {
        var pending = sigset_t()
        guard unsafe sigpending(&pending) == 0 else { return false }
        return unsafe sigismember(&pending, signal) == 1 && !isIgnored(signal)
    }

    /// Whether the parent of the program made it ignore a signal, as `nohup` does: while the signal is blocked, Linux
    /// keeps it pending even if it is ignored.
    private static func isIgnored(_ signal: Int32) -> Bool {
        var action = sigaction()
        guard unsafe sigaction(signal, nil, &action) == 0 else { return false }
        return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }

    /// Lets one through that came in the meantime, and holds it back again. Of one that stops the program this returns
    /// when the program goes on.
    public func letThrough(_ signal: Int32) {
        var set = Self.set(of: [signal])
        _ = unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
        _ = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Lets them through; one that came in the meantime takes effect.
    public func unblock() {
        var previous = previous
        _ = unsafe pthread_sigmask(SIG_SETMASK, &previous, nil)
    }

    private static func set(of signals: [Int32]) -> sigset_t {
        var set = sigset_t()
        _ = unsafe sigemptyset(&set)
        for signal in signals { _ = unsafe sigaddset(&set, signal) }
        return set
    }
}
