public import SecretMemory

/// AES-GCM with a nonce extended by key derivation, as KMS v2 values are stored since Kubernetes 1.29: info (32 bytes),
/// nonce (12 bytes), ciphertext, tag (16 bytes). Each value has its own key: HKDF-Expand of the seed with that info.
///
/// (k8s.io/apiserver 1.36, pkg/storage/value/encrypt/aes/aes_extended_nonce.go.)
///
/// Not Sendable: it keeps cipher contexts. Each thread makes its own.
public final class ExtendedNonceGCM {
    static let infoByteCount = 32
    /// Least length of a seed, and length of the derived keys (aes_extended_nonce.go, `commonSize`).
    static let keyByteCount = 32

    private let seed: SecretKey
    private let derivation: HKDFExpand
    private let opening: CipherContext
    private let sealing: CipherContext

    /// - Throws: ``CipherError/seedLength(_:)`` for less than 32 bytes.
    public init(seed: SecretKey) throws(CipherError) {
        guard seed.bytes.count >= Self.keyByteCount else { throw .seedLength(seed.bytes.count) }
        self.seed = seed
        derivation = try HKDFExpand()
        // Any key will do: each value sets its own.
        let placeholder = SecretBytes.filling(capacity: Self.keyByteCount) { key in
            for _ in 0..<Self.keyByteCount { key.append(0) }
        }
        opening = try CipherContext.make(.gcm, key: placeholder.bytes, direction: .open)
        sealing = try CipherContext.make(.gcm, key: placeholder.bytes, direction: .seal)
    }

    /// Opens a message and appends its plaintext to `output`. None of it stays there if the tag is wrong.
    /// - Parameters:
    ///   - message: The `encryptedData` of a KMS v2 envelope.
    ///   - context: The etcd key of the value. The info is no part of what is authenticated.
    /// - Throws: ``CipherError/messageTooShort(_:)``, ``CipherError/noContext`` or
    ///   ``CipherError/authenticationFailed``.
    public func open(
        _ message: RawSpan, authenticating context: RawSpan, appendingTo output: inout SecretBuffer
    ) throws(CipherError) {
        guard message.byteCount >= Self.infoByteCount else { throw .messageTooShort(message.byteCount) }
        guard context.byteCount > 0 else { throw .noContext }
        let body = message.extracting(droppingFirst: Self.infoByteCount)
        guard body.byteCount >= AESGCM.nonceByteCount else { throw .messageTooShort(message.byteCount) }
        let seed = seed
        let key = try derivation.derive(
            Self.keyByteCount, seed: seed.span, info: message.extracting(first: Self.infoByteCount))
        try opening.start(key: key.bytes, vector: body.extracting(first: AESGCM.nonceByteCount))
        try AESGCM.openStarted(
            body.extracting(droppingFirst: AESGCM.nonceByteCount), authenticating: context, with: opening,
            appendingTo: &output)
    }

    /// Encrypts `plaintext` with fresh random info and nonce and appends the message to `output`.
    public func seal(
        _ plaintext: RawSpan, authenticating context: RawSpan, appendingTo output: inout SecretBuffer
    ) throws(CipherError) {
        guard context.byteCount > 0 else { throw .noContext }
        let info = try RandomBytes.make(Self.infoByteCount)
        let nonce = try RandomBytes.make(AESGCM.nonceByteCount)
        let seed = seed
        let key = try derivation.derive(Self.keyByteCount, seed: seed.span, info: info.bytes)
        try sealing.start(key: key.bytes, vector: nonce.bytes)
        output.append(info.bytes)
        output.append(nonce.bytes)
        try AESGCM.sealStarted(plaintext, authenticating: context, with: sealing, appendingTo: &output)
    }
}
