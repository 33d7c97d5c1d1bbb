internal import Glibc

/// Holds back the signals that end a program, while it must not be ended.
struct BlockedSignals {
    private let previous: sigset_t

    init() {
        var blocked = sigset_t()
        _ = unsafe sigemptyset(&blocked)
        for signal in [SIGINT, SIGTERM, SIGHUP] { _ = unsafe sigaddset(&blocked, signal) }
        var previous = sigset_t()
        _ = unsafe pthread_sigmask(SIG_BLOCK, &blocked, &previous)
        self.previous = previous
    }

    /// Lets them through; one that came in the meantime takes effect.
    func unblock() {
        var previous = previous
        _ = unsafe pthread_sigmask(SIG_SETMASK, &previous, nil)
    }
}
