internal import Glibc
internal import Synchronization

/// The credential of one plugin, asked for again when it has expired.
///
/// Only one thread runs a plugin at a time, because it may ask at the terminal; the others wait (exec.go,
/// `Authenticator`).
public final class ExecCredentialCache: Sendable {
    private let ask: @Sendable () throws(ExecPluginError) -> ExecCredential
    private let now: @Sendable () -> Int64
    private let cached = Mutex<ExecCredential?>(nil)

    public init(
        _ plugin: ExecPlugin, isInteractive: Bool, isCancelled: @escaping @Sendable () -> Bool = { false }
    ) {
        ask = { () throws(ExecPluginError) in
            try plugin.credential(isInteractive: isInteractive, isCancelled: isCancelled)
        }
        now = { Int64(time(nil)) }
    }

    /// For tests: with a clock of their own.
    init(now: @escaping @Sendable () -> Int64, _ ask: @escaping @Sendable () throws(ExecPluginError) -> ExecCredential)
    {
        self.ask = ask
        self.now = now
    }

    /// The credential that is good now.
    public func credential() throws(ExecPluginError) -> ExecCredential {
        try cached.withLock { cached throws(ExecPluginError) in
            if let cached, cached.expiration.map({ now() <= $0 }) ?? true { return cached }
            return try renew(&cached)
        }
    }

    /// Another credential than `refused`, which the server did not take (status 401). Asks the plugin, unless somebody
    /// did meanwhile.
    public func credential(after refused: ExecCredential) throws(ExecPluginError) -> ExecCredential {
        try cached.withLock { cached throws(ExecPluginError) in
            if let cached, cached !== refused { return cached }
            return try renew(&cached)
        }
    }

    private func renew(_ cached: inout ExecCredential?) throws(ExecPluginError) -> ExecCredential {
        let credential = try ask()
        cached = credential
        return credential
    }
}
