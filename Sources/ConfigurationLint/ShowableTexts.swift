internal import EncryptionConfig
internal import SecretMemory

/// Which texts of a file may be shown: those that share no eight characters in a row with a secret, be it in base64,
/// in hexadecimal or as it is.
///
/// A key that was pasted where its name belongs must not be printed as a name.
struct ShowableTexts {
    static let windowByteCount = 8

    private var tainted: Set<UInt64> = []

    /// - Parameters:
    ///   - texts: What might be shown.
    ///   - secrets: Decoded keys, or whatever else must not be shown.
    init(_ texts: [String], without secrets: [SecretKey]) {
        var windows: Set<UInt64> = []
        for form in texts.flatMap(Self.forms) { Self.eachWindow(of: form) { windows.insert($0) } }
        guard !windows.isEmpty else { return }
        for secret in secrets {
            for form in [secret, SecretKey(SecretBase64.encode(secret.span)), SecretKey(Self.hex(of: secret.span))] {
                Self.eachWindow(of: form.span) { if windows.contains($0) { tainted.insert($0) } }
            }
        }
    }

    func contains(_ text: String) -> Bool {
        guard !tainted.isEmpty else { return true }
        var isClean = true
        for form in Self.forms(of: text) {
            Self.eachWindow(of: form) { if tainted.contains($0) { isClean = false } }
        }
        return isClean
    }

    /// Hexadecimal digits can be written in capitals; what is compared with is in small letters.
    private static func forms(of text: String) -> [String] { [text, text.lowercased()] }

    private static func eachWindow(of text: String, _ body: (UInt64) -> Void) {
        var window: UInt64 = 0
        for (offset, byte) in text.utf8.enumerated() {
            window = window << 8 | UInt64(byte)
            if offset >= windowByteCount - 1 { body(window) }
        }
    }

    private static func eachWindow(of bytes: RawSpan, _ body: (UInt64) -> Void) {
        var window: UInt64 = 0
        for offset in bytes.byteOffsets {
            window = window << 8 | UInt64(bytes[offset])
            if offset >= windowByteCount - 1 { body(window) }
        }
    }

    private static func hex(of bytes: RawSpan) -> SecretBytes {
        SecretBytes.filling(capacity: bytes.byteCount * 2) { output in
            for offset in bytes.byteOffsets {
                for digit in [bytes[offset] >> 4, bytes[offset] & 15] {
                    output.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
                }
            }
        }
    }
}
