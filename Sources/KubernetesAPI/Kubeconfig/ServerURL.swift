internal import SecretMemory

/// Where a kube-apiserver, or a proxy in front of it, listens.
public struct ServerURL: Equatable, Sendable {
    public enum Address: Equatable, Sendable {
        /// A host name or an IP address, an IPv6 one without brackets.
        case host(String, port: Int)
        /// A socket in the file system, as `kubectl proxy --unix-socket` makes it. What listens there adds the
        /// credentials itself.
        case socket(path: String)
    }

    public enum Problem: Error, Equatable, Sendable {
        case malformed
        /// None of those that are known.
        case scheme
        case host
        case port
        /// It contains a user name or a password.
        case credentials
        case tooLong
    }

    public var address: Address
    /// Whether TLS is spoken. Without it, no credentials are sent.
    public var isSecure: Bool
    /// The prefix of every path: empty, or with a slash at its start and none at its end.
    public var path: String

    public init(_ address: Address, isSecure: Bool, path: String = "") {
        self.address = address
        self.isSecure = isSecure
        self.path = path
    }

    /// Reads what kubectl takes for a server (client-go, rest/url_utils.go, `DefaultServerURL`), and `unix:///PATH`.
    ///
    /// Without a scheme it is `http`, and has no path. A query is left out. A name or a password in it is refused: a URL
    /// is shown.
    public init(parsing text: String) throws(Problem) {
        if text.utf8.starts(with: "unix:".utf8) {
            let path = text.dropFirst("unix://".count)
            guard text.hasPrefix("unix:///"), path.utf8.count > 1, !path.utf8.contains(0) else { throw .host }
            // sun_path of unix(7) has 108 bytes, the last one zero.
            guard path.utf8.count <= 107 else { throw .tooLong }
            self.init(.socket(path: String(path)), isSecure: false)
            return
        }
        guard text.utf8.count <= URLParts.byteCountLimit else { throw .tooLong }
        let parts = try URLParts(Array(text.utf8).span.rawBytes, defaultScheme: "http")
        guard parts.scheme == "http" || parts.scheme == "https" else { throw .scheme }
        guard parts.userinfo == nil else { throw .credentials }
        let isSecure = parts.scheme == "https"
        var path = Substring(parts.path)
        while path.utf8.last == UInt8(ascii: "/") { path.removeLast() }
        self.init(
            .host(parts.host, port: parts.port ?? (isSecure ? 443 : 80)), isSecure: isSecure, path: String(path))
    }
}

extension ServerURL: CustomStringConvertible {
    /// `https://10.0.0.1:6443/k8s`, `unix:///run/proxy.sock`
    public var description: String {
        switch address {
        case .socket(let path): return "unix://\(path)"
        case .host(let host, let port):
            let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
            return "\(isSecure ? "https" : "http")://\(name):\(port)\(path)"
        }
    }
}
