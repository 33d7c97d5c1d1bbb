internal import APIServerFlags
internal import ArgumentParser
internal import EtcdClient
internal import KubernetesResources
internal import RemoteCalls

/// A living etcd, and how it is read.
struct EtcdSource {
    /// Its endpoints, as reports name them.
    let name: String
    let client: EtcdClient
    /// The resources that live in this cluster and not in the main one; nil for the main one.
    let resources: Set<GroupResource>?
    /// For the main one, those that live in others.
    let elsewhere: Set<GroupResource>
    /// kube-apiserver's `--etcd-prefix`, if it is known.
    let prefix: String?
    /// Whether nothing but what stands below the prefix is to be read: the command line says so, because the user may
    /// not read more, or the store is another cluster's too. What a manifest says is no reason to leave anything out:
    /// values elsewhere can need the same keys.
    let isPrefixAlone: Bool
    let transport: EtcdConnection.Transport
    let walk: WalkSettings

    /// The prefix, if nothing else is read; as kube-apiserver cleans it.
    var onlyPrefix: String? {
        isPrefixAlone ? prefix.map { $0.split(separator: "/").map { "/\($0)" }.joined() } : nil
    }

    var range: KeyRange { onlyPrefix.map { KeyRange(prefix: Array("\($0)/".utf8)) } ?? .everything }
}

/// A living etcd instead of a snapshot.
struct EtcdOptions: ParsableArguments {
    @Flag(
        name: .long,
        help: "Read the living etcd. The options of etcdctl and its ETCDCTL_ variables tell where it is.")
    var etcd = false
    @OptionGroup var connection: EtcdConnectionOptions
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
        if let last = etcdPrefix?.split(separator: "/").last, KnownResource.stored(at: String(last)) != nil {
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
                transport: connection.transport(to: try connection.peers()), walk: walk)
        }
        var sources = [try source(connection, nil)]
        for (servers, resources) in discovery?.otherClusters ?? [] {
            var other = connection
            other.endpoints = servers
            if let problem = other.problem { throw CommandFailure(problem) }
            sources.append(try source(other, resources))
        }
        return sources
    }

    /// What is known of the prefix; with a manifest it is known in any case.
    private func prefix(_ discovery: EtcdDiscovery?) -> String? {
        etcdPrefix ?? discovery.map { $0.flags.etcdPrefix ?? "/registry" }
    }
}
