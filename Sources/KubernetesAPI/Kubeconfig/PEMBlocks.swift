internal import SecretMemory

/// The blocks of a PEM text: what they are, and whether what is in them can be one.
///
/// Only as much as decides whether a file is of the right kind, in the words of this program and not of OpenSSL. Between
/// blocks anything may stand (Go, src/encoding/pem/pem.go, `Decode`).
struct PEMBlocks {
    private(set) var certificateCount = 0
    private(set) var keyCount = 0
    private(set) var encryptedKeyCount = 0

    init(_ text: RawSpan) {
        var block: (type: String, start: Int)?
        var line = 0
        while line < text.byteCount {
            let end = text.firstOffset(of: UInt8(ascii: "\n"), from: line) ?? text.byteCount
            if let type = Self.label("-----BEGIN ", text.extracting(line..<end)) {
                block = (type, min(end + 1, text.byteCount))
            } else if let type = Self.label("-----END ", text.extracting(line..<end)), let open = block {
                if open.type == type { add(type, text.extracting(open.start..<line)) }
                block = nil
            }
            line = end + 1
        }
    }

    private mutating func add(_ type: String, _ body: RawSpan) {
        switch type {
        case "CERTIFICATE": if Self.isDER(body) { certificateCount += 1 }
        case "ENCRYPTED PRIVATE KEY": encryptedKeyCount += 1
        case _ where type == "PRIVATE KEY" || type.hasSuffix(" PRIVATE KEY"):
            // `Proc-Type: 4,ENCRYPTED` (RFC 1421), as OpenSSL wrote before PKCS#8.
            if body.firstOffset(of: UInt8(ascii: ":")) != nil {
                encryptedKeyCount += 1
            } else if Self.isDER(body) {
                keyCount += 1
            }
        default: break
        }
    }

    /// The text between `start` and five dashes, if that is the line; spaces may follow.
    private static func label(_ start: String, _ line: RawSpan) -> String? {
        guard line.byteCount < 100, line.byteCount > 10, line[0] == UInt8(ascii: "-") else { return nil }
        var text = String(decoding: line.copiedToArray(), as: UTF8.self)[...]
        while let last = text.utf8.last, last == 0x20 || last == 0x09 || last == 0x0d {
            text.unicodeScalars.removeLast()
        }
        guard text.hasPrefix(start), text.hasSuffix("-----") else { return nil }
        return String(text.dropFirst(start.count).dropLast(5))
    }

    /// Whether it is base64 of one ASN.1 sequence, which every certificate and key is (X.690, 8.1.3).
    private static func isDER(_ body: RawSpan) -> Bool {
        let text = SecretBytes.filling(capacity: body.byteCount) { output in
            for offset in body.byteOffsets where body[offset] > 0x20 { output.append(body[offset]) }
        }
        guard let der = try? SecretBase64.decode(text.bytes), der.count > 2 else { return false }
        let bytes = der.bytes
        guard bytes[0] == 0x30 else { return false }
        let first = Int(bytes[1])
        if first < 0x80 { return bytes.byteCount == 2 + first }
        let lengthByteCount = first & 0x7f
        guard (1...4).contains(lengthByteCount), bytes.byteCount > 2 + lengthByteCount else { return false }
        var length = 0
        for offset in 2..<2 + lengthByteCount { length = length << 8 | Int(bytes[offset]) }
        return bytes.byteCount == 2 + lengthByteCount + length
    }
}
