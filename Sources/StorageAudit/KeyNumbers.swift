internal import EncryptionConfig
internal import EnvelopeCrypto
internal import SecretMemory
internal import Transformers

/// Numbers that equal key bytes share, wherever they are: the same key for two resources has one set of nonces.
struct KeyNumbers {
    private var numbers: [ObjectIdentifier: UInt64] = [:]
    /// Consecutive records usually share a key.
    private var last: (opener: Opener, number: UInt64)?

    mutating func number(of opener: Opener) throws(CipherError) -> UInt64 {
        if let last, last.opener === opener { return last.number }
        guard let secret = opener.key?.secret else { return 0 }
        if numbers[ObjectIdentifier(secret)] == nil {
            numbers[ObjectIdentifier(secret)] = UInt64(try Digest.keyFingerprint(secret.span), radix: 16)
        }
        let number = numbers[ObjectIdentifier(secret)] ?? 0
        last = (opener, number)
        return number
    }

    /// Whether the nonce of a value is one of `repeated`, for any of the keys that fit its prefix.
    mutating func mayRepeat(
        _ value: RawSpan, _ transformer: ResourceTransformer, _ repeated: Set<UInt64>
    ) throws(CipherError) -> Bool {
        var isRepeated = false
        try transformer.eachKey(fitting: value) { opener, message throws(CipherError) in
            guard opener.name == .aesgcm, !isRepeated else { return }
            isRepeated = repeated.contains(NonceLog.hash(message, key: try number(of: opener)))
        }
        return isRepeated
    }
}
