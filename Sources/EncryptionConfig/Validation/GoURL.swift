internal import GoText

/// As much of Go's `net/url` as decides over the endpoint of a KMS provider
/// (Go 1.24, src/net/url/url.go, `Parse`). It works on bytes, as Go does.
struct GoURL {
    /// In lower case; empty without a scheme.
    private(set) var scheme = ""
    /// Decoded. Empty for a URL such as `unix:foo.sock`, whose scheme no slash follows.
    private(set) var path: [UInt8] = []

    /// What Go says against a text.
    struct Refusal: Error {
        /// What was parsed, which Go quotes.
        var url: [UInt8] = []
        /// The reason, around a part of the URL that Go quotes.
        let reason: String
        var part: [UInt8]?
        var end = ""

        /// The whole text, without what may not be shown.
        func text(_ redactor: SecretRedactor) -> String {
            func quoted(_ bytes: [UInt8]) -> String {
                redactor.mayShow(url) ? goQuoted(utf8: bytes) : goQuoted(SecretRedactor.mark)
            }
            return "parse \(quoted(url)): \(reason)\(part.map(quoted) ?? "")\(end)"
        }
    }

    init(parsing text: [UInt8]) throws(Refusal) {
        // The fragment is cut off and checked on its own.
        let parts = text.split(separator: UInt8(ascii: "#"), maxSplits: 1, omittingEmptySubsequences: false)
        do {
            try parse(parts[0])
        } catch {
            throw Refusal(url: Array(parts[0]), reason: error.reason, part: error.part, end: error.end)
        }
        guard parts.count > 1 else { return }
        do {
            _ = try Self.unescape(parts[1], in: .path)
        } catch {
            throw Refusal(url: text, reason: error.reason, part: error.part, end: error.end)
        }
    }

    private mutating func parse(_ text: ArraySlice<UInt8>) throws(Refusal) {
        if text.contains(where: { $0 < 0x20 || $0 == 0x7f }) {
            throw Refusal(reason: "net/url: invalid control character in URL")
        }
        if text.elementsEqual("*".utf8) {
            path = Array(text)
            return
        }
        var rest = try cutScheme(text)
        rest = rest.prefix { $0 != UInt8(ascii: "?") }
        if rest.first != UInt8(ascii: "/") {
            if !scheme.isEmpty { return }
            if rest.prefix(while: { $0 != UInt8(ascii: "/") }).contains(UInt8(ascii: ":")) {
                throw Refusal(reason: "first path segment in URL cannot contain colon")
            }
        }
        let slashes = rest.prefix(3).count { $0 == UInt8(ascii: "/") }
        if rest.starts(with: Array("//".utf8)), !scheme.isEmpty || slashes < 3 {
            let authority = rest.dropFirst(2).prefix { $0 != UInt8(ascii: "/") }
            rest = rest[authority.endIndex...]
            try Self.checkAuthority(authority)
        }
        path = try Self.unescape(rest, in: .path)
    }

    /// `getScheme`: letters, then also digits, `+`, `-` and `.`, up to a colon. Answers what is behind it.
    private mutating func cutScheme(_ text: ArraySlice<UInt8>) throws(Refusal) -> ArraySlice<UInt8> {
        for (offset, byte) in text.enumerated() {
            switch byte {
            case _ where Self.isLetter(byte): continue
            case _ where Self.isDigit(byte) || Array("+-.".utf8).contains(byte):
                if offset == 0 { return text }
            case UInt8(ascii: ":"):
                guard offset > 0 else { throw Refusal(reason: "missing protocol scheme") }
                scheme = String(decoding: text.prefix(offset), as: UTF8.self).lowercased()
                return text.dropFirst(offset + 1)
            default: return text
            }
        }
        return text
    }

    // MARK: The host

    private static func checkAuthority(_ authority: ArraySlice<UInt8>) throws(Refusal) {
        guard let at = authority.lastIndex(of: UInt8(ascii: "@")) else { return try checkHost(authority) }
        try checkHost(authority[(at + 1)...])
        let user = authority[..<at]
        guard user.allSatisfy({ isUserCharacter($0) }) else { throw Refusal(reason: "net/url: invalid userinfo") }
        for half in user.split(separator: UInt8(ascii: ":"), maxSplits: 1) { _ = try unescape(half, in: .path) }
    }

    /// `parseHost`: a name or an address in brackets, and a port.
    private static func checkHost(_ host: ArraySlice<UInt8>) throws(Refusal) {
        if host.first == UInt8(ascii: "[") {
            guard let end = host.lastIndex(of: UInt8(ascii: "]")) else {
                throw Refusal(reason: "missing ']' in host")
            }
            try checkPort(host[(end + 1)...])
            let address = host[...end]
            if let zone = firstIndex(of: "%25", in: address) {
                _ = try unescape(address[..<zone], in: .host)
                _ = try unescape(address[zone..<end], in: .zone)
                return
            }
        } else if let colon = host.lastIndex(of: UInt8(ascii: ":")) {
            try checkPort(host[colon...])
        }
        _ = try unescape(host, in: .host)
    }

    /// `validOptionalPort`.
    private static func checkPort(_ port: ArraySlice<UInt8>) throws(Refusal) {
        guard let first = port.first else { return }
        guard first == UInt8(ascii: ":"), port.dropFirst().allSatisfy({ isDigit($0) }) else {
            throw Refusal(reason: "invalid port ", part: Array(port), end: " after host")
        }
    }

    // MARK: Escapes

    private enum Mode { case path, host, zone }

    /// `unescape`: each `%` needs two hexadecimal digits, and in a host only some bytes may be escaped.
    private static func unescape(_ text: ArraySlice<UInt8>, in mode: Mode) throws(Refusal) -> [UInt8] {
        var result: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                if mode != .path, byte < 0x80, !isHostCharacter(byte) {
                    throw Refusal(reason: "invalid character ", part: [byte], end: " in host name")
                }
                result.append(byte)
                continue
            }
            let escape = [byte] + rest.prefix(2)
            let refusal = Refusal(reason: "invalid URL escape ", part: escape)
            guard let value = hexadecimal(rest.prefix(2)) else { throw refusal }
            rest = rest.dropFirst(2)
            switch mode {
            case .path: break
            // RFC 6874 allows "%25" before a zone; otherwise "%" may escape only bytes that are not ASCII.
            case .host: if value < 0x80, escape != Array("%25".utf8) { throw refusal }
            case .zone:
                if escape != Array("%25".utf8), value != UInt8(ascii: " "), !isHostCharacter(value) { throw refusal }
            }
            result.append(value)
        }
        return result
    }

    private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt8? {
        guard digits.count == 2, digits.allSatisfy({ UnicodeScalar($0).properties.isASCIIHexDigit }) else { return nil }
        return UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
    }

    private static func firstIndex(of text: StaticString, in bytes: ArraySlice<UInt8>) -> Int? {
        let wanted = Array("\(text)".utf8)
        return bytes.indices.first { bytes[$0...].starts(with: wanted) }
    }

    // MARK: Characters

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// What a host may hold unescaped (`shouldEscape` for `encodeHost`).
    private static func isHostCharacter(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte) || Array("-_.~!$&'()*+,;=:[]<>\"".utf8).contains(byte)
    }

    /// `validUserinfo`.
    private static func isUserCharacter(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte) || Array("-._:~!$&'()*+,;=%@".utf8).contains(byte)
    }
}
