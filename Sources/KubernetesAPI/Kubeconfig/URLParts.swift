internal import SecretMemory

/// A URL taken apart, as far as servers and proxies need it (Go, src/net/url/url.go).
struct URLParts {
    /// Lower case.
    var scheme: String
    /// The part before `@`, unchanged; it may contain a password.
    var userinfo: SecretKey?
    /// Without the brackets of an IPv6 address.
    var host: String
    var port: Int?
    /// With its leading slash, or empty. The part after `?` or `#` is dropped, as client-go does.
    var path: String

    /// Bytes of a URL.
    static let byteCountLimit = 8 << 10

    /// - Parameter defaultScheme: What a text without `SCHEME://` has. Such a text has no path either.
    init(_ text: RawSpan, defaultScheme: String? = nil) throws(ServerURL.Problem) {
        guard text.byteCount <= Self.byteCountLimit else { throw .tooLong }
        for offset in text.byteOffsets where text[offset] <= 0x20 || text[offset] == 0x7f { throw .malformed }
        let start: Int
        if let separator = Self.schemeEnd(text) {
            scheme = Self.string(text.extracting(0..<separator)).lowercased()
            start = separator + 3
        } else {
            guard let defaultScheme else { throw .scheme }
            scheme = defaultScheme
            start = 0
        }
        let authorityEnd = Self.offset(ofAny: "/?#", in: text, from: start)
        let pathEnd = Self.offset(ofAny: "?#", in: text, from: authorityEnd)
        path = Self.string(text.extracting(authorityEnd..<pathEnd))
        if start == 0, path != "", path != "/" { throw .malformed }
        var hostStart = start
        for offset in start..<authorityEnd where text[offset] == UInt8(ascii: "@") { hostStart = offset + 1 }
        if hostStart > start {
            userinfo = SecretKey(SecretBytes(copying: text.extracting(start..<hostStart - 1)))
        }
        (host, port) = try Self.hostAndPort(text.extracting(hostStart..<authorityEnd))
        guard Self.isPath(path) else { throw .malformed }
    }

    /// The position of the colon of `SCHEME://`.
    private static func schemeEnd(_ text: RawSpan) -> Int? {
        guard let colon = text.firstOffset(of: UInt8(ascii: ":")), colon > 0, colon + 2 < text.byteCount,
            text[colon + 1] == UInt8(ascii: "/"), text[colon + 2] == UInt8(ascii: "/")
        else { return nil }
        let scheme = string(text.extracting(0..<colon)).utf8
        guard let first = scheme.first, first.isLetter else { return nil }
        return scheme.allSatisfy { $0.isLetter || $0.isDigit || "+-.".utf8.contains($0) } ? colon : nil
    }

    private static func hostAndPort(_ authority: RawSpan) throws(ServerURL.Problem) -> (String, Int?) {
        let text = string(authority)
        let host: Substring
        let rest: Substring
        if text.utf8.first == UInt8(ascii: "[") {
            guard let bracket = text.utf8.firstIndex(of: UInt8(ascii: "]")) else { throw .host }
            host = text[text.index(after: text.startIndex)..<bracket]
            rest = text[text.index(after: bracket)...]
            guard host.utf8.contains(UInt8(ascii: ":")), isAddress(host) else { throw .host }
        } else {
            let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) ?? text.endIndex
            host = text[..<colon]
            rest = text[colon...]
            guard !host.isEmpty, host.utf8.allSatisfy({ $0.isLetter || $0.isDigit || "-._~".utf8.contains($0) })
            else { throw .host }
        }
        // `host:` is a host to Go.
        if rest.isEmpty || rest == ":" { return (String(host), nil) }
        let digits = rest.dropFirst()
        guard rest.utf8.first == UInt8(ascii: ":"), digits.utf8.allSatisfy(\.isDigit), let port = Int(digits),
            (1...65535).contains(port)
        else { throw .port }
        return (String(host), port)
    }

    /// An IPv6 address, with a zone or without.
    private static func isAddress(_ host: Substring) -> Bool {
        let parts = host.utf8.split(separator: UInt8(ascii: "%"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts[0].allSatisfy({ $0.hexadecimalValue != nil || ":.".utf8.contains($0) }) else { return false }
        return parts.count == 1 || parts[1].allSatisfy { $0.isLetter || $0.isDigit || "-._~".utf8.contains($0) }
    }

    /// Whether the path can be sent unchanged.
    private static func isPath(_ path: String) -> Bool {
        path.utf8.allSatisfy { (0x21..<0x7f).contains($0) && !"\"<>\\^`{|}".utf8.contains($0) }
    }

    private static func offset(ofAny set: String, in text: RawSpan, from start: Int) -> Int {
        var offset = start
        while offset < text.byteCount, !set.utf8.contains(text[offset]) { offset += 1 }
        return offset
    }

    /// A part that is no secret.
    private static func string(_ part: RawSpan) -> String { String(decoding: part.copiedToArray(), as: UTF8.self) }
}

extension UInt8 {
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
}
