internal import RemoteCalls
internal import SecretMemory

/// Ways to the servers of a cluster, for one person.
public struct ClusterConnection: Sendable {
    /// The address of the kubeconfig: a load balancer, or a server.
    public let entry: APIServer
    /// The servers that the person named, by their addresses.
    public let named: [(address: String, server: APIServer)]
    private let connect: @Sendable (ServerURL) -> APIServer
    private let isSecure: Bool

    /// - Parameters:
    ///   - access: What a kubeconfig says; nil if every named server brings its own rights.
    ///   - named: The servers of `--server`; without a kubeconfig at least one.
    ///   - tlsServerName: The name in the certificates of all servers, where it is not that of the kubeconfig.
    ///   - isInteractive: Whether an exec plugin may ask at the terminal.
    public init(
        access: ClusterAccess?, named: [(text: String, url: ServerURL)], tlsServerName: String?, isInteractive: Bool,
        settings: APISettings
    ) throws(ConnectionError) {
        guard let first = access?.server ?? named.first?.url else { throw .nowhere }
        var merged = access ?? ClusterAccess(server: first)
        if let tlsServerName { merged.tlsServerName = tlsServerName }
        let access = merged
        let person = Person(access.credentials, isInteractive: isInteractive, isCancelled: settings.isCancelled)
        let certificate = try person.certificate()
        let server: @Sendable (ServerURL) -> APIServer = { url in
            APIServer(
                RemotePeer(url, access, certificate), pathPrefix: url.path,
                allowsCompression: !access.disablesCompression, settings: settings,
                // A token is never sent without TLS, and the proxy behind a socket adds its own.
                identity: { wasRefused throws(CredentialProblem) in
                    try person.fields(isTokenSent: url.isSecure, wasRefused: wasRefused)
                })
        }
        entry = server(access.server)
        self.named = named.map { (Self.address(of: $0.url) ?? $0.text, server($0.url)) }
        isSecure = access.server.isSecure
        connect = server
    }

    /// `192.0.2.10:6443`, as Leases have it; nil for a socket, and for a server behind a path.
    private static func address(of url: ServerURL) -> String? {
        guard case .host(let host, let port) = url.address, url.path.isEmpty else { return nil }
        return host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// A connection to one server itself, not through the load balancer, with the same credentials and the same
    /// authority.
    public func server(host: String, port: Int) -> APIServer {
        connect(ServerURL(.host(host, port: port), isSecure: isSecure))
    }
}

/// Why there is no way to a cluster.
public enum ConnectionError: Error, Sendable {
    /// Neither a kubeconfig nor a server is named.
    case nowhere
    case credentials(CredentialProblem)
}

extension RemotePeer {
    fileprivate init(_ url: ServerURL, _ access: ClusterAccess, _ certificate: ClientCertificate?) {
        switch url.address {
        case .socket(let path): self.init(.unixSocket(path: path))
        case .host(let host, let port):
            let tls =
                url.isSecure
                ? TLSSettings(
                    authority: access.authority.map { .bytes($0) },
                    certificate: certificate.map { .bytes($0.certificate) }, key: certificate.map { .bytes($0.key) },
                    serverName: access.tlsServerName, verifiesPeer: !access.skipsVerification) : nil
            self.init(.host(host, port: port), tls: tls, proxy: access.proxyURL?.text)
        }
    }
}
