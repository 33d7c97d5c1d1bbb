import Foundation

extension Process {
    /// Starts it with no signal held back: what a thread of the tests holds back, programs would inherit.
    public func runWithAllSignals() throws {
        var (none, held) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &held)
        defer { pthread_sigmask(SIG_SETMASK, &held, nil) }
        try run()
    }
}
