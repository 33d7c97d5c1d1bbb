public import DurableFiles
public import RemoteCalls
public import SecretMemory

/// How a cluster is reached, once flags, variables and manifest are put together.
public struct EtcdConnection: Sendable {
    /// Nil for etcdctl's own default.
    public var endpoints: [String]?
    public var authorityFile: String?
    public var certificateFile: String?
    public var keyFile: String?
    /// `name` or `name:password`.
    public var user: String?
    public var password: String?
    /// Whether an endpoint without a scheme is used without TLS, if there is no certificate.
    public var allowsClear = true
    public var skipsVerification = false
    public var dialTimeout: Duration?
    public var commandTimeout: Duration?

    public static let defaultEndpoint = "127.0.0.1:2379"

    public init() {}

    /// Why no cluster can be reached with these settings.
    public enum Problem: Error, Sendable {
        /// Not an endpoint. The text before an `@` may be a password, and is omitted.
        case endpoint(String)
        case noEndpoint
        /// There is a certificate without its key, or the reverse.
        case certificateWithoutKey
        case passwordWithoutUser
        /// A certificate or key cannot be read.
        case file(String, SystemError)
    }

    /// The first problem of the settings; nil without one.
    public var problem: Problem? {
        for text in endpoints ?? [] where EtcdEndpoint(text) == nil {
            return .endpoint(text.split(separator: "@").last.map { String($0) } ?? "")
        }
        if endpoints?.isEmpty == true { return .noEndpoint }
        // etcd, client/pkg/transport/listener.go, `ClientConfig`.
        if (certificateFile == nil) != (keyFile == nil) { return .certificateWithoutKey }
        return user == nil && password != nil ? .passwordWithoutUser : nil
    }

    /// The endpoints, as reports name them.
    public var name: String { (endpoints ?? [Self.defaultEndpoint]).joined(separator: ",") }

    /// Whether anybody on the way could answer in etcd's place.
    public enum Transport: String, Sendable {
        /// The certificates of all servers are verified, or they listen on sockets of this machine.
        case verified
        /// One server at least is not asked who it is.
        case unverified
        /// One server at least is spoken to without TLS.
        case clear
    }

    /// What holds for all of the servers.
    public func transport(to peers: [RemotePeer]) -> Transport {
        let remote = peers.filter { if case .host = $0.address { true } else { false } }
        if remote.contains(where: { $0.tls == nil }) { return .clear }
        return skipsVerification && !remote.isEmpty ? .unverified : .verified
    }

    /// The servers, in order.
    ///
    /// - Throws: The file of a certificate that cannot be read.
    public func peers() throws(Problem) -> [RemotePeer] {
        let hasFiles = authorityFile != nil || certificateFile != nil
        let tls = TLSSettings(
            authorityFile: authorityFile, certificateFile: certificateFile, keyFile: keyFile,
            verifiesPeer: !skipsVerification)
        for file in [authorityFile, certificateFile, keyFile].compactMap({ $0 }) {
            if let error = InputFile.readingError(of: file) { throw .file(file, error) }
        }
        return (endpoints ?? [Self.defaultEndpoint]).compactMap { EtcdEndpoint($0) }.map { endpoint in
            switch endpoint.security {
            case .always: RemotePeer(endpoint.address, tls: tls)
            case .never: RemotePeer(endpoint.address)
            case .ifConfigured: RemotePeer(endpoint.address, tls: hasFiles || !allowsClear ? tls : nil)
            }
        }
    }

    /// The client of the cluster.
    ///
    /// - Parameters:
    ///   - login: The user to log in as.
    ///   - settings: What the timeouts of the connection are put into.
    public func client(login: EtcdLogin?, settings: EtcdSettings) throws(Problem) -> EtcdClient {
        var settings = settings
        if let dialTimeout { settings.dialTimeout = dialTimeout }
        if let commandTimeout { settings.commandTimeout = commandTimeout }
        return EtcdClient(try peers(), login: login, settings: settings)
    }

    /// The user to log in as; nil if none is named (etcdctl, ctlv3/command/global.go, `authCfgFromCmd`: the name ends
    /// at the first colon).
    ///
    /// - Parameter ask: Asks the operator for the password of a user.
    public func login<Failure: Error>(
        _ ask: (_ user: String) throws(Failure) -> SecretKey
    ) throws(Failure) -> EtcdLogin? {
        guard let user else { return nil }
        if let password { return EtcdLogin(name: user, password: Self.secret(password)) }
        guard let colon = user.firstIndex(of: ":") else { return EtcdLogin(name: user, password: try ask(user)) }
        return EtcdLogin(
            name: String(user[..<colon]), password: Self.secret(user[user.index(after: colon)...]))
    }

    /// Text of the command line or the environment is not secret on this machine.
    private static func secret(_ text: some StringProtocol) -> SecretKey {
        SecretKey(SecretBytes(copying: Array(text.utf8).span.rawBytes))
    }
}
