public import EnvelopeCrypto
public import GoText
public import KubernetesVersions
public import RemoteCalls

/// A KMS provider of a configuration, as far as it takes to ask its plugin.
public struct KMSProvider: Hashable, Sendable {
    public typealias Version = KMSPluginIdentity.Version

    public let name: ByteName
    public let version: Version
    /// Where the plugin listens.
    public let peer: RemotePeer
    /// For one call.
    public let timeout: Duration
    /// The version of the kube-apiserver in whose place it is asked.
    public let kubernetes: KubernetesVersion

    public init(
        name: ByteName, version: Version, peer: RemotePeer, timeout: Duration, kubernetes: KubernetesVersion = .newest
    ) {
        self.kubernetes = kubernetes
        self.name = name
        self.version = version
        self.peer = peer
        self.timeout = timeout
    }

    /// Whether both ask the same plugin, and in the same way. Sockets are compared byte by byte.
    public static func == (left: KMSProvider, right: KMSProvider) -> Bool {
        left.version == right.version && left.kubernetes == right.kubernetes && left.timeout == right.timeout
            && left.name == right.name
            && left.peer == right.peer && ByteName(left.peer.description) == ByteName(right.peer.description)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(version)
        hasher.combine(kubernetes)
        hasher.combine(timeout)
        hasher.combine(name)
        hasher.combine(ByteName(peer.description))
    }
}
