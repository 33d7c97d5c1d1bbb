public import SecretMemory

/// AES-CBC as the Kubernetes `aescbc` provider stores it: initialization vector (16 bytes), then the padded plaintext
/// in CBC mode. It has no integrity and does not bind the etcd key: a wrong key or damaged bytes can decrypt without
/// error.
///
/// (k8s.io/apiserver 1.36, pkg/storage/value/encrypt/aes/aes.go, `cbc`.)
///
/// Not Sendable: it keeps one cipher context for each direction. Each thread makes its own.
public final class AESCBC {
    static let blockByteCount = 16

    private let opening: CipherContext
    private let sealing: CipherContext

    /// - Throws: ``CipherError/keyLength(_:allowed:)`` unless the key has 16, 24 or 32 bytes.
    public init(key: borrowing SecretBytes) throws(CipherError) {
        opening = try CipherContext.make(.cbc, key: key.bytes, direction: .open)
        sealing = try CipherContext.make(.cbc, key: key.bytes, direction: .seal)
    }

    /// Opens a message and appends its plaintext to `output`. Success proves nothing: about one wrong key in 255 passes
    /// the padding check.
    /// - Parameter message: Everything after the `k8s:enc:aescbc:v1:<name>:` prefix.
    /// - Throws: ``CipherError/messageTooShort(_:)``, ``CipherError/partialBlock``, ``CipherError/noBlocks``,
    ///   ``CipherError/notPadded`` or ``CipherError/inconsistentPadding``, checked in this order.
    public func open(_ message: RawSpan, appendingTo output: inout SecretBuffer) throws(CipherError) {
        try Self.open(message, with: opening, appendingTo: &output)
    }

    /// Encrypts `plaintext` with a fresh random initialization vector and appends the message to `output`.
    public func seal(_ plaintext: RawSpan, appendingTo output: inout SecretBuffer) throws(CipherError) {
        guard plaintext.byteCount <= CInt.max else { throw .messageTooLong }
        let vector = try RandomBytes.make(Self.blockByteCount)
        try sealing.start(vector: vector.bytes)
        output.append(vector.bytes)
        // Whole blocks first, then the last one: the rest of the plaintext, and the padding.
        let restByteCount = plaintext.byteCount % Self.blockByteCount
        let last = SecretBytes.filling(capacity: Self.blockByteCount) { block in
            block.append(contentsOf: plaintext.extracting(last: restByteCount))
            let paddingByteCount = Self.blockByteCount - restByteCount
            for _ in 0..<paddingByteCount { block.append(UInt8(paddingByteCount)) }
        }
        let whole = plaintext.extracting(droppingLast: restByteCount)
        try output.append(upTo: whole.byteCount + last.count) { output throws(CipherError) in
            try sealing.update(whole, appendingTo: &output)
            try sealing.update(last.bytes, appendingTo: &output)
        }
    }

    static func open(
        _ message: RawSpan, with cipher: borrowing CipherContext, appendingTo output: inout SecretBuffer
    ) throws(CipherError) {
        guard message.byteCount >= blockByteCount else { throw .messageTooShort(message.byteCount) }
        guard message.byteCount % blockByteCount == 0 else { throw .partialBlock }
        guard message.byteCount > blockByteCount else { throw .noBlocks }
        guard message.byteCount <= CInt.max else { throw .messageTooLong }
        let ciphertext = message.extracting(droppingFirst: blockByteCount)
        let start = output.count
        try output.append(upTo: ciphertext.byteCount) { output throws(CipherError) in
            try cipher.start(vector: message.extracting(first: blockByteCount))
            try cipher.update(ciphertext, appendingTo: &output)
        }
        do {
            let paddingByteCount = try paddingByteCount(of: output.bytes.extracting(droppingFirst: start))
            output.truncate(to: output.count - paddingByteCount)
        } catch {
            output.truncate(to: start)
            throw error
        }
    }

    /// The length of the padding, which may be longer than a block: kube-apiserver compares it with the whole
    /// plaintext, not with 16 (aes.go, `decryptUnpadded`).
    private static func paddingByteCount(of padded: RawSpan) throws(CipherError) -> Int {
        let last = padded[padded.byteCount - 1]
        let count = Int(last)
        guard count > 0, count <= padded.byteCount else { throw .notPadded }
        for offset in padded.byteCount - count..<padded.byteCount where padded[offset] != last {
            throw .inconsistentPadding
        }
        return count
    }
}
