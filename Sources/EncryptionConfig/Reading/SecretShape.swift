internal import Diagnostics
internal import SecretMemory

/// What the text of a key looks like that kube-apiserver does not take, for a hint that fits. It holds nothing of the text.
enum SecretShape {
    /// `${NAME}` or `$NAME`, which somebody else replaces.
    case variable
    /// `{{ … }}` or `<% … %>`.
    case template
    /// Another tool encrypted it.
    case encrypted(ForeignEncryption)
    /// `<…>`, or words such as `REPLACE_ME`.
    case placeholder
    /// Base64 with `-` and `_`.
    case urlAlphabet
    /// A blank or tab.
    case blank
    /// Base64 without the padding at its end.
    case missingPadding
    /// Hexadecimal digits in place of base64.
    case hexadecimal
    /// The bytes end with a line break.
    case lineBreak
    /// The bytes are hexadecimal digits.
    case encodedHexadecimal
    /// The bytes are the base64 of a key.
    case encodedTwice

    /// The shape of a text that is not base64; nil if it is like none of them.
    ///
    /// - Parameter allowed: The lengths in bytes that a key may have.
    init?(ofText text: SecretKey, allowed: [Int]) {
        let bytes = text.span
        func holds(_ words: String...) -> Bool {
            words.contains { bytes.holds($0) }
        }
        func holds(_ byte: UInt8) -> Bool { bytes.firstOffset(of: byte) != nil }
        if let encryption = ForeignEncryption(ofSecret: bytes) {
            self = .encrypted(encryption)
        } else if holds("{{", "}}", "<%", "%>") {
            self = .template
        } else if holds(UInt8(ascii: "$")) {
            self = .variable
        } else if holds(UInt8(ascii: "<")), holds(UInt8(ascii: ">")) {
            self = .placeholder
        } else if holds("REPLACE", "CHANGE", "YOUR", "ENCODED", "replace", "change", "your-", "encoded") {
            self = .placeholder
        } else if holds(UInt8(ascii: " ")) || holds(UInt8(ascii: "\t")) {
            self = .blank
        } else if let count = Self.completed(bytes).map({ $0.bytes.count }), allowed.contains(count) {
            self = Self.isAll(bytes, where: Self.isDigit) ? .missingPadding : .urlAlphabet
        } else {
            return nil
        }
    }

    /// The shape of a text that is base64 of too many or too few bytes; nil if it is like none of them.
    ///
    /// - Parameter allowed: The lengths in bytes that a key may have.
    init?(ofText text: SecretKey, decoded: SecretKey, allowed: [Int]) {
        let (bytes, inner) = (text.span, decoded.span)
        if Self.isAll(bytes, where: Self.isHexadecimal), allowed.contains(bytes.byteCount / 2) {
            self = .hexadecimal
        } else if inner.byteCount > 0, inner[inner.byteCount - 1] == UInt8(ascii: "\n") {
            self = .lineBreak
        } else if Self.isAll(inner, where: Self.isHexadecimal), allowed.contains(inner.byteCount / 2) {
            self = .encodedHexadecimal
        } else if let again = ProviderRules.decodedSecret(decoded), allowed.contains(again.bytes.count) {
            self = .encodedTwice
        } else {
            return nil
        }
    }

    var hint: Hint {
        switch self {
        case .encrypted(let encryption): encryption.hint
        case .variable: "replace the variable before kube-apiserver reads the file"
        case .template: "render the template first"
        case .placeholder: "replace the placeholder with a key of `encconf keygen`"
        case .urlAlphabet: "replace - with + and _ with /: this is the URL alphabet of base64"
        case .blank: "remove spaces and tabs from the base64 text"
        case .missingPadding: "complete the base64 text: pad it with = to a multiple of 4 characters"
        case .hexadecimal: "convert the hexadecimal digits to bytes, then encode the bytes in base64"
        case .lineBreak: "encode the key without a line break (printf %s, not echo)"
        case .encodedHexadecimal:
            "decode the base64, convert its hexadecimal digits to bytes, then encode the bytes in base64"
        case .encodedTwice: "decode the key once: it is encoded in base64 twice"
        }
    }

    /// The bytes that the text encodes, in base64 with the standard alphabet and with padding; nil if it is not
    /// base64.
    private static func completed(_ text: RawSpan) -> SecretKey? {
        let padding = (4 - text.byteCount % 4) % 4
        return ProviderRules.decodedSecret(
            SecretKey(
                SecretBytes.filling(capacity: text.byteCount + padding) { completed in
                    for offset in text.byteOffsets {
                        switch text[offset] {
                        case UInt8(ascii: "-"): completed.append(UInt8(ascii: "+"))
                        case UInt8(ascii: "_"): completed.append(UInt8(ascii: "/"))
                        case let byte: completed.append(byte)
                        }
                    }
                    for _ in 0..<padding { completed.append(UInt8(ascii: "=")) }
                }))
    }

    private static func isAll(_ bytes: RawSpan, where fits: (UInt8) -> Bool) -> Bool {
        bytes.byteCount > 0 && bytes.byteOffsets.allSatisfy { fits(bytes[$0]) }
    }

    /// A digit of base64, the padding aside.
    private static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="):
            true
        default: false
        }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "F"),
            UInt8(ascii: "a")...UInt8(ascii: "f"):
            true
        default: false
        }
    }
}
