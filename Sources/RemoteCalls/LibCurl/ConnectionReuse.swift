/// Whether a connection without TLS can serve more than one transfer. One with TLS can, with every libcurl.
enum ConnectionReuse: Equatable {
    /// A new connection for each.
    case none
    case plain
    /// libcurl 7.88 starts HTTP/2 again on a connection that already uses it, if a transfer requests prior knowledge;
    /// the transfer then fails with CURLE_HTTP2 (curl#10634, fixed in 8.0.0 by curl#10643). A transfer that only
    /// allows HTTP/2 uses the connection unchanged. But it must not open one itself, because it would start with
    /// HTTP/1.1.
    case inDisguise

    /// - Parameter libcurlVersion: Such as 0x075801 for 7.88.1. Older ones than 7.88 have not been tried.
    init(libcurlVersion: UInt32) {
        switch libcurlVersion {
        case 0x080000...: self = .plain
        case 0x075800..<0x080000: self = .inDisguise
        default: self = .none
        }
    }
}
