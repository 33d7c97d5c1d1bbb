internal import SecretMemory

/// A text `data:[TYPE][;base64],CONTENT` (RFC 2397), in which Ignition keeps files.
struct DataURL {
    let isBase64: Bool
    /// Nil if it is not encoded as it says.
    let content: SecretKey?

    /// Nil for a text of another form.
    init?(_ text: RawSpan) {
        let scheme = Array("data:".utf8)
        guard text.starts(with: scheme.span.rawBytes), let comma = text.firstOffset(of: UInt8(ascii: ",")), comma < 256
        else { return nil }
        let head = text.extracting(first: comma)
        let mark = Array(";base64".utf8)
        isBase64 =
            head.byteCount >= mark.count
            && head.extracting(droppingFirst: head.byteCount - mark.count).elementsEqual(mark.span.rawBytes)
        let body = text.extracting(droppingFirst: comma + 1)
        content =
            isBase64
            ? ProviderRules.decodedSecret(SecretKey(SecretBytes(copying: body))) : Self.percentDecoded(body)
    }

    private static func percentDecoded(_ text: RawSpan) -> SecretKey {
        SecretKey(
            SecretBytes.filling(capacity: text.byteCount) { decoded in
                var offset = 0
                while offset < text.byteCount {
                    if text[offset] == UInt8(ascii: "%"), offset + 2 < text.byteCount,
                        let high = digit(text[offset + 1]), let low = digit(text[offset + 2])
                    {
                        decoded.append(high << 4 | low)
                        offset += 3
                    } else {
                        decoded.append(text[offset])
                        offset += 1
                    }
                }
            })
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
