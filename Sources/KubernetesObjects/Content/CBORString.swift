internal import CBORWire
internal import SecretMemory

/// A string of CBOR whose bytes are not its text: in chunks, or as a byte string that represents a text (RFC 8949,
/// sections 3.2.3 and 3.4.5.2).
struct CBORString: Sendable {
    /// The text of a byte string, as Kubernetes converts it (fxamacker/cbor 2.9, decode.go,
    /// `applyByteStringTextConversion`).
    enum Encoding: UInt8, Sendable {
        case base64URL = 21
        case base64 = 22
        case base16 = 23
    }

    /// The content, or all chunks with their heads.
    let range: Range<Int>
    let isChunked: Bool
    let encoding: Encoding?

    /// Chunks and heads are longer than what they hold; base16 is twice as long.
    var greatestByteCount: Int { range.count.multipliedReportingOverflow(by: 2).partialValue + 4 }

    func text(in plaintext: RawSpan) -> SecretBytes {
        guard isChunked else { return encoded(plaintext.extracting(range)) }
        var content = SecretBuffer(capacity: range.count)
        var reader = CBORReader(plaintext, in: range)
        while !reader.isAtEnd {
            switch try? reader.next() {
            case .bytes(let chunk), .text(let chunk): content.append(plaintext.extracting(chunk))
            default: preconditionFailure("not the plaintext that was read")
            }
        }
        return encoded(content.bytes)
    }

    private func encoded(_ content: RawSpan) -> SecretBytes {
        switch encoding {
        case nil: return SecretBytes(copying: content)
        case .base64: return SecretBase64.encode(content)
        case .base64URL:
            let standard = SecretBase64.encode(content)
            let padding = (3 - content.byteCount % 3) % 3
            return SecretBytes.filling(capacity: standard.count) { output in
                for offset in 0..<standard.count - padding {
                    switch standard.bytes[offset] {
                    case UInt8(ascii: "+"): output.append(UInt8(ascii: "-"))
                    case UInt8(ascii: "/"): output.append(UInt8(ascii: "_"))
                    case let character: output.append(character)
                    }
                }
            }
        case .base16:
            return SecretBytes.filling(capacity: content.byteCount * 2) { output in
                for offset in content.byteOffsets {
                    HexadecimalText.append(UInt64(content[offset]), digits: 2, to: &output)
                }
            }
        }
    }
}
