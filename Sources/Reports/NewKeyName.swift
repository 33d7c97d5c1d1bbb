internal import EnvelopeCrypto
public import Explanations
public import GoText
public import SecretMemory

/// The default name of a new key: `key-20260131t120000z-1f0c`, its creation time in UTC and the first four digits of
/// its fingerprint. Only the file describes a key, so its name shows its age. The digits keep names unique when two
/// nodes create keys in the same second.
public func newKeyName(of secret: SecretKey, at seconds: Int64 = UTCTime.now) throws(CommandFailure) -> ByteName {
    let fingerprint = try cipherCall { () throws(CipherError) in try Digest.keyFingerprint(secret.span) }
    let stamp = UTCTime.rfc3339(seconds).filter { $0 != "-" && $0 != ":" }.lowercased()
    return ByteName("key-\(stamp)-\(fingerprint.prefix(4))")
}
