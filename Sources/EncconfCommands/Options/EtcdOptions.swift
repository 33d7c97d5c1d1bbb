internal import APIServerFlags
internal import ArgumentParser
internal import EncryptionConfig
internal import EtcdClient
internal import Explanations
internal import GoText
internal import KubernetesResources
internal import RemoteCalls
internal import SecretMemory
internal import ShownText
internal import StorageAudit
internal import Terminal

/// etcd as a source of stored values.
struct EtcdOptions: ParsableArguments {
    @Flag(name: .long, help: "Read etcd. Uses the options and variables of etcdctl.")
    var etcd = false
    @OptionGroup var connection: EtcdConnectionOptions
    @Option(name: .long, help: ArgumentHelp("Same as kube-apiserver --etcd-prefix.", valueName: "path"))
    var etcdPrefix: String?
    @Option(name: .long, help: ArgumentHelp("Limit the read rate, for example 10M.", valueName: "bytes"))
    var maxBytesPerSecond: ByteCount?

    /// Whether etcd is a source.
    var isGiven: Bool { etcd || connection.isDiscovered }

    func validate() throws {
        guard isGiven else {
            let given =
                connection.given + (maxBytesPerSecond == nil ? [] : ["--max-bytes-per-second"])
            guard given.isEmpty else { throw ValidationError("\(given[0]) is for --etcd") }
            return
        }
        try connection.validateSettings()
        if let last = etcdPrefix?.split(separator: "/").last, KnownResource.stored(at: ByteName(last)) != nil {
            throw ValidationError(
                "--etcd-prefix is the start of all etcd keys, such as /registry; \(last) is a resource")
        }
    }

    /// The etcd clusters to read: one, or all that kube-apiserver uses. The main cluster is the first.
    ///
    /// `--endpoints` beside a manifest replaces the addresses of the main cluster. The other clusters of the manifest are
    /// still read, because a missing cluster is missing evidence.
    ///
    /// - Parameters:
    ///   - isSerializable: Whether a member may answer without the others.
    ///   - readingAll: Whether keys outside `--etcd-prefix` are read too.
    func sources(isSerializable: Bool = false, readingAll: Bool = false) throws(CommandFailure) -> [EtcdSource] {
        guard isGiven else { return [] }
        var walk = WalkSettings()
        walk.isSerializable = isSerializable
        walk.maxBytesPerSecond = maxBytesPerSecond?.value
        let discovery = try connection.discovery()
        let connection = try connection.connection(discovery)
        let prefix = prefix(discovery)
        let elsewhere = Set((discovery?.otherClusters ?? []).flatMap(\.resources))
        func source(
            _ connection: EtcdConnection, _ resources: Set<GroupResource>?
        ) throws(CommandFailure) -> EtcdSource {
            EtcdSource(
                name: connection.name, client: try connection.client(), resources: resources,
                elsewhere: resources == nil ? elsewhere : [], prefix: prefix,
                isPrefixAlone: etcdPrefix != nil && !readingAll,
                transport: try transport(of: connection), walk: walk)
        }
        var sources = [try source(connection, nil)]
        for (servers, resources) in discovery?.otherClusters ?? [] {
            var other = connection
            other.endpoints = servers
            if let problem = other.problem { throw CommandFailure(problem.explanation) }
            sources.append(try source(other, resources))
        }
        return sources
    }

    private func transport(of connection: EtcdConnection) throws(CommandFailure) -> EtcdConnection.Transport {
        do { return connection.transport(to: try connection.peers()) } catch { throw CommandFailure(error.explanation) }
    }

    /// The etcd prefix, if known; a manifest always has one.
    private func prefix(_ discovery: EtcdDiscovery?) -> String? {
        etcdPrefix ?? discovery.map { $0.flags.etcdPrefix ?? "/registry" }
            ?? (connection.preset?.distribution == .k3s ? "/registry" : nil)
    }
}

/// `--serializable` where it is refused: a member that lags may miss values, so its answer proves nothing.
struct LinearizableOptions: ParsableArguments {
    @Flag(name: .customLong("serializable"), help: .hidden)
    var isSerializable = false

    func validate() throws {
        guard !isSerializable else {
            throw ValidationError("--serializable cannot be used for evidence: a member that lags may miss values")
        }
    }
}

/// `--serializable`, for commands that read etcd and prove nothing.
struct SerializableOptions: ParsableArguments {
    @Flag(name: .long, help: "Allow reads from a member that may lag behind.")
    var serializable = false

    /// Refuses the option without etcd to read.
    func check(_ etcd: EtcdOptions) throws {
        guard !serializable || etcd.isGiven else { throw ValidationError("--serializable is for --etcd") }
    }
}

extension EtcdOptions {
    /// Whether the manifest is of a server that runs a file: then its clusters are everything that the server stores in.
    ///
    /// - Throws: If the server runs another file.
    ///
    /// - Parameter others: Hashes of other files that the server may have on disk.
    func isStore(ofServersWith file: ConfigurationFile, or others: [String]) throws(CommandFailure) -> Bool {
        guard let discovery = try connection.discovery() else { return false }
        switch try discovery.comparison(with: [file.hash] + others, fileHash) {
        // With --endpoints nothing proves that these are the same servers.
        case .same: return connection.endpoints == nil
        case .unknown(let reason):
            Console().warning(
                "\(fileName(discovery.path)): Cannot tell whether the server runs \(fileName(file.path)): "
                    + "\(reason.explanation)"
            )
            return false
        case .other(let path):
            throw CommandFailure([discovery.problem(of: file, insteadOf: path)], status: .unproven)
        }
    }

    /// Warns if the servers run another file: then the audit does not show their state.
    func warnUnlessInForce(_ file: ConfigurationFile, _ console: Console) throws(CommandFailure) {
        guard let discovery = try connection.discovery(),
            case .other(let path) = try discovery.comparison(with: [file.hash], fileHash)
        else { return }
        let problem = discovery.problem(of: file, insteadOf: path)
        console.warning(problem.message, hint: problem.hint)
    }
}

extension EtcdDiscovery {
    /// The error that the server runs another file.
    fileprivate func problem(of file: ConfigurationFile, insteadOf path: String) -> CommandFailure.Problem {
        CommandFailure.Problem(
            message:
                "\(fileName(self.path)): The server runs \(path), and its hash differs from \(fileName(file.path)).",
            hint: "use the file that the servers run, or the manifest of a server that runs this file")
    }
}
