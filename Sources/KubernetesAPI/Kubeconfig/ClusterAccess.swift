public import SecretMemory

/// What a context says: where the cluster is, how to know it, and how to prove to it who one is.
public struct ClusterAccess: Sendable {
    public var server: ServerURL
    /// The name that the certificate of the server must have; nil for the host of its URL.
    public var tlsServerName: String?
    /// The certificates that are trusted, PEM; nil for those of the system.
    public var authority: SecretKey?
    /// Whether the server need not prove anything.
    public var skipsVerification = false
    /// Nil for what the environment says, as with kubectl.
    public var proxyURL: ProxyURL?
    /// Whether answers must not be compressed.
    public var disablesCompression = false
    /// Without TLS only the user to act as: a token is never sent unencrypted.
    public var credentials = Credentials()
    public var sources = Sources()

    /// Where it came from, for messages.
    public struct Sources: Equatable, Sendable {
        public struct Entry: Equatable, Sendable {
            public let name: String
            public let file: String
        }

        public var context: String?
        public var cluster: Entry?
        public var user: Entry?

        public init() {}
    }

    public init(server: ServerURL) { self.server = server }
}
