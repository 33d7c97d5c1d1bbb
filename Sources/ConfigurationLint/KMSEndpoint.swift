public import GoText

/// The socket that kube-apiserver dials for an endpoint.
///
/// It uses only the path of the URL, with escapes resolved: the part before the path counts as a host and is dropped,
/// and so are query and fragment (k8s.io/kms, pkg/util/util.go, `ParseEndpoint`, over Go's `net/url`).
public struct KMSEndpoint: Equatable {
    /// The path; for an abstract socket it begins with `@`. Empty if the URL has none.
    public let socket: String
    /// What was taken for a host.
    let host: String

    public init(_ url: ByteName) {
        // Bytes, as Go reads them: a combining mark after a slash does not hide the slash.
        let main = Array(url.utf8).prefix { $0 != UInt8(ascii: "#") && $0 != UInt8(ascii: "?") }
        var rest = main.drop { $0 != UInt8(ascii: ":") }.dropFirst()
        var host = rest.prefix(0)
        if rest.starts(with: "//".utf8) {
            rest = rest.dropFirst(2)
            host = rest.prefix { $0 != Self.slash }
            rest = rest.dropFirst(host.count)
        } else if rest.first != Self.slash {
            // Opaque to Go: `unix:foo.sock` has no path.
            rest = rest.prefix(0)
        }
        let path = Self.unescaped(rest)
        let isAbstract = path.starts(with: "/@".utf8)
        socket = String(decoding: isAbstract ? path.dropFirst() : path[...], as: UTF8.self)
        self.host = String(decoding: host, as: UTF8.self)
    }

    var isAbstract: Bool { socket.utf8.first == UInt8(ascii: "@") }

    private static let slash = UInt8(ascii: "/")

    private static func unescaped(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            guard byte == UInt8(ascii: "%"), digits.count == 2,
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            else {
                bytes.append(byte)
                continue
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return bytes
    }
}
