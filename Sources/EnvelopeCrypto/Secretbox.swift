internal import CSodium
public import SecretMemory

/// NaCl secretbox (XSalsa20 and Poly1305) as the Kubernetes `secretbox` provider stores it: nonce (24 bytes), tag
/// (16 bytes), ciphertext. It is not tied to the etcd key.
///
/// (k8s.io/apiserver 1.36, pkg/storage/value/encrypt/secretbox/secretbox.go.)
public final class Secretbox: Sendable {
    static let keyByteCount = 32
    static let nonceByteCount = 24
    static let tagByteCount = 16

    private let key: SecretKey

    /// - Throws: ``CipherError/keyLength(_:allowed:)`` unless the key has 32 bytes.
    public init(key: SecretKey) throws(CipherError) {
        guard key.bytes.count == Self.keyByteCount else {
            throw .keyLength(key.bytes.count, allowed: [Self.keyByteCount])
        }
        // Chooses the implementations for this processor; may be called any number of times, from any thread.
        guard sodium_init() >= 0 else { throw .library(LibraryFailure(call: "sodium_init")) }
        self.key = key
    }

    /// Opens a message and appends its plaintext to `output`. None of it stays there if the tag is wrong.
    /// - Parameter message: Everything after the `k8s:enc:secretbox:v1:<name>:` prefix.
    /// - Throws: ``CipherError/messageTooShort(_:)`` for less than nonce and tag, else
    ///   ``CipherError/secretboxRefused``.
    public func open(_ message: RawSpan, appendingTo output: inout SecretBuffer) throws(CipherError) {
        guard message.byteCount >= Self.nonceByteCount + Self.tagByteCount else {
            throw .messageTooShort(message.byteCount)
        }
        let nonce = message.extracting(first: Self.nonceByteCount)
        let box = message.extracting(droppingFirst: Self.nonceByteCount)
        try output.append(upTo: box.byteCount - Self.tagByteCount) { output throws(CipherError) in
            let opened = unsafe Self.call(encconf_secretbox_open, box, nonce, key.bytes, &output)
            guard opened else { throw CipherError.secretboxRefused }
        }
    }

    /// Encrypts `plaintext` with a fresh random nonce and appends the message to `output`.
    public func seal(_ plaintext: RawSpan, appendingTo output: inout SecretBuffer) throws(CipherError) {
        let nonce = try RandomBytes.make(Self.nonceByteCount)
        output.append(nonce.bytes)
        try output.append(upTo: plaintext.byteCount + Self.tagByteCount) { output throws(CipherError) in
            let sealed = unsafe Self.call(encconf_secretbox_seal, plaintext, nonce.bytes, key.bytes, &output)
            guard sealed else { throw CipherError.library(LibraryFailure(call: "crypto_secretbox_easy")) }
        }
    }

    private typealias Function = (
        UnsafeMutableRawPointer?, UnsafeRawPointer?, Int, UnsafeRawPointer?, UnsafeRawPointer?
    ) -> CInt

    /// Calls one of the two functions of secretbox, which fill the whole capacity of `output` or fail.
    private static func call(
        _ function: Function, _ input: RawSpan, _ nonce: RawSpan, _ key: borrowing SecretBytes,
        _ output: inout OutputRawSpan
    ) -> Bool {
        unsafe output.withUnsafeMutableBytes { output, initializedCount in
            let status = unsafe input.withUnsafeBytes { input in
                unsafe nonce.withUnsafeBytes { nonce in
                    unsafe key.bytes.withUnsafeBytes { key in
                        unsafe function(
                            output.baseAddress, input.baseAddress, input.count, nonce.baseAddress, key.baseAddress)
                    }
                }
            }
            if status == 0 { initializedCount = output.count }
            return status == 0
        }
    }
}
