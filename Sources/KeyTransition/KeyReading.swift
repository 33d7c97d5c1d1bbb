public import EncryptionConfig

/// Whether providers read what a key writes, all keys tried in order.
public enum KeyReading {
    /// Whether every value of the key decrypts to what was written. False if another key that is tried first may decrypt
    /// some of them to something else.
    public static func isReadable(_ key: StorageKey, by providers: [Provider]) -> Bool {
        KeyList(pattern: nil, providers: providers).reading(key).isSame
    }
}
