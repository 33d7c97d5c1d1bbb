public import SecretMemory
internal import ShownText
internal import YAMLTree

/// Whether a file holds a key at all, for findings about who can read it.
public enum KeyPresence {
    /// Whether there is something in a field `secret`, or anything else that looks like a key, in a comment for instance.
    public static func isFound(in content: SecretKey) -> Bool {
        if let document = try? YAMLDocument(parsing: SecretBytes(copying: content.span)),
            SecretRedactor(document.root).knowsSecrets
        {
            return true
        }
        return KeyLikeness.holds(content.span.copiedToArray())
    }
}
