public import SecretMemory

/// A proxy between this program and the cluster.
public struct ProxyURL: Sendable {
    public enum Scheme: String, Sendable {
        case http, https, socks5

        /// Of a URL that names none.
        fileprivate var port: Int {
            switch self {
            case .http: 80
            case .https: 443
            case .socks5: 1080
            }
        }
    }

    public let scheme: Scheme
    /// A host name or an IP address, an IPv6 one without brackets.
    public let host: String
    public let port: Int
    public let username: String?
    public let password: SecretKey?
    /// The URL as written, with its password.
    public let text: SecretKey

    /// Reads what client-go takes for one (tools/clientcmd/client_config.go, `parseProxyURL`). It wants a scheme; a path
    /// has no meaning.
    public init(parsing text: SecretKey) throws(ServerURL.Problem) {
        let parts = try URLParts(text.span)
        guard let scheme = Scheme(rawValue: parts.scheme) else { throw .scheme }
        self.scheme = scheme
        self.text = text
        host = parts.host
        port = parts.port ?? scheme.port
        guard let userinfo = parts.userinfo else {
            (username, password) = (nil, nil)
            return
        }
        let colon = userinfo.span.firstOffset(of: UInt8(ascii: ":")) ?? userinfo.bytes.count
        let name = try Self.decoded(userinfo.span.extracting(0..<colon))
        username = String(decoding: name.bytes.copiedToArray(), as: UTF8.self)
        let rest = userinfo.span.extracting(colon..<userinfo.bytes.count)
        password = rest.byteCount > 0 ? SecretKey(try Self.decoded(rest.extracting(droppingFirst: 1))) : nil
    }

    /// The bytes of escapes such as `%41`.
    private static func decoded(_ text: RawSpan) throws(ServerURL.Problem) -> SecretBytes {
        try SecretBytes.filling(capacity: text.byteCount) { output throws(ServerURL.Problem) in
            var offset = 0
            while offset < text.byteCount {
                guard text[offset] == UInt8(ascii: "%") else {
                    output.append(text[offset])
                    offset += 1
                    continue
                }
                guard offset + 2 < text.byteCount, let high = text[offset + 1].hexadecimalValue,
                    let low = text[offset + 2].hexadecimalValue, high | low != 0
                else { throw .malformed }
                output.append(high << 4 | low)
                offset += 3
            }
        }
    }
}

extension ProxyURL: CustomStringConvertible {
    /// Without the part before `@`.
    public var description: String {
        "\(scheme.rawValue)://\(host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host):\(port)"
    }
}
