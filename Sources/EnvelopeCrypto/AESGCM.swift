public import SecretMemory

/// AES-GCM as the Kubernetes `aesgcm` provider stores it: nonce (12 bytes), ciphertext, tag (16 bytes), bound to the
/// etcd key of the value.
///
/// (k8s.io/apiserver 1.36, pkg/storage/value/encrypt/aes/aes.go, `gcm`.)
///
/// Not Sendable: it keeps one cipher context for each direction. Each thread makes its own.
public final class AESGCM {
    static let nonceByteCount = 12
    static let tagByteCount = 16
    /// The number of bytes by which a message is longer than its plaintext.
    public static let overheadByteCount = nonceByteCount + tagByteCount

    private let opening: CipherContext
    private let sealing: CipherContext

    /// - Throws: ``CipherError/keyLength(_:allowed:)`` unless the key has 16, 24 or 32 bytes.
    public init(key: borrowing SecretBytes) throws(CipherError) {
        opening = try CipherContext.make(.gcm, key: key.bytes, direction: .open)
        sealing = try CipherContext.make(.gcm, key: key.bytes, direction: .seal)
    }

    /// Opens a message and appends its plaintext to `output`. None of it stays there if the tag is wrong.
    /// - Parameters:
    ///   - message: Everything after the `k8s:enc:aesgcm:v1:<name>:` prefix.
    ///   - context: The etcd key of the value, such as `/registry/secrets/ns/name`.
    /// - Throws: ``CipherError/messageTooShort(_:)`` for less than a nonce, else
    ///   ``CipherError/authenticationFailed`` for whatever is wrong.
    public func open(
        _ message: RawSpan, authenticating context: RawSpan, appendingTo output: inout SecretBuffer
    ) throws(CipherError) {
        try Self.open(message, authenticating: context, with: opening, appendingTo: &output)
    }

    /// Encrypts `plaintext` with a fresh random nonce and appends the message to `output`.
    public func seal(
        _ plaintext: RawSpan, authenticating context: RawSpan, appendingTo output: inout SecretBuffer
    ) throws(CipherError) {
        let nonce = try RandomBytes.make(Self.nonceByteCount)
        try sealing.start(vector: nonce.bytes)
        output.append(nonce.bytes)
        try Self.sealStarted(plaintext, authenticating: context, with: sealing, appendingTo: &output)
    }

    /// Opens nonce, ciphertext and tag under the key of `cipher`.
    static func open(
        _ message: RawSpan, authenticating context: RawSpan, with cipher: borrowing CipherContext,
        appendingTo output: inout SecretBuffer
    ) throws(CipherError) {
        guard message.byteCount >= nonceByteCount else { throw .messageTooShort(message.byteCount) }
        let body = message.extracting(droppingFirst: nonceByteCount)
        guard body.byteCount >= tagByteCount else { throw .authenticationFailed }
        try cipher.start(
            vector: message.extracting(first: nonceByteCount), tag: body.extracting(last: tagByteCount))
        try finishOpening(body, authenticating: context, with: cipher, appendingTo: &output)
    }

    /// Opens ciphertext and tag; key and nonce are set.
    static func openStarted(
        _ body: RawSpan, authenticating context: RawSpan, with cipher: borrowing CipherContext,
        appendingTo output: inout SecretBuffer
    ) throws(CipherError) {
        guard body.byteCount >= tagByteCount else { throw .authenticationFailed }
        try cipher.setTag(body.extracting(last: tagByteCount))
        try finishOpening(body, authenticating: context, with: cipher, appendingTo: &output)
    }

    /// Opens ciphertext and tag; key, nonce and tag are set.
    private static func finishOpening(
        _ body: RawSpan, authenticating context: RawSpan, with cipher: borrowing CipherContext,
        appendingTo output: inout SecretBuffer
    ) throws(CipherError) {
        guard body.byteCount <= CInt.max, context.byteCount <= CInt.max else { throw .messageTooLong }
        let ciphertext = body.extracting(droppingLast: tagByteCount)
        try output.append(upTo: ciphertext.byteCount) { output throws(CipherError) in
            try cipher.authenticate(context)
            try cipher.update(ciphertext, appendingTo: &output)
            guard cipher.finish() else { throw CipherError.authenticationFailed }
        }
    }

    /// Appends ciphertext and tag; key and nonce are set.
    static func sealStarted(
        _ plaintext: RawSpan, authenticating context: RawSpan, with cipher: borrowing CipherContext,
        appendingTo output: inout SecretBuffer
    ) throws(CipherError) {
        guard plaintext.byteCount <= CInt.max, context.byteCount <= CInt.max else { throw .messageTooLong }
        try output.append(upTo: plaintext.byteCount + tagByteCount) { output throws(CipherError) in
            try cipher.authenticate(context)
            try cipher.update(plaintext, appendingTo: &output)
            guard cipher.finish() else { throw .library(LibraryFailure(call: "EVP_CipherFinal_ex")) }
            try cipher.appendTag(byteCount: tagByteCount, to: &output)
        }
    }
}
