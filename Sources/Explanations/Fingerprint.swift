public import EncryptionConfig
internal import EnvelopeCrypto
internal import SecretMemory

/// The fingerprint of a key: what tells it from another without showing it.
public func fingerprint(of key: EncryptionKey) throws(CommandFailure) -> String {
    try cipherCall { () throws(CipherError) in try Digest.keyFingerprint(key.secret.span) }
}
