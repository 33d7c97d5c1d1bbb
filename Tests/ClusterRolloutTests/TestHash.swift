import EnvelopeCrypto
import SecretMemory

enum TestHash {
    /// `sha256:` and 64 hex digits of a text.
    static func sha256(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let digest = (try? Digest.sha256(bytes.span.rawBytes)) ?? []
        return "sha256:" + digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
