internal import Glibc

/// Holds back the signals that end a program, while it must not be ended.
public struct BlockedSignals {
    private static let signals = [SIGINT, SIGTERM, SIGHUP]

    private let previous: sigset_t

    public init() {
        var blocked = sigset_t()
        _ = unsafe sigemptyset(&blocked)
        for signal in Self.signals { _ = unsafe sigaddset(&blocked, signal) }
        var previous = sigset_t()
        _ = unsafe pthread_sigmask(SIG_BLOCK, &blocked, &previous)
        self.previous = previous
    }

    /// Whether one of them came that ends the program once they are let through.
    public var isPending: Bool { Self.arePending() }

    @Sendable public static func arePending() -> Bool {
        var pending = sigset_t()
        guard unsafe sigpending(&pending) == 0 else { return false }
        return signals.contains { unsafe sigismember(&pending, $0) == 1 && !isIgnored($0) }
    }

    /// Whether whoever started the program does not want it to end for a signal, as `nohup` does: while it is held
    /// back, Linux keeps it pending all the same.
    private static func isIgnored(_ signal: Int32) -> Bool {
        var action = sigaction()
        guard unsafe sigaction(signal, nil, &action) == 0 else { return false }
        return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }

    /// Lets them through; one that came in the meantime takes effect.
    public func unblock() {
        var previous = previous
        _ = unsafe pthread_sigmask(SIG_SETMASK, &previous, nil)
    }
}
