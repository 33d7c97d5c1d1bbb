internal import APIServerFlags
internal import Diagnostics
internal import Glibc
internal import KubernetesResources
internal import SecretMemory
internal import Synchronization
internal import YAMLTree

/// What a kube-apiserver's manifest or unit says about its etcd, for `--discover-from`.
struct EtcdDiscovery {
    let path: String
    let flags: APIServerFlags

    /// What was read in this run, so that servers and configuration come from one state of the file, and standard
    /// input is read once.
    private static let known = Mutex<[String: EtcdDiscovery]>([:])

    static func read(_ path: String) throws(CommandFailure) -> EtcdDiscovery {
        if let discovery = known.withLock({ $0[path] }) { return discovery }
        let discovery = EtcdDiscovery(path: path, flags: try readFlags(path))
        known.withLock { $0[path] = discovery }
        return discovery
    }

    private static func readFlags(_ path: String) throws(CommandFailure) -> APIServerFlags {
        let content = try InputFile.read(path).content
        guard SystemdUnit.isUnit(content.span) else {
            return try explaining(path) { () throws(APIServerFlagsError) in
                try .read(manifest: SecretBytes(copying: content.span))
            }
        }
        let unit = try explaining(path) { () throws(APIServerFlagsError) in try SystemdUnit(parsing: content.span) }
        if path != "-" { try refuseDropIns(of: path) }
        var files: [SecretKey?] = []
        for file in unit.environmentFiles { files.append(try variables(file, of: path)) }
        return try explaining(path) { () throws(APIServerFlagsError) in try unit.flags(environmentFiles: files) }
    }

    private static func explaining<Result>(
        _ path: String, _ body: () throws(APIServerFlagsError) -> Result
    ) throws(CommandFailure) -> Result {
        do throws(APIServerFlagsError) {
            return try body()
        } catch {
            let place = error.position.map { ":\($0.line):\($0.column)" } ?? ""
            throw CommandFailure("\(InputFile.name(path))\(place): \(error.explanation)", hint: error.hint)
        }
    }

    private static func refuseDropIns(of path: String) throws(CommandFailure) {
        let files = try DropIns.files(of: path)
        guard !files.isEmpty else { return }
        let names = files.prefix(3).map(\.printable).joined(separator: ", ") + (files.count > 3 ? ", …" : "")
        throw CommandFailure(
            "\(path.printable): drop-ins change this unit: \(names)",
            hint: "`systemctl cat \(DropIns.lastPart(path)) | encconf … --discover-from -` takes them along")
    }

    /// The bytes of a file of variables; nil if there is none.
    private static func variables(
        _ file: SystemdUnit.EnvironmentFile, of unit: String
    ) throws(CommandFailure) -> SecretKey? {
        var status = stat()
        if unsafe stat(file.path, &status) != 0, errno == ENOENT {
            if file.isOptional {
                Console().note("\(InputFile.name(unit)): \(file.path) of EnvironmentFile= does not exist; passed over")
            }
            return nil
        }
        do throws(CommandFailure) {
            return try InputFile.read(file.path).content
        } catch {
            throw CommandFailure(
                "\(InputFile.name(unit)): EnvironmentFile= \(error.problems[0].message)",
                hint: "systemd reads it as root; --endpoints, --cacert, --cert and --key say the same",
                status: error.status
            )
        }
    }

    /// The configuration in force.
    func configuration() throws(CommandFailure) -> String {
        guard let file = flags.encryptionProviderConfig else {
            throw CommandFailure(
                "\(path.printable): has no --encryption-provider-config, so this server encrypts nothing",
                hint: "--config FILE names a configuration all the same")
        }
        return try nodePath(of: file, "--encryption-provider-config")
    }

    /// Takes the servers and certificates where the command line does not name others.
    func complete(_ connection: inout EtcdConnection) throws(CommandFailure) {
        if connection.endpoints == nil {
            guard !flags.etcdServers.isEmpty else {
                throw CommandFailure(
                    "\(path.printable): has no --etcd-servers", hint: "--endpoints names the servers all the same")
            }
            connection.endpoints = flags.etcdServers
        }
        if connection.authorityFile == nil, let file = flags.etcdAuthorityFile {
            connection.authorityFile = try nodePath(of: file, "--etcd-cafile")
        }
        guard connection.certificateFile == nil, connection.keyFile == nil else { return }
        if let file = flags.etcdCertificateFile {
            connection.certificateFile = try nodePath(of: file, "--etcd-certfile")
        }
        if let file = flags.etcdKeyFile { connection.keyFile = try nodePath(of: file, "--etcd-keyfile") }
    }

    /// Further clusters, and the resources that live in each of them (kubernetes, pkg/kubeapiserver,
    /// `StorageFactoryConfig`): of two overrides for one resource the later one counts.
    var otherClusters: [(servers: [String], resources: Set<GroupResource>)] {
        var servers: [GroupResource: [String]] = [:]
        for override in flags.etcdServersOverrides {
            servers[GroupResource(resource: override.resource, group: override.group)] = override.servers
        }
        var clusters: [(servers: [String], resources: Set<GroupResource>)] = []
        for (resource, servers) in servers.sorted(by: { $0.key < $1.key }) where Set(servers) != Set(flags.etcdServers)
        {
            if let index = clusters.firstIndex(where: { Set($0.servers) == Set(servers) }) {
                clusters[index].resources.insert(resource)
            } else {
                clusters.append((servers, [resource]))
            }
        }
        return clusters
    }

    private func nodePath(of file: HostPath, _ flag: String) throws(CommandFailure) -> String {
        switch file {
        case .file(let path): return path
        case .notOnHost(let path, let absence):
            throw CommandFailure(
                "\(self.path.printable): \(flag) \(path.printable) is not told to be a file of this node: "
                    + absence.explanation,
                hint: "copy the file here and name it on the command line")
        }
    }
}

extension HostPath.Absence {
    fileprivate var explanation: String {
        switch self {
        case .notMounted: "no volume is mounted there"
        case .volume(let name, let source?): "volume \(name.printable) is a \(source.printable), no folder of the node"
        case .volume(let name, nil): "the pod has no volume \(name.printable)"
        case .relative: "the path is relative"
        case .ownRoot: "the service has a root of its own"
        case .ownMount(let setting): "\(setting)= of the unit may put something else there"
        }
    }
}

extension APIServerFlagsError {
    fileprivate var explanation: String {
        switch reason {
        case .tooLarge(let count): "\(count) bytes are too many for a manifest or unit"
        case .tooMuchText: "its variables unfold to too much text"
        case .notYAML(let error): "neither YAML nor a unit of systemd: \(error.message)"
        case .notText: "neither YAML nor a unit of systemd, but bytes that are no text"
        case .noPod: "is no Pod"
        case .malformedField(let path): "\(path.printable) is missing or of the wrong type"
        case .noAPIServer(let programs) where programs.isEmpty: "runs no kube-apiserver"
        case .noAPIServer(let programs):
            "runs no kube-apiserver, but \(programs.map(\.printable).joined(separator: ", "))"
        case .severalAPIServers: "runs more than one kube-apiserver"
        case .missingValue(let flag): "\(flag.printable) has no value"
        case .malformedValue(let flag): "\(flag.printable) has a value that kube-apiserver refuses"
        case .unknownVariable(let flag?, let variable):
            "\(flag.printable) rests on \(variable.printable), which is not told"
        case .unknownVariable(nil, let variable): "a word rests on \(variable.printable), which is not told"
        case .unsupported(.hereDocument): "a here-document in the script is not followed"
        case .unsupported(.shellWithoutScript): "a shell runs a script that does not stand here"
        case .unsupported(.splitString): "`env -S` is not followed"
        case .unsupported(.environmentFilePattern): "a pattern in EnvironmentFile= is not followed"
        case .unclosedQuote: "a quote is never closed"
        case .missingEnvironmentFile(let path): "\(path.printable) of EnvironmentFile= cannot be read"
        }
    }

    fileprivate var hint: String {
        switch reason {
        case .noAPIServer, .noPod:
            "name the manifest or unit of kube-apiserver; k3s has none: --endpoints, --cacert, --cert and --key say the same"
        default: "--endpoints, --cacert, --cert and --key say the same"
        }
    }
}
