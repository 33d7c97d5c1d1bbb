internal import APIServerFlags
internal import ConfigurationLint
internal import DurableFiles
internal import EncryptionConfig
internal import Explanations
internal import GoText
internal import KubernetesUpgrade
internal import KubernetesVersions
internal import NodePreflight
internal import Reports
internal import SecretMemory
internal import ShownText
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
    let evidence: EvidenceOptions
    let isChange: Bool
    let readsStored: Bool
    let console: Console
    private let knownVersion: KubernetesVersion?
    /// Whether plugins are asked at sockets of the command line.
    let isAskingElsewhere: Bool

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
        CheckCategory.needed(
            hasManifest: discovery != nil, namesFile: discovery?.flags.encryptionProviderConfig != nil,
            hasPlugins: verification?.configuration?.plugins.isEmpty == false)
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

    func filePlace(_ path: String) -> FilePlace {
        guard let named else { return .unknown }
        if path != "-", let file = FileIdentity(of: path), file == FileIdentity(of: named) { return .named }
        let comparison = try? FileInForce(at: named, with: [hash].compactMap { $0 }) {
            content throws(CommandFailure) in try fileHash(content)
        }
        return FilePlace(comparison, at: named)
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
            checks += [.name(isRemoved: flags.usesRemovedName), .reload(isOn: flags.isReloading)]
        } else if flags.isReloading {
            checks.append(.reloadWithoutConfiguration)
        }
        checks += [
            .gates(rules.gates.refusals(by: rules.kubernetes), rules.kubernetes),
            .version(knownVersion, isSettled: isSettledByAllVersions),
        ]
        return checks.map { PreflightCheck($0) } + [try upgradeCheck()].compactMap { $0 }
    }

    /// Whether it does not matter to the file which version it is.
    private var isSettledByAllVersions: Bool {
        guard let path, path != "-", let content = try? Inputs.file(path).content else { return false }
        return ServerAnswer.isSameInAllVersions(to: content, options: options, headerless: rules.headerless)
    }

    private var options: ServerOptions {
        ServerOptions(automaticReload: discovery?.flags.isReloading == true, gates: rules.gates)
    }

    /// What the next version makes of the file.
    private func upgradeCheck() throws(CommandFailure) -> PreflightCheck? {
        guard let path, path != "-", verification?.configuration != nil,
            let next = rules.kubernetes.path(to: .newest).first, let content = try? Inputs.file(path).content
        else { return nil }
        let upgrade = UpgradePath(
            of: content, options: options, from: rules.kubernetes, to: next, headerless: rules.headerless)
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
}
