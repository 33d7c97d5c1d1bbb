import SecretMemory
import TestSupport
import Testing

@testable import EnvelopeCrypto

/// One of the ciphers with one length of key, so that a test can say the same of all of them.
struct TestCipher: Sendable, CustomTestStringConvertible {
    enum Kind: String { case aescbc, aesgcm, secretbox, extendedNonce }

    let kind: Kind
    let keyByteCount: Int
    /// The length of the initialisation vector or nonce in front, of which each value has its own.
    let vectorByteCount: Int

    var testDescription: String { "\(kind.rawValue) \(keyByteCount)" }

    static let all = [
        TestCipher(kind: .aescbc, keyByteCount: 16, vectorByteCount: 16),
        TestCipher(kind: .aescbc, keyByteCount: 24, vectorByteCount: 16),
        TestCipher(kind: .aescbc, keyByteCount: 32, vectorByteCount: 16),
        TestCipher(kind: .aesgcm, keyByteCount: 16, vectorByteCount: 12),
        TestCipher(kind: .aesgcm, keyByteCount: 24, vectorByteCount: 12),
        TestCipher(kind: .aesgcm, keyByteCount: 32, vectorByteCount: 12),
        TestCipher(kind: .secretbox, keyByteCount: 32, vectorByteCount: 24),
        TestCipher(kind: .extendedNonce, keyByteCount: 32, vectorByteCount: 44),
        TestCipher(kind: .extendedNonce, keyByteCount: 47, vectorByteCount: 44),
    ]

    /// How long the message for a plaintext is.
    func sealedByteCount(_ plaintextByteCount: Int) -> Int {
        switch kind {
        case .aescbc: 16 + (plaintextByteCount / 16 + 1) * 16
        case .aesgcm, .secretbox, .extendedNonce: vectorByteCount + plaintextByteCount + 16
        }
    }

    func keyed(_ key: [UInt8]) throws -> Keyed { try Keyed(self, key) }

    /// A cipher with a key and an etcd key.
    final class Keyed {
        private enum Cipher {
            case aescbc(AESCBC)
            case aesgcm(AESGCM)
            case secretbox(Secretbox)
            case extendedNonce(ExtendedNonceGCM)
        }

        private let cipher: Cipher

        fileprivate init(_ test: TestCipher, _ key: [UInt8]) throws {
            let key = SecretKey(key)
            cipher =
                switch test.kind {
                case .aescbc: .aescbc(try AESCBC(key: key.bytes))
                case .aesgcm: .aesgcm(try AESGCM(key: key.bytes))
                case .secretbox: .secretbox(try Secretbox(key: key))
                case .extendedNonce: .extendedNonce(try ExtendedNonceGCM(seed: key))
                }
        }

        func seal(_ plaintext: [UInt8], context: String = defaultContext) throws -> [UInt8] {
            try seal(plaintext.span.rawBytes, context: context)
        }

        func seal(_ plaintext: RawSpan, context: String = defaultContext) throws -> [UInt8] {
            let context = Array(context.utf8)
            var output = SecretBuffer()
            output.append("before")
            switch cipher {
            case .aescbc(let cipher): try cipher.seal(plaintext, appendingTo: &output)
            case .aesgcm(let cipher):
                try cipher.seal(
                    plaintext, authenticating: context.span.rawBytes, appendingTo: &output)
            case .secretbox(let cipher): try cipher.seal(plaintext, appendingTo: &output)
            case .extendedNonce(let cipher):
                try cipher.seal(
                    plaintext, authenticating: context.span.rawBytes, appendingTo: &output)
            }
            return Array(output.bytes.copiedToArray().dropFirst(6))
        }

        /// Opens a message; checks that what stood in the buffer before still does, and that a failure adds nothing.
        func open(_ message: [UInt8], context: String = defaultContext) -> Result<[UInt8], CipherError> {
            let context = Array(context.utf8)
            return openInto { output throws(CipherError) in
                switch cipher {
                case .aescbc(let cipher): try cipher.open(message.span.rawBytes, appendingTo: &output)
                case .aesgcm(let cipher):
                    try cipher.open(
                        message.span.rawBytes, authenticating: context.span.rawBytes, appendingTo: &output)
                case .secretbox(let cipher): try cipher.open(message.span.rawBytes, appendingTo: &output)
                case .extendedNonce(let cipher):
                    try cipher.open(
                        message.span.rawBytes, authenticating: context.span.rawBytes, appendingTo: &output)
                }
            }
        }
    }
}

let defaultContext = "/registry/secrets/default/foo"

/// What `open` appends to a buffer that is not empty; checks that a failure leaves it as it was.
func openInto<Failure: Error>(
    _ open: (inout SecretBuffer) throws(Failure) -> Void
) -> Result<[UInt8], Failure> {
    var output = SecretBuffer()
    output.append("before")
    do throws(Failure) {
        try open(&output)
    } catch {
        #expect(output.bytes.copiedToArray() == Array("before".utf8))
        return .failure(error)
    }
    let bytes = output.bytes.copiedToArray()
    #expect(bytes.starts(with: "before".utf8))
    return .success(Array(bytes.dropFirst(6)))
}

/// AES-CBC of whole blocks, with nothing about padding.
enum RawCBC {
    static func open(_ ciphertext: [UInt8], vector: [UInt8], key: [UInt8]) throws -> [UInt8] {
        try run(ciphertext, vector, key, .open)
    }

    static func seal(_ plaintext: [UInt8], vector: [UInt8], key: [UInt8]) throws -> [UInt8] {
        try run(plaintext, vector, key, .seal)
    }

    private static func run(
        _ input: [UInt8], _ vector: [UInt8], _ key: [UInt8], _ direction: CipherContext.Direction
    ) throws -> [UInt8] {
        let context = try CipherContext.make(.cbc, key: key.span.rawBytes, direction: direction)
        try context.start(vector: vector.span.rawBytes)
        var output = SecretBuffer()
        try output.append(upTo: input.count) { output throws(CipherError) in
            try context.update(input.span.rawBytes, appendingTo: &output)
        }
        return output.bytes.copiedToArray()
    }
}
