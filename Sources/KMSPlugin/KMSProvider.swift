public import RemoteCalls

/// A KMS provider of a configuration, as far as it takes to ask its plugin.
public struct KMSProvider: Equatable, Sendable {
    public enum Version: Sendable { case v1, v2 }

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
}
