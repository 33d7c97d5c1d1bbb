import Foundation

extension Process {
    /// Starts it with no signal held back or ignored.
    ///
    /// A program inherits what a thread of the tests holds back, and what whoever started the tests has ignored: `nohup`
    /// ignores SIGHUP, a script SIGINT and SIGQUIT of what it runs in the background.
    public func runWithAllSignals() throws {
        let ignored = [("HUP", SIGHUP), ("INT", SIGINT), ("QUIT", SIGQUIT)].filter { Self.isIgnored($0.1) }
        if !ignored.isEmpty, let program = executableURL?.path {
            executableURL = URL(fileURLWithPath: "/usr/bin/env")
            let names = ignored.map(\.0).joined(separator: ",")
            arguments = ["--default-signal=\(names)", program] + (arguments ?? [])
        }
        var (none, held) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &held)
        defer { pthread_sigmask(SIG_SETMASK, &held, nil) }
        try run()
    }

    private static func isIgnored(_ signal: Int32) -> Bool {
        var action = sigaction()
        sigaction(signal, nil, &action)
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
