import SecretMemory
import TestSupport

@testable import EnvelopeCrypto

/// Seals and reads stored values as envelope-formats.md says, without a line of `Transformers`.
///
/// The ciphers themselves are those of `EnvelopeCrypto`, which has published vectors of its own: the tests have no other
/// AES. Prefixes, lists, order and staleness are written down here once more. AES-CBC is sealed under a vector of the
/// seed's, since whether a wrong key passes for the right one depends on it.
enum ReferenceCipher {
    /// envelope-formats.md, section 3.
    static let encryptedPrefix = Array("k8s:enc:".utf8)

    static func isEncrypted(_ value: [UInt8]) -> Bool { value.starts(with: encryptedPrefix) }

    static func seal(
        _ plaintext: [UInt8], _ cipher: ModelCipher, _ key: ModelKey, at etcdKey: [UInt8], extraPadding: Int = 0,
        using random: inout SeededGenerator
    ) throws -> [UInt8] {
        let secret = SecretKey(key.bytes)
        var message = SecretBuffer()
        switch cipher {
        case .aescbc:
            let vector = random.bytes(16)
            let padding = 16 - plaintext.count % 16 + extraPadding
            let padded = plaintext + [UInt8](repeating: UInt8(padding), count: padding)
            let context = try CipherContext.make(.cbc, key: secret.span, direction: .seal)
            try context.start(vector: vector.span.rawBytes)
            message.append(vector.span.rawBytes)
            try message.append(upTo: padded.count) { output throws(CipherError) in
                try context.update(padded.span.rawBytes, appendingTo: &output)
            }
        case .aesgcm:
            let nonce = random.bytes(12)
            let context = try CipherContext.make(.gcm, key: secret.span, direction: .seal)
            try context.start(vector: nonce.span.rawBytes)
            message.append(nonce.span.rawBytes)
            try AESGCM.sealStarted(
                plaintext.span.rawBytes, authenticating: etcdKey.span.rawBytes, with: context, appendingTo: &message)
        case .secretbox: try Secretbox(key: secret).seal(plaintext.span.rawBytes, appendingTo: &message)
        }
        return cipher.prefix + key.name + [UInt8(ascii: ":")] + message.bytes.copiedToArray()
    }

    /// What came of reading a value.
    enum Outcome: Equatable {
        /// - Parameters:
        ///   - isStale: envelope-formats.md, section 2, "Stale".
        ///   - key: Nil for identity.
        ///   - padding: Of AES-CBC; 0 for other ciphers.
        case opened([UInt8], isStale: Bool, key: ModelKey?, padding: Int)
        case failed
        /// Only a KMS plugin can tell. `isFirst` is whether new values go to it.
        case needsPlugin(isFirst: Bool)
    }

    /// envelope-formats.md, section 2: two nested lists, no end at the first match.
    static func open(_ value: [UInt8], at etcdKey: [UInt8], _ providers: [ModelProvider]) -> Outcome {
        var plugin: Outcome?
        for (index, provider) in providers.enumerated() {
            switch provider {
            case .identity:
                if !isEncrypted(value) { return .opened(value, isStale: index > 0, key: nil, padding: 0) }
            case .keys(let cipher, let keys):
                for (keyIndex, key) in keys.enumerated() {
                    let prefix = cipher.prefix + key.name + [UInt8(ascii: ":")]
                    guard value.starts(with: prefix) else { continue }
                    let message = Array(value.dropFirst(prefix.count))
                    guard let plaintext = open(message, cipher, key.bytes, at: etcdKey) else { continue }
                    let padding = cipher == .aescbc ? message.count - 16 - plaintext.count : 0
                    return .opened(plaintext, isStale: index + keyIndex > 0, key: key, padding: padding)
                }
            case .kms(let name):
                // No value of a test has a damaged envelope.
                if value.starts(with: kmsPrefix(name)) { plugin = .needsPlugin(isFirst: index == 0) }
            }
        }
        return plugin ?? .failed
    }

    static func open(_ message: [UInt8], _ cipher: ModelCipher, _ key: [UInt8], at etcdKey: [UInt8]) -> [UInt8]? {
        let secret = SecretKey(key)
        var output = SecretBuffer()
        do throws(CipherError) {
            switch cipher {
            case .aescbc: try AESCBC(key: secret.bytes).open(message.span.rawBytes, appendingTo: &output)
            case .aesgcm:
                try AESGCM(key: secret.bytes).open(
                    message.span.rawBytes, authenticating: etcdKey.span.rawBytes, appendingTo: &output)
            case .secretbox: try Secretbox(key: secret).open(message.span.rawBytes, appendingTo: &output)
            }
        } catch {
            return nil
        }
        return output.bytes.copiedToArray()
    }

    static func kmsPrefix(_ provider: String) -> [UInt8] { Array("k8s:enc:kms:v2:\(provider):".utf8) }

    /// envelope-formats.md, section 7: an EncryptedObject of some bytes, with the type of a seed.
    static func kmsValue(_ provider: String, using random: inout SeededGenerator) -> [UInt8] {
        kmsPrefix(provider) + [0x0a, 80] + random.bytes(80) + [0x12, 1, 0x37, 0x1a, 36] + random.bytes(36) + [0x28, 1]
    }
}
