internal import APIServerFlags
internal import ConfigurationLint
internal import DurableFiles
internal import EncryptionConfig
internal import Explanations
internal import GoText
internal import KMSPlugin
internal import KubernetesAPI
internal import KubernetesUpgrade
internal import KubernetesVersions
internal import NodePreflight
internal import Reports
internal import SecretMemory
internal import ShownText
internal import StorageAudit
internal import StorageEvidence
internal import Terminal

/// The node whose kube-apiserver is to restart: what was read of it, for the checks.
struct PreflightNode {
    /// The manifest or unit; nil for k3s, which has none.
    let discovery: EtcdDiscovery?
    let rules: ServerRules
    /// The configuration to start with; nil if nothing names one.
    let path: String?
    /// The path that the manifest names.
    let named: String?
    private let verification: Verification?
    /// Why the configuration could not be read.
    private let unreadable: CommandFailure?
    private let evidence: EvidenceOptions
    private let isChange: Bool
    private let readsStored: Bool
    private let console: Console
    private let knownVersion: KubernetesVersion?
    private let headerless: Bool
    /// Whether plugins are asked at sockets of the command line.
    private let isAskingElsewhere: Bool

    var hash: String? { verification?.hash }

    /// What the configuration means; nil if kube-apiserver refuses it.
    var configuration: ConfigurationFile? {
        guard let verification, let configuration = verification.configuration else { return nil }
        return ConfigurationFile(path: verification.path, hash: verification.hash, configuration: configuration)
    }

    /// - Parameters:
    ///   - file: The configuration to start with; nil for the one of the manifest.
    ///   - readsStored: Whether stored values are read.
    /// - Throws: Also if a file of the command line cannot be read.
    init(
        file: String?, evidence: EvidenceOptions, reading: ReadingOptions, readsStored: Bool, _ console: Console
    ) throws(CommandFailure) {
        isChange = file != nil
        self.readsStored = readsStored
        isAskingElsewhere = !evidence.kms.endpoints.kmsEndpoint.isEmpty
        self.console = console
        let connection = evidence.etcd.connection
        discovery = try connection.discovery()
        rules = try reading.rules(discovery, isVerdict: true)
        knownVersion = reading.kubernetes ?? discovery?.flags.kubernetes
        headerless = rules.headerless
        if let discovery {
            named = if case .file(let path)? = discovery.flags.encryptionProviderConfig { path } else { nil }
        } else {
            named = K3sLayout.configuration
        }
        path = file ?? named
        var content: SecretKey?
        guard let path else {
            (verification, unreadable, self.evidence) = (nil, nil, evidence)
            return
        }
        var (verification, unreadable): (Verification?, CommandFailure?) = (nil, nil)
        do throws(CommandFailure) {
            let input = try Inputs.file(path)
            content = input.content
            verification = try Verification(
                of: path, input,
                options: ServerOptions(automaticReload: discovery?.flags.isReloading == true, gates: rules.gates),
                kubernetes: rules.kubernetes, headerless: rules.headerless, linter: Linter(now: UTCTime.now),
                suppressedCodes: [])
            Program.redactor.learn(verification?.configuration?.keys.map(\.key.secret) ?? [])
        } catch {
            // That a file of the command line cannot be read is not a state of the node.
            guard file == nil || content != nil else { throw error }
            unreadable = error
        }
        (self.verification, self.unreadable) = (verification, unreadable)
        self.evidence = evidence.asking(Self.sockets(of: verification?.configuration, discovery))
    }

    /// Where the sockets of plugins are on this node, for those that the server sees elsewhere.
    private static func sockets(of configuration: EncryptionConfiguration?, _ discovery: EtcdDiscovery?) -> [String] {
        guard let discovery else { return [] }
        return (configuration?.plugins ?? []).compactMap { plugin in
            let socket = KMSEndpoint(plugin.endpoint).socket
            guard socket.utf8.first == UInt8(ascii: "/"),
                case .file(let path)? = try? discovery.command.nodePath(of: socket),
                path != socket
            else { return nil }
            return "\(plugin.endpoint.text)=unix://\(path)"
        }
    }

    /// The categories without which it is not known whether the server starts.
    var neededCategories: Set<CheckCategory> {
        var categories: Set<CheckCategory> = [.flags]
        if discovery?.flags.encryptionProviderConfig != nil { categories.formUnion([.file, .mount]) }
        if discovery == nil { categories.insert(.file) }
        if verification?.configuration?.plugins.isEmpty == false { categories.insert(.plugin) }
        return categories
    }

    // MARK: File

    var fileChecks: [PreflightCheck] {
        guard let path else { return [] }
        var checks = verification?.preflightChecks ?? []
        if let unreadable {
            checks.append(PreflightCheck("file-accepted", .file, stake: .start, unknown: unreadable))
        }
        // Mode, owner and links matter at the place where the server loads the file.
        let place = named ?? path
        if place != "-" {
            do throws(SystemError) {
                let file = try NodeFile(at: absolute(place), through: mount)
                checks += FileCheck.all(of: file, for: identity, through: mount) { nodePath(of: $0) }.map {
                    PreflightCheck($0, of: place)
                }
            } catch {
                // One line for one cause.
                checks.removeAll { $0.isOfUnreadableFile }
                checks.append(PreflightCheck(.missing(error), of: place))
            }
            checks.append(PreflightCheck(.manager(ConfigurationManager(of: place)), of: place))
        }
        if isChange { checks.append(PreflightCheck(.place(filePlace(path)), of: path)) }
        return checks
    }

    /// Where on the node a path of the server leads.
    private func nodePath(of path: String) -> HostPath {
        guard let discovery else { return .file(path) }
        return (try? discovery.command.nodePath(of: path)) ?? .notOnHost(path: path, because: .unknownContainer)
    }

    private func filePlace(_ path: String) -> FilePlace {
        guard let named else { return .unknown }
        if path != "-", let file = FileIdentity(of: path), file == FileIdentity(of: named) { return .named }
        do throws(FileError) {
            let content = try InputFile.read(named).content
            return (try? fileHash(content)) == hash ? .copy(of: named) : .other(path: named, exists: true)
        } catch {
            if case .reading(let error) = error.reason, error.isNoSuchFile { return .other(path: named, exists: false) }
            return .unreadable(path: named)
        }
    }

    private var identity: ServerIdentity { discovery?.command.identity ?? ServerIdentity() }

    private var mount: ContainerMount? { discovery?.flags.encryptionMount }

    private func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : SafeWrite.resolved(path)
    }

    // MARK: Flags

    func flagChecks() throws(CommandFailure) -> [PreflightCheck] {
        guard let discovery else {
            return [
                PreflightCheck(
                    "flag-configuration", .flags, .unknown,
                    CheckText(
                        "k3s passes the flags to kube-apiserver itself; no file of this node shows them.",
                        hint: "run `k3s secrets-encrypt status`"))
            ]
        }
        let flags = discovery.flags
        var checks: [FlagCheck] = [.configuration(isGiven: flags.encryptionProviderConfig != nil)]
        if !flags.misspelledFlags.isEmpty { checks.append(.misspelled(flags.misspelledFlags)) }
        if flags.encryptionProviderConfig != nil {
            checks += [.name(isRemoved: flags.usesDeprecatedName), .reload(isOn: flags.isReloading)]
        } else if flags.isReloading {
            checks.append(.reloadWithoutConfiguration)
        }
        checks += [
            .gates(rules.gates.refusals(by: rules.kubernetes), rules.kubernetes),
            .version(knownVersion, isSettled: isSettledByAllVersions),
        ]
        return checks.map { PreflightCheck($0) } + [try upgradeCheck()].compactMap { $0 }
    }

    /// Whether every known version accepts the file, or every one refuses it.
    private var isSettledByAllVersions: Bool {
        guard let path, path != "-", let content = try? Inputs.file(path).content else { return false }
        let answers = KubernetesVersion.recorded.map { version in
            ServerAnswer(
                to: content,
                options: ServerOptions(automaticReload: discovery?.flags.isReloading == true, gates: rules.gates),
                kubernetes: version, headerless: headerless
            ).isAccepted
        }
        return Set(answers).count == 1
    }

    /// What the next version makes of the file.
    private func upgradeCheck() throws(CommandFailure) -> PreflightCheck? {
        guard let path, path != "-", verification?.configuration != nil,
            let next = rules.kubernetes.path(to: .newest).first, let content = try? Inputs.file(path).content
        else { return nil }
        let upgrade = UpgradePath(
            of: content,
            options: ServerOptions(automaticReload: discovery?.flags.isReloading == true, gates: rules.gates),
            from: rules.kubernetes, to: next, headerless: rules.headerless)
        Program.redactor.learn(upgrade.meanings.flatMap(\.keys).map(\.key.secret))
        return try UpgradeReport(upgrade, file: path).preflightCheck
    }

    // MARK: Mounts

    var mountChecks: [PreflightCheck] {
        guard let discovery else { return [] }
        var checks: [MountCheck] = []
        let place = discovery.command.place
        if let path = discovery.flags.encryptionProviderConfig {
            let type: String? = if case .file(let path) = path { SELinux.type(of: path) } else { nil }
            checks += MountCheck.all(
                of: path, in: place, through: mount, found: mount.map { PathFinding(at: $0.volumePath) } ?? .nothing,
                isReloading: discovery.flags.isReloading,
                label: LabelCheck(isEnforcing: SELinux.isEnforcing, type: type, identity: identity, place: place))
        }
        for plugin in verification?.configuration?.plugins ?? [] { checks += socketChecks(plugin, discovery) }
        return checks.map { PreflightCheck($0) }
    }

    private func socketChecks(_ plugin: KMSPlugin, _ discovery: EtcdDiscovery) -> [MountCheck] {
        let socket = KMSEndpoint(plugin.endpoint).socket
        guard socket.utf8.first != UInt8(ascii: "@") else {
            return [.socket(plugin.name, .abstract(isInNodeNetwork: identity.isInNodeNetwork))]
        }
        switch nodePath(of: socket) {
        case .notOnHost(let path, let absence): return [.socket(plugin.name, .invisible(path, absence))]
        case .file(let path):
            return MountCheck.all(
                of: plugin.name,
                at: MountCheck.Socket(at: path, through: discovery.command.mount(of: socket), for: identity),
                in: discovery.command.place)
        }
    }

    // MARK: Plugins and stored values

    func pluginChecks(_ file: ConfigurationFile) throws(CommandFailure) -> [PreflightCheck] {
        let endpoints = evidence.kms.endpoints
        let plugins = try endpoints.plugins(of: [file.configuration])
        return KMSStatusReport(
            file: file.path,
            rows: plugins.map { plugin, provider in
                KMSStatusReport.Row(plugin, endpoint: endpoints.endpoint(of: plugin).text, PluginClient(provider))
            }
        ).preflightChecks(isElsewhere: isAskingElsewhere)
    }

    /// What counts as unreadable. Stale values and plaintext stay readable.
    private static let failOn: Set<FindingCode> = [.unreadable, .notObject, .moved, .archived]

    /// Whether stored values are readable under the configuration, or without one if the server has none.
    func storedChecks() throws(CommandFailure) -> [PreflightCheck] {
        let isWithout = discovery != nil && discovery?.flags.encryptionProviderConfig == nil
        guard let file = isWithout ? ConfigurationFile.none : configuration else { return [] }
        let sources: [EvidenceSource]
        let plugins = PluginUnwrapping()
        let readsEtcd = evidence.snapshots.isEmpty || evidence.etcd.etcd
        do throws(CommandFailure) {
            // A snapshot takes the place of the etcd that the manifest names, unless both are asked for.
            sources = try evidence.sources(under: file, asking: plugins, readsEtcd: readsEtcd)
        } catch {
            guard error.status != .usage else { throw error }
            return [PreflightCheck("stored-readable", .stored, stake: .reading, unknown: error)]
        }
        var checks: [PreflightCheck] = []
        // kube-apiserver reads all objects when it starts, and asks for each key once.
        var calls = 0
        for source in sources {
            let report = AuditReport(
                path: source.name, configurations: [file], result: source.result, failOn: Self.failOn,
                options: evidence.options)
            checks += try report.preflightChecks(id: "stored-readable", .stored)
            calls = max(calls, report.openPluginCalls)
        }
        calls += plugins.decryptCalls
        if !file.configuration.plugins.isEmpty {
            checks.append(
                PreflightCheck(
                    "stored-start", .stored, .ok,
                    CheckText("A start of kube-apiserver makes \(counted(calls, "Decrypt call")) to KMS plugins.")))
        }
        return checks + [sourceCheck(readsEtcd: readsEtcd)].compactMap { $0 }
    }

    /// Whether what was read is all that the server stores; nil if it is.
    private func sourceCheck(readsEtcd: Bool) -> PreflightCheck? {
        guard readsEtcd, evidence.etcd.connection.endpoints == nil else {
            let text: CheckText =
                readsEtcd
                ? CheckText(
                    "With --endpoints it is not shown that this is the etcd of the server.", hint: "omit --endpoints")
                : CheckText(
                    "A snapshot does not show what was written after it, or stored elsewhere.",
                    hint: "omit --evidence to read the etcd of the manifest")
            return PreflightCheck("stored-source", .stored, .unknown, stake: .reading, text)
        }
        return nil
    }

    // MARK: Servers

    /// The file that the server of the manifest loads now, if it is another one.
    private func fileInForce(besides file: ConfigurationFile) throws(CommandFailure) -> ConfigurationFile? {
        guard isChange, let named else { return nil }
        switch filePlace(file.path) {
        case .named, .copy, .other(_, exists: false), .unknown: return nil
        case .other(_, exists: true), .unreadable: return try Inputs.configuration(named, rules)
        }
    }

    /// Whether the file can replace the one in force.
    func changeChecks(_ file: ConfigurationFile) -> [PreflightCheck] {
        do throws(CommandFailure) {
            guard let old = try fileInForce(besides: file) else { return [] }
            let proof = try readsStored ? evidence.evidence(under: old, before: file) : nil
            let report = TransitionReport.judging(from: old.configuration, to: file.configuration, proof, console)
            let options = readsStored ? sourceOptions : []
            return [report.preflightCheck(new: file.path, old: old.path, options: options)]
        } catch {
            return [PreflightCheck("servers-change", .servers, stake: .reading, unknown: error)]
        }
    }

    /// The options with which another command reads the same stored values.
    private var sourceOptions: [String] {
        let connection = evidence.etcd.connection
        return (connection.discoverFrom.flatMap { shellArgument($0) }.map { ["--discover-from", $0] } ?? [])
            + (connection.preset.map { ["--preset", $0.distribution.rawValue] } ?? [])
            + evidence.snapshots.compactMap { shellArgument($0) }.flatMap { ["--evidence", $0] }
    }

    /// Whether all servers run the file in force.
    ///
    /// - Parameter etcd: The etcd of the manifest, which has to be that of the servers; nil to leave it alone.
    func serverChecks(
        _ file: ConfigurationFile, _ options: KubernetesOptions, etcd: EtcdOptions?
    ) -> [PreflightCheck] {
        do throws(CommandFailure) {
            let inForce = try fileInForce(besides: file) ?? file
            let servers = try ClusterServers(options, etcd: etcd, APISettings(), console)
            let look = try servers.look(for: inForce, isThorough: true)
            return try servers.report(look, of: inForce, isSettlingAwaited: false).preflightChecks
        } catch {
            return [PreflightCheck("servers-file", .servers, unknown: error)]
        }
    }

    // MARK: Backups

    /// Whether each backup is readable, and where the archives are.
    func backupChecks(
        _ file: ConfigurationFile, _ backups: [String], archives paths: [String]
    ) throws(CommandFailure) -> [PreflightCheck] {
        var archives: [ConfigurationFile] = []
        var checks: [PreflightCheck] = []
        for path in paths {
            archives.append(try Inputs.configuration(path, rules))
            let isRemote = FileSystemKind(of: path) == .network
            checks.append(
                PreflightCheck(
                    "backup-archive", .backup, subject: fileName(path), isRemote ? .ok : .warning,
                    isRemote
                        ? CheckText("\(path) is on another machine.")
                        : CheckText(
                            "\(path) is on this node: if the node is lost, older backups are unreadable.",
                            hint: "keep a copy of the archive elsewhere, apart from the backups")))
        }
        let configurations = [file] + archives
        for path in Inputs.distinct(backups, console) {
            do throws(CommandFailure) {
                let unwrapping = try evidence.kms.unwrapping(for: configurations.map(\.configuration))
                let run = AuditRun(configurations: configurations, unwrapping: unwrapping, options: evidence.options)
                let result: AuditResult
                do throws(AuditError) {
                    result = try run.audit(snapshot: path, progress: AuditProgressLine(path))
                } catch {
                    throw error.failure
                }
                let report = AuditReport(
                    path: path, configurations: configurations, result: result,
                    // What an archive has the key of is readable after a restore.
                    failOn: Self.failOn.subtracting([.archived]), options: evidence.options)
                checks += try report.preflightChecks(id: "backup-readable", .backup)
            } catch {
                checks.append(PreflightCheck("backup-readable", .backup, subject: fileName(path), unknown: error))
            }
        }
        return checks
    }
}
