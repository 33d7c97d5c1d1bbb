/// As much of Go's `net/url` as decides over the endpoint of a KMS provider
/// (Go 1.24, src/net/url/url.go, `Parse`).
enum GoURL {
    struct Refusal: Error {
        /// What Go says.
        let text: String
    }

    /// The scheme in lower case; empty if there is none.
    static func scheme(of text: String) throws(Refusal) -> String {
        func refusal(_ reason: String) -> Refusal { Refusal(text: "parse \(goQuoted(text)): \(reason)") }
        // The fragment is cut off and checked on its own.
        let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let main = String(parts[0])
        if main.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) {
            throw Refusal(text: "parse \(goQuoted(main)): net/url: invalid control character in URL")
        }
        let scheme: String
        let rest: Substring
        switch split(main) {
        case .missing: throw Refusal(text: "parse \(goQuoted(main)): missing protocol scheme")
        case .found(let found, let after): (scheme, rest) = (found.lowercased(), after)
        }
        do {
            try checkRest(rest, scheme: scheme)
            if parts.count > 1 { try checkEscapes(parts[1]) }
        } catch {
            throw Refusal(text: "parse \(goQuoted(main)): \(error.text)")
        }
        return scheme
    }

    private enum Split {
        case missing
        case found(scheme: String, rest: Substring)
    }

    /// `getScheme`: letters, then also digits, `+`, `-` and `.`, up to a colon.
    private static func split(_ text: String) -> Split {
        for (offset, character) in text.utf8.enumerated() {
            switch character {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): continue
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
                if offset == 0 { return .found(scheme: "", rest: text[...]) }
            case UInt8(ascii: ":"):
                if offset == 0 { return .missing }
                let colon = text.utf8.index(text.startIndex, offsetBy: offset)
                return .found(scheme: String(text[..<colon]), rest: text[text.utf8.index(after: colon)...])
            default: return .found(scheme: "", rest: text[...])
            }
        }
        return .found(scheme: "", rest: text[...])
    }

    private static func checkRest(_ rest: Substring, scheme: String) throws(Refusal) {
        var rest = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        if !rest.hasPrefix("/") {
            if !scheme.isEmpty { return }  // Opaque, such as unix:foo.sock: taken as it is.
            let firstSegment = rest.prefix { $0 != "/" }
            if firstSegment.contains(":") { throw Refusal(text: "first path segment in URL cannot contain colon") }
        }
        if !scheme.isEmpty || !rest.hasPrefix("///"), rest.hasPrefix("//") {
            rest = rest.dropFirst(2)
            let authority = rest.prefix { $0 != "/" }
            rest = rest.dropFirst(authority.count)
            try checkAuthority(authority)
        }
        try checkEscapes(rest)
    }

    private static func checkAuthority(_ authority: Substring) throws(Refusal) {
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        if let colon = host.lastIndex(of: ":"), !host.hasPrefix("[") {
            let port = host[host.index(after: colon)...]
            guard port.allSatisfy({ $0.isASCII && $0.isNumber }) else {
                throw Refusal(text: "invalid port \(goQuoted(":" + port)) after host")
            }
        }
        if host.contains(" ") { throw Refusal(text: "invalid character \" \" in host name") }
        try checkEscapes(host)
    }

    /// `unescape`: each `%` needs two hexadecimal digits.
    private static func checkEscapes(_ text: Substring) throws(Refusal) {
        let bytes = Array(text.utf8)
        for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "%") {
            let escape = bytes[offset..<min(offset + 3, bytes.count)]
            let digits = escape.dropFirst()
            guard digits.count == 2, digits.allSatisfy({ UnicodeScalar($0).properties.isASCIIHexDigit }) else {
                throw Refusal(text: "invalid URL escape \(goQuoted(String(decoding: escape, as: UTF8.self)))")
            }
        }
    }
}
