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

/// A living etcd instead of a snapshot.
struct EtcdOptions: ParsableArguments {
    @Flag(
        name: .long,
        help: "Read the living etcd. The options of etcdctl and its ETCDCTL_ variables tell where it is.")
    var etcd = false
    @OptionGroup(title: "etcd") var connection: EtcdConnectionOptions
    @Option(
        name: .long,
        help: ArgumentHelp(
            "As of kube-apiserver: what its keys begin with. An audit reads nothing else of etcd then.",
            valueName: "path")
    )
    var etcdPrefix: String?
    @Flag(name: .long, help: "Let each member answer alone, although it may lag behind.")
    var serializable = false
    @Option(
        name: .long,
        help: ArgumentHelp("Ask etcd for no more than this, such as 10M. Default: no limit.", valueName: "bytes"))
    var maxBytesPerSecond: ByteCount?

    /// Whether etcd is to be read.
    var isGiven: Bool { etcd || connection.discoverFrom != nil }

    func validate() throws {
        guard isGiven else {
            let given =
                connection.given + (serializable ? ["--serializable"] : [])
                + (maxBytesPerSecond == nil ? [] : ["--max-bytes-per-second"])
            guard given.isEmpty else { throw ValidationError("\(given[0]) is for --etcd") }
            return
        }
        try connection.validateSettings()
        if let last = etcdPrefix?.split(separator: "/").last, KnownResource.stored(at: ByteName(last)) != nil {
            throw ValidationError("--etcd-prefix is what all keys begin with, such as /registry, not those of \(last)")
        }
    }

    /// The clusters that are to be read: one, or as many as kube-apiserver uses. The main one is the first.
    ///
    /// `--endpoints` beside a manifest names other ways to the main cluster; those that the manifest has besides are
    /// read all the same, since a cluster that is left out is evidence that is missing.
    ///
    /// - Parameter readingAll: Whether `--etcd-prefix` tells what the keys mean, and leaves none out.
    func sources(readingAll: Bool = false) throws(CommandFailure) -> [EtcdSource] {
        guard isGiven else { return [] }
        var walk = WalkSettings()
        walk.isSerializable = serializable
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

    /// What is known of the prefix; with a manifest it is known in any case.
    private func prefix(_ discovery: EtcdDiscovery?) -> String? {
        etcdPrefix ?? discovery.map { $0.flags.etcdPrefix ?? "/registry" }
    }
}

extension EtcdOptions {
    /// Whether the manifest that names the clusters is one of a server that runs a file: then they are all that it
    /// stores in.
    ///
    /// - Throws: If the server runs another file.
    ///
    /// - Parameter others: Hashes of other files that it may have on disk.
    func isStore(ofServersWith file: ConfigurationFile, or others: [String]) throws(CommandFailure) -> Bool {
        guard let discovery = try connection.discovery() else { return false }
        switch try discovery.comparison(with: [file.hash] + others, fileHash) {
        // With --endpoints somebody says that these are the same servers, and nothing shows it.
        case .same: return connection.endpoints == nil
        case .unknown(let reason):
            Console().warning(
                "\(fileName(discovery.path)): whether its server runs \(fileName(file.path)) cannot be told: \(reason.explanation)"
            )
            return false
        case .other(let path):
            throw CommandFailure([discovery.problem(of: file, insteadOf: path)], status: .unproven)
        }
    }

    /// An audit under another file than the servers run shows what would be, and not what is.
    func warnUnlessInForce(_ file: ConfigurationFile, _ console: Console) throws(CommandFailure) {
        guard let discovery = try connection.discovery(),
            case .other(let path) = try discovery.comparison(with: [file.hash], fileHash)
        else { return }
        let problem = discovery.problem(of: file, insteadOf: path)
        console.warning(problem.message, hint: problem.hint)
    }
}

extension EtcdDiscovery {
    /// That the server runs another file than the one at hand.
    fileprivate func problem(of file: ConfigurationFile, insteadOf path: String) -> CommandFailure.Problem {
        CommandFailure.Problem(
            message:
                "\(fileName(self.path)): The server runs \(path), and its hash differs from \(fileName(file.path)).",
            hint: "take the file that the servers run, or the manifest of a server that runs this one")
    }
}
