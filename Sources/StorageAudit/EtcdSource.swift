public import EtcdClient
public import KubernetesResources

/// etcd as a source, and how it is read.
public struct EtcdSource: Sendable {
    /// Its endpoints, as reports name them.
    public let name: String
    public let client: EtcdClient
    /// The resources that live in this cluster and not in the main one; nil for the main one.
    public let resources: Set<GroupResource>?
    /// For the main one, those that live in others.
    public let elsewhere: Set<GroupResource>
    /// kube-apiserver's `--etcd-prefix`, if it is known.
    public let prefix: String?
    /// Whether only keys below the prefix are read. Only the command line can say so: the user may not read more, or
    /// another cluster uses the store too. The prefix of a manifest does not limit the read, because values elsewhere
    /// can need the same keys.
    public let isPrefixAlone: Bool
    public let transport: EtcdConnection.Transport
    public let walk: WalkSettings

    public init(
        name: String, client: EtcdClient, resources: Set<GroupResource>?, elsewhere: Set<GroupResource>,
        prefix: String?, isPrefixAlone: Bool, transport: EtcdConnection.Transport, walk: WalkSettings
    ) {
        self.name = name
        self.client = client
        self.resources = resources
        self.elsewhere = elsewhere
        self.prefix = prefix
        self.isPrefixAlone = isPrefixAlone
        self.transport = transport
        self.walk = walk
    }

    /// The prefix, if nothing else is read; as kube-apiserver cleans it.
    public var onlyPrefix: String? {
        isPrefixAlone ? prefix.map { $0.split(separator: "/").map { "/\($0)" }.joined() } : nil
    }

    public var range: KeyRange { onlyPrefix.map { KeyRange(prefix: Array("\($0)/".utf8)) } ?? .everything }
}
