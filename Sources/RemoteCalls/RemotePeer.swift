public import SecretMemory

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
    /// Nil for HTTP/2 without TLS, from the first byte ("prior knowledge").
    public let tls: TLSSettings?
    /// The URL of a proxy between this side and a host (`http://`, `https://`, `socks5://`), which can hold a password; nil
    /// for none. No variable of the environment is asked.
    public let proxy: SecretKey?

    public init(_ address: Address, tls: TLSSettings? = nil, proxy: SecretKey? = nil) {
        self.address = address
        self.tls = tls
        self.proxy = proxy
    }

    public static func == (left: Self, right: Self) -> Bool {
        let isSameProxy =
            switch (left.proxy, right.proxy) {
            case (nil, nil): true
            case (let left?, let right?): left.isEqual(to: right)
            case (nil, _?), (_?, nil): false
            }
        return isSameProxy && left.address == right.address && left.tls == right.tls
    }
}

/// Certificates or a key in PEM.
public enum PEMSource: Equatable, Sendable {
    /// Read when a connection is made.
    case file(String)
    /// Read already. They never reach a file.
    case bytes(SecretKey)

    public static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.file(let left), .file(let right)): left == right
        case (.bytes(let left), .bytes(let right)): left.isEqual(to: right)
        case (.file, .bytes), (.bytes, .file): false
        }
    }
}

/// TLS 1.2 or newer, by OpenSSL.
public struct TLSSettings: Equatable, Sendable {
    /// The certificates that are trusted. Nil for those of the system.
    public var authority: PEMSource?
    /// The client's certificate and its key.
    public var certificate: PEMSource?
    public var key: PEMSource?
    /// The name that the peer's certificate must have, and that it is asked for (SNI); nil for its address.
    public var serverName: String?
    /// Whether the peer has to prove who it is.
    public var verifiesPeer: Bool

    public init(
        authority: PEMSource? = nil, certificate: PEMSource? = nil, key: PEMSource? = nil, serverName: String? = nil,
        verifiesPeer: Bool = true
    ) {
        self.authority = authority
        self.certificate = certificate
        self.key = key
        self.serverName = serverName
        self.verifiesPeer = verifiesPeer
    }

    /// With files for everything.
    public init(
        authorityFile: String?, certificateFile: String? = nil, keyFile: String? = nil, verifiesPeer: Bool = true
    ) {
        self.init(
            authority: authorityFile.map { .file($0) }, certificate: certificateFile.map { .file($0) },
            key: keyFile.map { .file($0) }, verifiesPeer: verifiesPeer)
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
    var origin: String { "\(scheme)://\(authority)" }

    /// The same for libcurl, which takes the name for TLS from it.
    var tlsOrigin: String {
        guard let name = tls?.serverName, case .host(_, let port) = address else { return origin }
        return "\(scheme)://\(Self.bracketed(name)):\(port)"
    }

    /// What libcurl is to connect to instead of the host in ``tlsOrigin`` (CURLOPT_CONNECT_TO); nil if that is the host.
    var connection: String? {
        guard let name = tls?.serverName, case .host(let host, let port) = address else { return nil }
        return "\(Self.bracketed(name)):\(port):\(Self.bracketed(host)):\(port)"
    }

    /// Host and port, as a request names them.
    var authority: String {
        guard case .host(let host, let port) = address else { return "localhost" }
        return "\(Self.bracketed(host)):\(port)"
    }

    private var scheme: String { tls == nil ? "http" : "https" }

    private static func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }

    /// How Go calls it when it cannot dial it.
    var goAddress: String {
        switch address {
        case .unixSocket(let path): "unix \(path)"
        case .abstractSocket(let name): "unix @\(name)"
        case .host: "tcp \(authority)"
        }
    }
}
