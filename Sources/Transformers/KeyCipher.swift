internal import EncryptionConfig
internal import EnvelopeCrypto
internal import GoText
internal import SecretMemory

/// One static key with its cipher.
///
/// Not Sendable: ciphers keep contexts. Each thread makes its own.
final class KeyCipher {
    private enum Cipher {
        case aescbc(AESCBC)
        case aesgcm(AESGCM)
        case secretbox(Secretbox)
    }

    let opener: Opener
    private let cipher: Cipher

    init(_ key: EncryptionKey, of provider: Provider) throws(CipherError) {
        opener = Opener(provider, key: key)
        cipher =
            switch provider.kind {
            case .aesgcm: .aesgcm(try AESGCM(key: key.secret.bytes))
            case .secretbox: .secretbox(try Secretbox(key: key.secret))
            case .aescbc, .identity, .kms: .aescbc(try AESCBC(key: key.secret.bytes))
            }
    }

    /// Opens what follows the name of the key.
    func open(
        _ message: RawSpan, etcdKey: RawSpan, appendingTo output: inout SecretBuffer
    ) throws(TransformError) -> Opened {
        do {
            switch cipher {
            case .aescbc(let cipher): try cipher.open(message, appendingTo: &output)
            case .aesgcm(let cipher):
                try cipher.open(message, authenticating: etcdKey, appendingTo: &output)
            case .secretbox(let cipher): try cipher.open(message, appendingTo: &output)
            }
        } catch {
            throw TransformError(.cipher(error, provider: opener.name, key: opener.key?.name ?? ""))
        }
        return Opened(opener)
    }

    /// Encrypts a value, without the prefixes.
    func seal(_ plaintext: RawSpan, etcdKey: RawSpan, appendingTo output: inout SecretBuffer) throws(CipherError) {
        switch cipher {
        case .aescbc(let cipher): try cipher.seal(plaintext, appendingTo: &output)
        case .aesgcm(let cipher): try cipher.seal(plaintext, authenticating: etcdKey, appendingTo: &output)
        case .secretbox(let cipher): try cipher.seal(plaintext, appendingTo: &output)
        }
    }
}
