internal import ChildProcesses
public import SecretMemory

/// A program that says who one is: `aws eks get-token` and the like (client-go, plugin/pkg/client/auth/exec/exec.go).
public struct ExecPlugin: Sendable {
    /// The version of the API that it speaks.
    public enum Version: String, Sendable {
        case v1 = "client.authentication.k8s.io/v1"
        case v1beta1 = "client.authentication.k8s.io/v1beta1"
    }

    /// Whether it may ask at the terminal.
    public enum InteractiveMode: String, Sendable {
        case never = "Never"
        case ifAvailable = "IfAvailable"
        case always = "Always"
    }

    public var version: Version
    /// With a slash a path, else a name that is looked up in `PATH`.
    public var command: String
    public var arguments: [String] = []
    /// Set in addition to what this process has.
    public var environment: [(name: String, value: SecretKey)] = []
    /// What to do if it is not installed: foreign text.
    public var installHint: String?
    public var interactiveMode: InteractiveMode
    /// The description of the cluster for it; nil if the configuration does not provide it.
    public var cluster: ExecCluster?
    /// How long it may run if it does not use the terminal; a login in a browser takes minutes.
    public var timeout: Duration? = .seconds(300)

    public init(version: Version = .v1, command: String, interactiveMode: InteractiveMode = .never) {
        self.version = version
        self.command = command
        self.interactiveMode = interactiveMode
    }

    /// Most that it may write.
    static let outputByteCountLimit = 2 << 20

    /// Runs it.
    ///
    /// - Parameters:
    ///   - isInteractive: Whether standard input is a terminal that has no other use. If the plugin may ask, it gets
    ///     the terminal. Otherwise its standard error is not shown, because it can contain anything.
    ///   - isCancelled: Asked while it runs.
    public func credential(
        isInteractive: Bool, isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws(ExecPluginError) -> ExecCredential {
        guard isInteractive || interactiveMode != .always else { throw error(.needsTerminal) }
        let asks = isInteractive && interactiveMode != .never
        var child = ChildProcess(command, arguments: arguments)
        child.secretEnvironment = environment + [("KUBERNETES_EXEC_INFO", information(isInteractive: asks))]
        child.outputByteCountLimit = Self.outputByteCountLimit
        child.isCancelled = isCancelled
        child.sharesTerminal = asks
        child.timeout = asks ? nil : timeout
        let ended: ChildProcess.Ended
        do { ended = try child.run(output: asks ? .capturedApartFromErrors : .captured) } catch let failure {
            throw error(.notRun(failure))
        }
        guard ended.status == .exit(0) else { throw error(.failed(ended.status)) }
        do {
            return try ExecCredential(reading: ended.output.bytes, version: version)
        } catch let reason {
            throw error(reason)
        }
    }

    private func error(_ reason: ExecPluginError.Reason) -> ExecPluginError {
        ExecPluginError(command: command, installHint: installHint, reason: reason)
    }
}

extension ExecEntry {
    /// The plugin, if it is one that kubectl would run (validation.go, `validateAuthInfo`; exec.go, `newAuthenticator`).
    func plugin(
        for user: UserEntry, _ access: ClusterAccess, _ cluster: ClusterEntry, isServerGiven: Bool
    ) throws(KubeconfigError) -> ExecPlugin {
        guard let command else { throw user.error(.exec(.noCommand)) }
        guard let version else { throw user.error(.exec(.noVersion)) }
        guard let known = ExecPlugin.Version(rawValue: version) else {
            throw user.error(.exec(.unknownVersion(version)))
        }
        guard environment.allSatisfy({ !$0.name.isEmpty }) else { throw user.error(.exec(.variableWithoutName)) }
        let mode: ExecPlugin.InteractiveMode
        switch interactiveMode {
        // (tools/clientcmd/api/v1/defaults.go, `SetDefaults_ExecConfig`.)
        case nil where known == .v1beta1: mode = .ifAvailable
        case nil: throw user.error(.exec(.noInteractiveMode))
        case let text?:
            guard let named = ExecPlugin.InteractiveMode(rawValue: text) else {
                throw user.error(.exec(.unknownInteractiveMode))
            }
            mode = named
        }
        var plugin = ExecPlugin(version: known, command: command, interactiveMode: mode)
        plugin.arguments = arguments
        plugin.environment = environment
        plugin.installHint = installHint
        if providesClusterInfo { plugin.cluster = ExecCluster(access, cluster, isServerGiven: isServerGiven) }
        return plugin
    }
}
