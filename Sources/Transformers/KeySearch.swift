public import EncryptionConfig
public import EnvelopeCrypto
public import GoText
internal import SecretMemory

/// A static key that opens a value although kube-apiserver would not try it, or not in time.
public struct FoundKey: Sendable {
    public let provider: Provider
    public let key: EncryptionKey
    /// The name that the value calls its key by.
    public let storedName: ByteName
}

/// Looks for the key of a value among all keys of its cipher, whatever their names: a key that was renamed, or one
/// whose name now belongs to another.
public enum KeySearch {
    /// Names of keys longer than this are not looked for.
    private static let nameByteCountLimit = 256

    /// Tries each key at each place where the name of the key may end, since names may contain colons.
    ///
    /// - Parameters:
    ///   - value: The whole value as etcd has it.
    ///   - etcdKey: The etcd key, to which AES-GCM ties the value.
    ///   - keys: Candidates in order; those of other ciphers are skipped.
    ///   - accepting: Whether a plaintext is what was stored. AES-CBC opens much with a wrong key, so it decides.
    /// - Throws: ``CipherError`` if the cipher library lacks a cipher.
    public static func find(
        _ value: RawSpan, etcdKey: RawSpan, among keys: [(provider: Provider, key: EncryptionKey)],
        accepting: (RawSpan) -> Bool
    ) throws(CipherError) -> FoundKey? {
        var plaintext = SecretBuffer()
        for (provider, key) in keys {
            let prefix = Array(provider.storedPrefix.utf8)
            guard value.starts(with: prefix.span.rawBytes) else { continue }
            let cipher = try KeyCipher(key, of: provider)
            let rest = value.extracting(droppingFirst: prefix.count)
            for end in nameEnds(in: rest) {
                plaintext.truncate(to: 0)
                do throws(TransformError) {
                    _ = try cipher.open(
                        rest.extracting(droppingFirst: end + 1), etcdKey: etcdKey, appendingTo: &plaintext)
                } catch {
                    continue
                }
                guard accepting(plaintext.bytes) else { continue }
                let name = ByteName(String(decoding: rest.extracting(first: end).copiedToArray(), as: UTF8.self))
                return FoundKey(provider: provider, key: key, storedName: name)
            }
        }
        return nil
    }

    /// Where colons stand, within the length that a name may have.
    private static func nameEnds(in rest: RawSpan) -> [Int] {
        (0..<min(rest.byteCount, nameByteCountLimit)).filter { rest[$0] == UInt8(ascii: ":") }
    }
}
