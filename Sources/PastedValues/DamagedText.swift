import ProtobufWire
import SecretMemory

/// What is left of an encrypted value that went through a terminal, an editor or `strings` as text.
///
/// Every provider writes at least 28 bytes of ciphertext (AES-GCM: a nonce of 12 and a tag of 16), which look like
/// chance. Less than one in ten million such texts is UTF-8: what is, has lost bytes on its way, or is a piece.
enum DamagedText {
    /// Refuses a value that cannot be what etcd holds.
    static func check(_ value: PastedValue) throws(PasteError) {
        guard let byteCount = ciphertextByteCount(ofText: value.value.bytes) else { return }
        // A terminal does not damage other formats than the bytes themselves: there, chance has to be excluded.
        if value.format == .raw || byteCount >= minimumCiphertext { throw .lostBytes }
    }

    /// The length in the place of the ciphertext; nil if `value` is not encrypted, or not a text.
    private static func ciphertextByteCount(ofText value: borrowing SecretBytes) -> Int? {
        let bytes = value.bytes
        guard bytes.has(envelope, at: 0), bytes.isValidUTF8 else { return nil }
        return bytes.byteCount - ciphertextStart(in: bytes)
    }

    /// Whether `text`, which has no known format, is a value that a terminal damaged.
    static func isLikely(_ text: RawSpan) -> Bool {
        guard text.isValidUTF8 else { return false }
        for position in text.byteOffsets where text.has("k8s", at: position) {
            if text.has(envelope, at: position) { return true }
            // A plaintext value begins with `k8s`, a zero byte, and the number and length of the first field.
            let isStart = position == 0 || text[position - 1] == UInt8(ascii: "\n")
            if isStart, text.has("\n", at: position + 3) || text.has("\\0", at: position + 3) { return true }
        }
        return false
    }

    /// Where the ciphertext begins: behind `k8s:enc:`, the provider, its version and the name of the key.
    private static func ciphertextStart(in bytes: RawSpan) -> Int {
        var colons = 0
        for position in bytes.byteOffsets where bytes[position] == UInt8(ascii: ":") {
            colons += 1
            if colons == 5 { return position + 1 }
        }
        return bytes.byteCount
    }

    /// With what every encrypted value begins (k8s.io/apiserver pkg/server/options/encryptionconfig/config.go).
    private static let envelope = "k8s:enc:"
    private static let minimumCiphertext = 28
}
