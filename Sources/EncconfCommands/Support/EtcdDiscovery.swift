internal import APIServerFlags
internal import Diagnostics
internal import Glibc
internal import SecretMemory
internal import YAMLTree

/// What a kube-apiserver's manifest or unit says about its etcd, for `--discover-from`.
struct EtcdDiscovery {
    let path: String
    let flags: APIServerFlags

    static func read(_ path: String) throws(CommandFailure) -> EtcdDiscovery {
        let content = try InputFile.read(path).content
        do throws(APIServerFlagsError) {
            guard SystemdUnit.isUnit(content.span) else {
                return EtcdDiscovery(path: path, flags: try .read(manifest: SecretBytes(copying: content.span)))
            }
            let unit = try SystemdUnit(parsing: content.span)
            let files = unit.environmentFiles.map { try? InputFile.read($0.path).content }
            return EtcdDiscovery(path: path, flags: try unit.flags(environmentFiles: files))
        } catch {
            let place = error.position.map { ":\($0.line):\($0.column)" } ?? ""
            throw CommandFailure("\(InputFile.name(path))\(place): \(error.explanation)", hint: error.hint)
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

    /// Further clusters, in which some resources live.
    var otherServers: [[String]] {
        var seen: Set<[String]> = [flags.etcdServers]
        return flags.etcdServersOverrides.map(\.servers).filter { seen.insert($0).inserted }
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
