internal import SecretMemory

/// The ways in which the bytes of a key get into a text.
enum KeySpellings {
    /// The bytes themselves, base64 in both alphabets, and hexadecimal in both cases.
    static func all(of key: SecretKey) -> [SecretKey] {
        let base64 = SecretKey(SecretBase64.encode(key.span))
        return [
            key, base64, urlSafe(base64), hexadecimal(key, ten: UInt8(ascii: "a")),
            hexadecimal(key, ten: UInt8(ascii: "A")),
        ]
    }

    /// RFC 4648, section 5.
    private static func urlSafe(_ base64: SecretKey) -> SecretKey {
        SecretKey(
            SecretBytes.filling(capacity: base64.bytes.count) { output in
                let bytes = base64.span
                for offset in bytes.byteOffsets {
                    switch bytes[offset] {
                    case UInt8(ascii: "+"): output.append(UInt8(ascii: "-"))
                    case UInt8(ascii: "/"): output.append(UInt8(ascii: "_"))
                    case let digit: output.append(digit)
                    }
                }
            })
    }

    /// - Parameter ten: The digit for ten.
    private static func hexadecimal(_ key: SecretKey, ten: UInt8) -> SecretKey {
        SecretKey(
            SecretBytes.filling(capacity: key.bytes.count * 2) { output in
                let bytes = key.span
                for offset in bytes.byteOffsets {
                    for digit in [bytes[offset] >> 4, bytes[offset] & 15] {
                        output.append(digit < 10 ? UInt8(ascii: "0") + digit : ten + digit - 10)
                    }
                }
            })
    }
}
