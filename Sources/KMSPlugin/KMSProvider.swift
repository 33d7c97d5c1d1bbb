public import EnvelopeCrypto
public import RemoteCalls

/// A KMS provider of a configuration, as far as it takes to ask its plugin.
public struct KMSProvider: Equatable, Sendable {
    public typealias Version = KMSPluginIdentity.Version

    public let name: String
    public let version: Version
    /// Where the plugin listens.
    public let peer: RemotePeer
    /// For one call.
    public let timeout: Duration

    public init(name: String, version: Version, peer: RemotePeer, timeout: Duration) {
        self.name = name
        self.version = version
        self.peer = peer
        self.timeout = timeout
    }

    /// Whether both ask the same plugin, and in the same way. Names and sockets are compared byte by byte.
    public static func == (left: KMSProvider, right: KMSProvider) -> Bool {
        left.version == right.version && left.timeout == right.timeout && left.peer == right.peer
            && left.name.utf8.elementsEqual(right.name.utf8)
            && left.peer.description.utf8.elementsEqual(right.peer.description.utf8)
    }
}
