public import KubernetesAPI

/// Where a server listens, as Leases and EndpointSlices say it.
public struct ServerAddress: Hashable, Sendable {
    /// A name or an IP address, an IPv6 one without brackets.
    public let host: String
    public let port: Int

    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `192.0.2.10:6443` or `[2001:db8::1]:6443`; nil for anything else.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (1...65535).contains(port)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "/") }) else {
            return nil
        }
        self.init(host: String(host), port: port)
    }

    /// The host of an address with or without a port.
    static func host(_ text: String) -> String { ServerAddress(text)?.host ?? text }

    /// Where servers may be, each address once: of each Lease, each address of the Service whose Lease names no other port,
    /// and where servers were seen before.
    public static func candidates(
        leases: [IdentityLease], endpoints: ServiceEndpoints?, seen: [ServerAddress] = []
    ) -> [ServerAddress] {
        var found = leases.compactMap(\.peerAddress).compactMap { ServerAddress($0) }
        if let endpoints, let port = endpoints.port {
            let hosts = Set(found.map(\.host))
            found += endpoints.addresses.filter { !hosts.contains($0) }.map { ServerAddress(host: $0, port: port) }
        }
        found += seen.sorted { $0.description < $1.description }
        return found.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}

extension ServerAddress: CustomStringConvertible {
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
