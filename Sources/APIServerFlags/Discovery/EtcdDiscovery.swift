internal import DurableFiles
internal import GoText
public import KubernetesResources
internal import SecretMemory

/// What a kube-apiserver's manifest or unit says about its etcd, for `--discover-from`.
public struct EtcdDiscovery: Sendable {
    /// The path of the manifest or unit; `-` is standard input.
    public let path: String
    public let flags: APIServerFlags
    /// How the server is started, and what of the node it sees.
    public let command: APIServerCommand
    /// The optional files of variables that do not exist.
    public let missingVariableFiles: [String]

    /// Reads a manifest, a unit, a file of arguments or what describes a container, and what it refers to.
    public static func read(_ path: String) throws(DiscoveryError) -> EtcdDiscovery {
        let content = try read(file: path)
        var missing: [String] = []
        let command: APIServerCommand
        if ArgumentFile.isLikely(content.span) {
            command = try explaining(path) { () throws(APIServerFlagsError) in
                try ArgumentFile.read(content.span, path: path)
            }
        } else if ScriptFile.isLikely(content.span) {
            command = try explaining(path) { () throws(APIServerFlagsError) in try ScriptFile.read(content.span) }
        } else if SystemdUnit.isUnit(content.span) {
            command = try unit(content, path, &missing)
        } else {
            command = try explaining(path) { () throws(APIServerFlagsError) in
                try APIServerCommand.read(manifest: SecretBytes(copying: content.span))
            }
        }
        let config = try openShiftConfig(of: command, path)
        let flags = try explaining(path) { () throws(APIServerFlagsError) in
            try command.flags(openShiftConfig: config)
        }
        return EtcdDiscovery(path: path, flags: flags, command: command, missingVariableFiles: missing)
    }

    private static func unit(
        _ content: SecretKey, _ path: String, _ missing: inout [String]
    ) throws(DiscoveryError) -> APIServerCommand {
        let unit = try explaining(path) { () throws(APIServerFlagsError) in try SystemdUnit(parsing: content.span) }
        if path != "-" { try refuseDropIns(of: path) }
        var files: [SecretKey?] = []
        for file in unit.environmentFiles {
            let content = try variables(file, of: path)
            if content == nil, file.isOptional { missing.append(file.path) }
            files.append(content)
        }
        return try explaining(path) { () throws(APIServerFlagsError) in try unit.command(environmentFiles: files) }
    }

    /// The file of `--openshift-config`; nil without the flag.
    private static func openShiftConfig(
        of command: APIServerCommand, _ path: String
    ) throws(DiscoveryError) -> OpenShiftConfig? {
        let place = try explaining(path) { () throws(APIServerFlagsError) in try command.openShiftConfig }
        switch place {
        case nil: return nil
        case .notOnHost(let file, let absence): throw .openShiftConfig(path, .notOnNode(file, absence))
        case .file(let file):
            let content = try openShiftFile(file, of: path)
            return try explaining(file) { () throws(APIServerFlagsError) in
                try OpenShiftConfig(parsing: SecretBytes(copying: content.span))
            }
        }
    }

    private static func openShiftFile(_ file: String, of path: String) throws(DiscoveryError) -> SecretKey {
        do { return try InputFile.read(file).content } catch { throw .openShiftConfig(path, .file(error)) }
    }

    private static func read(file path: String) throws(DiscoveryError) -> SecretKey {
        do { return try InputFile.read(path).content } catch { throw .file(error) }
    }

    private static func explaining<Result>(
        _ path: String, _ body: () throws(APIServerFlagsError) -> Result
    ) throws(DiscoveryError) -> Result {
        do { return try body() } catch { throw .flags(path, error) }
    }

    private static func refuseDropIns(of path: String) throws(DiscoveryError) {
        let files = try DropIns.files(of: path)
        guard files.isEmpty else { throw .dropIns(path, files) }
    }

    /// The bytes of a file of variables; nil if the file does not exist.
    private static func variables(
        _ file: SystemdUnit.EnvironmentFile, of unit: String
    ) throws(DiscoveryError) -> SecretKey? {
        do {
            return try InputFile.read(file.path).content
        } catch {
            if case .reading(let error) = error.reason, error.isNoSuchFile { return nil }
            throw .variables(unit, error)
        }
    }

    /// The configuration in force.
    public func configuration() throws(DiscoveryError) -> String {
        guard let file = flags.encryptionProviderConfig else { throw .noConfiguration(path) }
        return try nodePath(of: file, "--encryption-provider-config")
    }

    /// The servers of the main cluster.
    public func servers() throws(DiscoveryError) -> [String] {
        guard !flags.etcdServers.isEmpty else { throw .noServers(path) }
        return flags.etcdServers
    }

    /// The path on this node of `--etcd-cafile`; nil without the flag.
    public func authorityFile() throws(DiscoveryError) -> String? {
        try flags.etcdAuthorityFile.map { file throws(DiscoveryError) in try nodePath(of: file, "--etcd-cafile") }
    }

    /// The path on this node of `--etcd-certfile`; nil without the flag.
    public func certificateFile() throws(DiscoveryError) -> String? {
        try flags.etcdCertificateFile.map { file throws(DiscoveryError) in try nodePath(of: file, "--etcd-certfile") }
    }

    /// The path on this node of `--etcd-keyfile`; nil without the flag.
    public func keyFile() throws(DiscoveryError) -> String? {
        try flags.etcdKeyFile.map { file throws(DiscoveryError) in try nodePath(of: file, "--etcd-keyfile") }
    }

    /// Further clusters, and the resources that live in each of them (kubernetes, pkg/kubeapiserver,
    /// `StorageFactoryConfig`): of two overrides for one resource the later one counts.
    public var otherClusters: [(servers: [String], resources: Set<GroupResource>)] {
        var servers: [GroupResource: [String]] = [:]
        for override in flags.etcdServersOverrides {
            servers[GroupResource(resource: ByteName(override.resource), group: ByteName(override.group))] =
                override.servers
        }
        var clusters: [(servers: [String], resources: Set<GroupResource>)] = []
        var numbers: [Set<String>: Int] = [:]
        let main = Set(flags.etcdServers)
        for (resource, servers) in servers.sorted(by: { $0.key < $1.key }) where Set(servers) != main {
            if let number = numbers[Set(servers)] {
                clusters[number].resources.insert(resource)
            } else {
                numbers[Set(servers)] = clusters.count
                clusters.append((servers, [resource]))
            }
        }
        return clusters
    }

    private func nodePath(of file: HostPath, _ flag: String) throws(DiscoveryError) -> String {
        switch file {
        case .file(let path): return path
        case .notOnHost(let path, let absence): throw .notOnNode(self.path, flag: flag, path, absence)
        }
    }
}
