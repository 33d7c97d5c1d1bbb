internal import EncryptionConfig

/// The socket that kube-apiserver dials for an endpoint.
///
/// It takes the path of the URL alone, with escapes resolved: what stands before the path counts as a host and is
/// dropped, and so are query and fragment (k8s.io/kms, pkg/util/util.go, `ParseEndpoint`, over Go's `net/url`).
public struct KMSEndpoint: Equatable {
    /// The path; for an abstract socket it begins with `@`. Empty if the URL has none.
    public let socket: String
    /// What was taken for a host.
    let host: String

    public init(_ url: String) {
        let main = url.prefix { $0 != "#" && $0 != "?" }
        var rest = main.drop { $0 != ":" }.dropFirst()
        var host = Substring()
        if rest.hasPrefix("//") {
            rest = rest.dropFirst(2)
            host = rest.prefix { $0 != "/" }
            rest = rest.dropFirst(host.count)
        } else if !rest.hasPrefix("/") {
            // Opaque to Go: `unix:foo.sock` has no path.
            rest = ""
        }
        let path = Self.unescaped(rest)
        socket = path.hasPrefix("/@") ? String(path.dropFirst()) : path
        self.host = String(host)
    }

    var isAbstract: Bool { socket.hasPrefix("@") }

    private static func unescaped(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
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
        return String(decoding: bytes, as: UTF8.self)
    }
}
