internal import ConfigurationLint
public import EncryptionConfig
internal import EnvelopeCrypto
internal import SecretMemory

/// The fingerprint of a key, which identifies it without showing it; nil for a weak key, as it would confirm a guess.
public func fingerprint(of key: EncryptionKey) throws(CommandFailure) -> String? {
    guard !key.isWeak else { return nil }
    return try cipherCall { () throws(CipherError) in try Digest.keyFingerprint(key.secret.span) }
}

/// ` (fingerprint 0123456789abcdef)`; nothing for a weak key.
public func fingerprintNote(of key: EncryptionKey) throws(CommandFailure) -> String {
    try fingerprint(of: key).map { " (fingerprint \($0))" } ?? ""
}
