internal import APIServerFlags
internal import ArgumentParser
internal import DurableFiles
internal import EncryptionConfig
internal import EtcdClient
internal import Explanations
internal import RemoteCalls
internal import SecretMemory
internal import ShownText
internal import Synchronization
internal import Terminal

/// The connection to etcd: the global flags of etcdctl, with their names and meaning, or a manifest that has them.
struct EtcdConnectionOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("Read settings from a kube-apiserver manifest or unit.", valueName: "file"))
    var discoverFrom: String?
    @Option(
        name: .long,
        help: ArgumentHelp("Use default paths of a distribution, such as k3s.", valueName: "name"),
        transform: Preset.parse)
    var preset: Preset?
    @Option(name: .long, help: ArgumentHelp("etcd endpoints. Default: 127.0.0.1:2379.", valueName: "list"))
    var endpoints: String?
    @Option(name: .long, help: ArgumentHelp("CA certificate of etcd.", valueName: "file"))
    var cacert: String?
    @Option(name: .long, help: ArgumentHelp("Client certificate for etcd.", valueName: "file"))
    var cert: String?
    @Option(name: .long, help: ArgumentHelp("Private key of the client certificate.", valueName: "file"))
    var key: String?
    @Option(name: .long, help: ArgumentHelp("etcd user; encconf asks for the password.", valueName: "name"))
    var user: String?
    @Option(
        name: .long,
        help: ArgumentHelp("Visible to other users; prefer ETCDCTL_PASSWORD.", valueName: "text", visibility: .hidden))
    var password: String?
    @Option(
        name: .long, defaultAsFlag: true,
        help: ArgumentHelp("Use plain HTTP if an endpoint has no scheme.", valueName: "bool", visibility: .hidden))
    var insecureTransport: Bool?
    @Option(
        name: .long, defaultAsFlag: true,
        help: ArgumentHelp("Do not check certificates.", valueName: "bool"))
    var insecureSkipTlsVerify: Bool?
    @Option(name: .long, help: ArgumentHelp("Timeout of a connection. Default: 2s.", valueName: "dur"))
    var dialTimeout: String?
    @Option(name: .long, help: ArgumentHelp("Timeout of each call. Default: 5s.", valueName: "dur"))
    var commandTimeout: String?

    /// The manifest of `--discover-from` or `--preset`.
    var manifest: String? { discoverFrom ?? preset?.distribution.manifest }

    /// Whether a manifest or the paths of a distribution replace the options.
    var isDiscovered: Bool { discoverFrom != nil || preset != nil }

    /// The names of the options in use.
    var given: [String] {
        let texts: [(String, Any?)] = [
            ("--endpoints", endpoints), ("--cacert", cacert), ("--cert", cert), ("--key", key), ("--user", user),
            ("--password", password), ("--insecure-transport", insecureTransport),
            ("--insecure-skip-tls-verify", insecureSkipTlsVerify), ("--dial-timeout", dialTimeout),
            ("--command-timeout", commandTimeout),
        ]
        return texts.filter { $0.1 != nil }.map(\.0)
    }

    /// Refuses options that cannot be used together.
    func validateSettings() throws {
        let settings: EtcdConnection
        do throws(EtcdVariables.Conflict) {
            settings = try self.settings()
        } catch {
            throw ValidationError(error.message)
        }
        guard discoverFrom == nil || preset == nil else {
            throw ValidationError("--preset and --discover-from cannot be used together")
        }
        if !isDiscovered, let problem = settings.problem {
            throw ValidationError(Program.redactor.shown(problem.explanation).text)
        }
    }

    /// The manifest of `--discover-from`; nil without it.
    func discovery() throws(CommandFailure) -> EtcdDiscovery? {
        guard let manifest else { return nil }
        if let discovery = Self.known.withLock({ $0[manifest] }) { return discovery }
        let discovery: EtcdDiscovery
        do { discovery = try EtcdDiscovery.read(manifest) } catch {
            throw preset?.failure(error.failure, reading: manifest) ?? error.failure
        }
        for file in discovery.missingVariableFiles {
            Console().note("\(fileName(manifest)): \(file) of EnvironmentFile= does not exist; skipped")
        }
        Self.known.withLock { $0[manifest] = discovery }
        return discovery
    }

    /// Manifests that this run has read, so that servers and configuration come from one state of the file, and standard
    /// input is read only once.
    private static let known = Mutex<[String: EtcdDiscovery]>([:])

    /// The connection: the command line first, then the manifest or the distribution.
    func connection(_ discovery: EtcdDiscovery?) throws(CommandFailure) -> EtcdConnection {
        var connection: EtcdConnection
        do { connection = try settings() } catch { throw CommandFailure("\(error.message)") }
        do {
            try discovery?.complete(&connection)
        } catch {
            throw error.failure
        }
        if preset?.distribution == .k3s { K3sLayout.complete(&connection) }
        if let problem = connection.problem { throw CommandFailure(problem.explanation) }
        return connection
    }

    /// The options, and the variables of etcdctl for options that are not set.
    ///
    /// With `--discover-from` or `--preset` only the variables for user and password count.
    func settings() throws(EtcdVariables.Conflict) -> EtcdConnection {
        var connection = EtcdConnection()
        let variables = EtcdVariables(isRead: !isDiscovered)
        connection.endpoints = try variables.text(endpoints, "--endpoints")?.split(separator: ",").map(String.init)
        connection.authorityFile = try variables.text(cacert, "--cacert")
        connection.certificateFile = try variables.text(cert, "--cert")
        connection.keyFile = try variables.text(key, "--key")
        // These do not choose the endpoint, and the environment is the safest place for them.
        let ofPerson = EtcdVariables(isRead: true)
        connection.user = try ofPerson.text(user, "--user")
        connection.password = try ofPerson.text(password, "--password")
        connection.allowsClear = try variables.flag(insecureTransport, "--insecure-transport") ?? true
        connection.skipsVerification =
            try variables.flag(insecureSkipTlsVerify, "--insecure-skip-tls-verify") ?? false
        connection.dialTimeout = try variables.duration(dialTimeout, "--dial-timeout")
        connection.commandTimeout = try variables.duration(commandTimeout, "--command-timeout")
        try variables.refuse("--discovery-srv")
        return connection
    }
}

/// The environment variables of etcdctl: `--a-b` is `ETCDCTL_A_B` (etcd, pkg/flags/flag.go).
struct EtcdVariables {
    /// The command line and the environment contradict each other.
    struct Conflict: Error { let message: String }

    /// Whether the environment is used.
    let isRead: Bool

    /// The variable for an option.
    private static func variable(_ option: String) -> String {
        "ETCDCTL_" + option.dropFirst(2).replacing("-", with: "_").uppercased()
    }

    func text(_ option: String?, _ name: String) throws(Conflict) -> String? {
        let variable = Self.variable(name)
        let value = isRead ? Environment.value(variable).flatMap { $0.isEmpty ? nil : $0 } : nil
        guard option == nil || value == nil else {
            throw Conflict(
                message: "\(variable) and \(name) cannot be used together; unset the variable or omit the option")
        }
        return option ?? value
    }

    func flag(_ option: Bool?, _ name: String) throws(Conflict) -> Bool? {
        guard let text = try text(option.map { "\($0)" }, name) else { return nil }
        // Go's strconv.ParseBool.
        switch text {
        case "1", "t", "T", "true", "TRUE", "True": return true
        case "0", "f", "F", "false", "FALSE", "False": return false
        default: throw Conflict(message: "\(option == nil ? Self.variable(name) : name) accepts true or false")
        }
    }

    func duration(_ option: String?, _ name: String) throws(Conflict) -> Duration? {
        guard let text = try text(option, name) else { return nil }
        guard let duration = GoDuration.parse(text), duration > .zero else {
            throw Conflict(
                message: "\(option == nil ? Self.variable(name) : name) needs a duration such as 5s or 1m30s")
        }
        return duration
    }

    /// Refuses a variable that would choose another endpoint.
    func refuse(_ name: String) throws(Conflict) {
        guard try text(nil, name) != nil else { return }
        throw Conflict(message: "\(Self.variable(name)) is not supported; unset it, and use --endpoints")
    }
}

extension EtcdConnectionOptions {
    /// The configurations of `--config`; without it, the one of the manifest or the distribution.
    func configurations(_ paths: [String], _ reading: ReadingOptions) throws(CommandFailure) -> [ConfigurationFile] {
        let rules = try reading.rules(try discovery(), isReading: true)
        guard paths.isEmpty else {
            var files: [ConfigurationFile] = []
            for path in paths { files.append(try Inputs.configuration(path, rules)) }
            return files
        }
        guard let path = try foundConfiguration() else { return [] }
        do throws(CommandFailure) {
            return [try Inputs.configuration(path, rules)]
        } catch {
            throw preset?.failure(error, reading: path) ?? error
        }
    }

    /// The path of the configuration in the manifest or of the distribution; nil if neither is named.
    private func foundConfiguration() throws(CommandFailure) -> String? {
        if let discovery = try discovery() {
            do { return try discovery.configuration() } catch { throw error.failure }
        }
        return preset?.distribution == .k3s ? K3sLayout.configuration : nil
    }
}

extension EtcdDiscovery {
    /// Fills in the servers and certificates that the command line does not set.
    fileprivate func complete(_ connection: inout EtcdConnection) throws(DiscoveryError) {
        if connection.endpoints == nil { connection.endpoints = try servers() }
        if connection.authorityFile == nil { connection.authorityFile = try authorityFile() }
        guard connection.certificateFile == nil, connection.keyFile == nil else { return }
        connection.certificateFile = try certificateFile()
        connection.keyFile = try keyFile()
    }
}

extension K3sLayout {
    /// Takes the paths of k3s where the command line does not name others.
    fileprivate static func complete(_ connection: inout EtcdConnection) {
        let hasEtcd = Folder.exists(etcdFolder)
        if connection.endpoints == nil { connection.endpoints = [hasEtcd ? etcdEndpoint : kineEndpoint] }
        guard hasEtcd else { return }
        if connection.authorityFile == nil { connection.authorityFile = etcdAuthority }
        guard connection.certificateFile == nil, connection.keyFile == nil else { return }
        (connection.certificateFile, connection.keyFile) = (etcdCertificate, etcdKey)
    }
}

extension EtcdConnection {
    /// Passwords that were typed in this run, by etcd user.
    private static let passwords = Mutex<[String: SecretKey]>([:])

    /// The client of the cluster. Asks at the terminal for a missing password.
    ///
    /// - Parameter isCancelled: Called ten times a second: whether to stop.
    func client(isCancelled: @escaping @Sendable () -> Bool = { false }) throws(CommandFailure) -> EtcdClient {
        var settings = EtcdSettings()
        settings.isCancelled = isCancelled
        settings.onNeedlessLogin = { [name] in
            Console().warning(
                "\(name): etcd has no authentication: any client can read everything",
                hint: "omit --user, or enable authentication")
        }
        let login = try login { user throws(CommandFailure) in
            // A rollout reads etcd many times, and asks only once.
            if let known = Self.passwords.withLock({ $0[user] }) { return known }
            do throws(PasswordPrompt.Failure) {
                let password = try PasswordPrompt.read(Program.redactor.shown("password of etcd user \(user): "))
                Self.passwords.withLock { $0[user] = password }
                return password
            } catch {
                switch error {
                case .noTerminal:
                    throw CommandFailure(
                        "etcd needs a password, and there is no terminal to ask for it.", hint: "set ETCDCTL_PASSWORD")
                case .system(let error): throw CommandFailure("Cannot ask for the password: \(error)")
                }
            }
        }
        do throws(EtcdConnection.Problem) {
            return try client(login: login, settings: settings)
        } catch {
            throw CommandFailure(error.explanation)
        }
    }
}
