public import EncryptionConfig
public import ShownText

extension StoredKeyLabel {
    /// `aescbc key1`, `aescbc` or `plaintext`.
    public var text: Phrase {
        if let key { return "\(provider) \(name: key)" }
        // A provider as a whole has no key either.
        return provider == .identity ? "plaintext" : "\(provider)"
    }
}
