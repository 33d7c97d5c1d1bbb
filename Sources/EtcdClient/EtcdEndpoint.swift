public import RemoteCalls

/// One endpoint of etcd, as etcdctl and kube-apiserver write it
/// (etcd 3.5, client/v3/internal/endpoint/endpoint.go, `extractHostFromHostPort` and `translateEndpoint`).
public struct EtcdEndpoint: Equatable {
    /// Whether it is spoken to over TLS.
    public enum Security { case always, never, ifConfigured }

    public let text: String
    public let address: RemotePeer.Address
    public let security: Security

    /// `https://10.0.0.1:2379`, `10.0.0.1:2379`, `[::1]:2379`, `unix:///run/etcd.sock`, `unixs:///run/etcd.sock`. Nil
    /// for any other text, for example a host without a port.
    public init?(_ text: String) {
        self.text = text
        let rest: Substring
        var isSocket = false
        if let separator = text.firstRange(of: "://") {
            rest = text[separator.upperBound...]
            let scheme = text[..<separator.lowerBound]
            isSocket = scheme.hasPrefix("unix")
            switch scheme {
            case "https", "unixs": security = .always
            case "http", "unix": security = .never
            default: return nil
            }
        } else {
            (rest, security) = (text[...], .ifConfigured)
        }
        if isSocket {
            guard rest.hasPrefix("/") else { return nil }
            address = .unixSocket(path: String(rest))
        } else {
            guard let address = Self.host(in: rest.prefix { $0 != "/" }) else { return nil }
            self.address = address
        }
    }

    private static func host(in text: Substring) -> RemotePeer.Address? {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        let isPlain = host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f } && !host.contains { "@/?#[]%".contains($0) }
        return host.isEmpty || !isPlain ? nil : .host(String(host), port: Int(port))
    }
}
