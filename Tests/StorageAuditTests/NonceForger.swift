import SecretMemory
import TestSupport

@testable import EnvelopeCrypto

/// Seals with AES-GCM under a given nonce, which the product never does.
enum NonceForger {
    static func seal(
        _ plaintext: [UInt8], at etcdKey: String, prefix: String, secret: SecretKey, nonce: [UInt8]
    ) throws -> [UInt8] {
        let cipher = try CipherContext.make(.gcm, key: secret.span, direction: .seal)
        try cipher.start(vector: nonce.span.rawBytes)
        var message = SecretBuffer()
        try AESGCM.sealStarted(
            plaintext.span.rawBytes, authenticating: Array(etcdKey.utf8).span.rawBytes, with: cipher,
            appendingTo: &message)
        return Array(prefix.utf8) + nonce + message.bytes.copiedToArray()
    }
}
