/// Which versions of HTTP a connection may speak.
enum HTTPVersions {
    /// HTTP/2 alone, in clear from the first byte on ("prior knowledge"): gRPC knows no other.
    case two
    /// HTTP/1.1 in clear; over TLS what the peer prefers (ALPN, RFC 7301).
    case oneOrTwo
}
