internal import APIServerFlags
internal import EtcdClient
internal import Glibc
internal import RemoteCalls
internal import SecretMemory

/// How a cluster is reached, once flags, variables and manifest are put together.
struct EtcdConnection {
    /// Nil for etcdctl's own default.
    var endpoints: [String]?
    var authorityFile: String?
    var certificateFile: String?
    var keyFile: String?
    /// `name` or `name:password`.
    var user: String?
    var password: String?
    /// Whether an endpoint that says nothing about it is spoken to in clear, if there is no certificate.
    var allowsClear = true
    var skipsVerification = false
    var dialTimeout: Duration?
    var commandTimeout: Duration?

    static let defaultEndpoint = "127.0.0.1:2379"

    /// What is wrong with it, before anybody is asked; nil if nothing is.
    var problem: String? {
        for text in endpoints ?? [] where EtcdEndpoint(text) == nil {
            // What stands before an @ may be a password.
            let shown = text.split(separator: "@").last.map { String($0) } ?? ""
            return "\(shown.printable): an endpoint is https://HOST:PORT, http://HOST:PORT, HOST:PORT or unix:///PATH"
        }
        if endpoints?.isEmpty == true { return "--endpoints names none" }
        // etcd, client/pkg/transport/listener.go, `ClientConfig`.
        if (certificateFile == nil) != (keyFile == nil) { return "--cert and --key go together" }
        if user == nil, password != nil { return "--password needs --user" }
        return nil
    }

    /// The endpoints, as reports name them.
    var name: String { (endpoints ?? [Self.defaultEndpoint]).joined(separator: ",") }

    /// Whether anybody on the way could answer in etcd's place.
    enum Transport: String {
        /// The certificates of all servers are verified, or they listen on sockets of this machine.
        case verified
        /// One server at least is not asked who it is.
        case unverified
        /// One server at least is spoken to without TLS.
        case clear
    }

    /// What holds for all of the servers.
    func transport(to peers: [RemotePeer]) -> Transport {
        let remote = peers.filter { if case .host = $0.address { true } else { false } }
        if remote.contains(where: { $0.tls == nil }) { return .clear }
        return skipsVerification && !remote.isEmpty ? .unverified : .verified
    }

    /// The servers, in order.
    ///
    /// - Throws: The file of a certificate that cannot be read.
    func peers() throws(CommandFailure) -> [RemotePeer] {
        let hasFiles = authorityFile != nil || certificateFile != nil
        let tls = TLSSettings(
            authorityFile: authorityFile, certificateFile: certificateFile, keyFile: keyFile,
            verifiesPeer: !skipsVerification)
        for file in [authorityFile, certificateFile, keyFile].compactMap({ $0 }) {
            guard unsafe access(file, R_OK) == 0 else { throw CommandFailure("\(file.printable): \(SystemError.last)") }
        }
        return (endpoints ?? [Self.defaultEndpoint]).compactMap { EtcdEndpoint($0) }.map { endpoint in
            switch endpoint.security {
            case .always: RemotePeer(endpoint.address, tls: tls)
            case .never: RemotePeer(endpoint.address)
            case .ifConfigured: RemotePeer(endpoint.address, tls: hasFiles || !allowsClear ? tls : nil)
            }
        }
    }

    /// - Parameter isCancelled: Asked ten times a second: whether to give up.
    func client(isCancelled: @escaping @Sendable () -> Bool = { false }) throws(CommandFailure) -> EtcdClient {
        var settings = EtcdSettings()
        if let dialTimeout { settings.dialTimeout = dialTimeout }
        if let commandTimeout { settings.commandTimeout = commandTimeout }
        settings.isCancelled = isCancelled
        settings.onNeedlessLogin = { [name] in
            Console().warning(
                "\(name.printable): this cluster knows no users, so that everybody who reaches it reads all of it",
                hint: "leave --user out, or enable authentication")
        }
        return EtcdClient(try peers(), login: try login(), settings: settings)
    }

    /// etcdctl, ctlv3/command/global.go, `authCfgFromCmd`: the name ends at the first colon.
    private func login() throws(CommandFailure) -> EtcdLogin? {
        guard let user else { return nil }
        if let password { return EtcdLogin(name: user, password: Self.secret(password)) }
        guard let colon = user.firstIndex(of: ":") else {
            return EtcdLogin(name: user, password: try PasswordPrompt.read("password of etcd user \(user): "))
        }
        return EtcdLogin(
            name: String(user[..<colon]), password: Self.secret(user[user.index(after: colon)...]))
    }

    /// What stood on the command line or in the environment is no secret to this machine any more.
    private static func secret(_ text: some StringProtocol) -> SecretKey {
        SecretKey(SecretBytes(copying: Array(text.utf8).span.rawBytes))
    }
}
