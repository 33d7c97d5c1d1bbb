/// Which versions of HTTP a connection may speak.
enum HTTPVersions {
    /// Only HTTP/2, without TLS from the first byte ("prior knowledge"): gRPC supports no other.
    case two
    /// HTTP/1.1 without TLS; over TLS the version that the peer prefers (ALPN, RFC 7301).
    case oneOrTwo
}
