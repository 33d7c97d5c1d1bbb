internal import EnvelopeCrypto
public import Explanations
public import GoText
public import SecretMemory

/// The default name of a new key: `key-20260131t120000z-1f0c`, the time of its making in UTC and the first four digits of
/// its fingerprint. The file is all that is known of a key, so its name tells its age; and one name must not come to stand
/// for two keys, as it could when two nodes make keys in one second.
public func newKeyName(of secret: SecretKey, at seconds: Int64 = UTCTime.now) throws(CommandFailure) -> ByteName {
    let fingerprint = try cipherCall { () throws(CipherError) in try Digest.keyFingerprint(secret.span) }
    let stamp = UTCTime.rfc3339(seconds).filter { $0 != "-" && $0 != ":" }.lowercased()
    return ByteName("key-\(stamp)-\(fingerprint.prefix(4))")
}
