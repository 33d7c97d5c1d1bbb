public import KubernetesVersions

/// What the flags of a kube-apiserver say about its storage: where etcd is, and how values are encrypted.
///
/// Read by way of an ``APIServerCommand``. Names and meaning of the flags: k8s.io/apiserver, pkg/server/options/etcd.go, `AddFlags`.
///
/// All of it, variables included, is ordinary text, which is not wiped: a command line is no place for secrets.
public struct APIServerFlags: Equatable, Sendable {
    /// `--etcd-servers`: URLs, as they stand there. Empty if the flag is missing, and kube-apiserver would not start.
    public var etcdServers: [String] = []
    /// `--etcd-cafile`.
    public var etcdAuthorityFile: HostPath?
    /// `--etcd-certfile`.
    public var etcdCertificateFile: HostPath?
    /// `--etcd-keyfile`.
    public var etcdKeyFile: HostPath?
    /// `--etcd-prefix`; kube-apiserver takes `/registry` if it is missing.
    public var etcdPrefix: String?
    /// `--etcd-servers-overrides`, in the order in which they stand there. Of two for one resource the later one counts.
    public var etcdServersOverrides: [ServersOverride] = []
    /// `--encryption-provider-config`, or its old name `--experimental-encryption-provider-config`.
    public var encryptionProviderConfig: HostPath?
    /// The volume with that file; nil without one that is described.
    public var encryptionMount: ContainerMount?
    /// `--encryption-provider-config-automatic-reload`.
    public var isReloading = false
    /// Whether the configuration is named by the old name of the flag.
    public var usesRemovedName = false
    /// Words that were meant for the flags of the configuration, with their dashes; kube-apiserver does not know them,
    /// and does not start.
    public var misspelledFlags: [String] = []
    /// `--feature-gates`, with commas between all that were given.
    public var featureGates: String?
    /// `--storage-media-type`.
    public var storageMediaType: String?

    /// The version of kube-apiserver, by the tag of the image; nil if it is unknown, as in a systemd unit.
    public var kubernetes: KubernetesVersion?

    /// Resources that live in an etcd of their own.
    public struct ServersOverride: Equatable, Sendable {
        /// Empty for the core group.
        public let group: String
        public let resource: String
        public let servers: [String]
    }

    /// kube-apiserver reads a path that is empty as none.
    init(
        _ values: FlagValues, _ paths: some PathTranslation, kubernetes: KubernetesVersion?
    ) throws(APIServerFlagsError) {
        self.kubernetes = kubernetes
        etcdServers = try values.list(.etcdServers).map(\.text)
        etcdAuthorityFile = try paths.file(of: .etcdCAFile, in: values)
        etcdCertificateFile = try paths.file(of: .etcdCertFile, in: values)
        etcdKeyFile = try paths.file(of: .etcdKeyFile, in: values)
        etcdPrefix = try values.last(.etcdPrefix)?.text
        for item in try values.list(.etcdServersOverrides) { etcdServersOverrides.append(try Self.override(item)) }
        encryptionProviderConfig = try paths.file(of: .encryptionProviderConfig, in: values)
        encryptionMount = try values.last(.encryptionProviderConfig).flatMap { paths.mount(of: $0.text) }
        isReloading = try values.bool(.automaticReload)
        usesRemovedName = values.usesRemovedName
        misspelledFlags = values.misspelled
        let gates = try values.all(.featureGates)
        featureGates = gates.isEmpty ? nil : gates.map(\.text).joined(separator: ",")
        storageMediaType = try values.last(.storageMediaType)?.text
    }

    /// (k8s.io/apiserver, pkg/server/options/etcd.go, `Validate`, and kubernetes, pkg/kubeapiserver,
    /// `StorageFactoryConfig`.)
    private static func override(_ item: CommandWord) throws(APIServerFlagsError) -> ServersOverride {
        let halves = item.text.pieces(between: "#")
        let names = halves[0].pieces(between: "/")
        guard halves.count == 2, names.count == 2 else {
            throw APIServerFlagsError(
                .malformedValue(flag: Flag.etcdServersOverrides.rawValue), at: item.position)
        }
        return ServersOverride(
            group: names[0], resource: names[1], servers: halves[1].pieces(between: ";"))
    }
}
