/// Whether a connection in clear can serve more than one transfer. Those of TLS can with every libcurl.
enum ConnectionReuse: Equatable {
    /// A new connection for each.
    case none
    case plain
    /// libcurl 7.88 lays HTTP/2 over a connection anew if a transfer wants it with prior knowledge, also where it speaks
    /// it already; the transfer then fails with CURLE_HTTP2 (curl#10634, mended in 8.0.0 by curl#10643). A transfer
    /// that only allows for HTTP/2 takes the connection as it is. But it must not make one itself, as it would begin it
    /// with HTTP/1.1.
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
