/// Who is called: where it listens, and how it is spoken to.
public struct RemotePeer: Equatable, Sendable {
    /// Where a peer listens.
    public enum Address: Equatable, Sendable {
        /// A socket in the file system.
        case unixSocket(path: String)
        /// A socket of Linux's abstract namespace; the name goes without the leading zero byte.
        case abstractSocket(name: String)
        /// A host name or an IP address (an IPv6 one without brackets).
        case host(String, port: Int)
    }

    public let address: Address
    /// Nil for HTTP/2 in clear, spoken from the first byte on ("prior knowledge").
    public let tls: TLSSettings?

    public init(_ address: Address, tls: TLSSettings? = nil) {
        self.address = address
        self.tls = tls
    }
}

/// TLS 1.2 or newer, by OpenSSL.
public struct TLSSettings: Equatable, Sendable {
    /// A file with the certificates that are trusted (PEM). Nil for those of the system.
    public var authorityFile: String?
    /// The client's certificate and its key: files, PEM.
    public var certificateFile: String?
    public var keyFile: String?
    /// Whether the peer has to prove who it is.
    public var verifiesPeer: Bool

    public init(
        authorityFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil,
        verifiesPeer: Bool = true
    ) {
        self.authorityFile = authorityFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.verifiesPeer = verifiesPeer
    }
}

extension RemotePeer: CustomStringConvertible {
    /// `unix:///run/kms.sock`, `unix:///@abstract`, `https://10.0.0.1:2379`
    public var description: String {
        switch address {
        case .unixSocket(let path): "unix://\(path)"
        case .abstractSocket(let name): "unix:///@\(name)"
        case .host: origin
        }
    }

    /// Scheme and authority of the URL. On a socket the authority is `localhost`, as gRPC has it.
    var origin: String {
        let scheme = tls == nil ? "http" : "https"
        guard case .host(let host, let port) = address else { return "\(scheme)://localhost" }
        return "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }

    /// How Go calls it when it cannot dial it.
    var goAddress: String {
        switch address {
        case .unixSocket(let path): "unix \(path)"
        case .abstractSocket(let name): "unix @\(name)"
        case .host(let host, let port): "tcp \(host.contains(":") ? "[\(host)]" : host):\(port)"
        }
    }
}
