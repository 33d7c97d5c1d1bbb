import EnvelopeCrypto
import SecretMemory

enum TestHash {
    /// `sha256:` and 64 hex digits of a text.
    static func sha256(_ text: String) -> String {
        let bytes = Array(text.utf8)
        return "sha256:" + Digest.hexadecimal((try? Digest.sha256(bytes.span.rawBytes)) ?? [])
    }
}
