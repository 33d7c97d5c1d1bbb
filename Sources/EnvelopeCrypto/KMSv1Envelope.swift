public import SecretMemory

/// What follows `k8s:enc:kms:v1:<provider>:` in a stored value: the length of the encrypted DEK (two bytes,
/// big-endian), the encrypted DEK, and the value under that DEK.
///
/// (k8s.io/apiserver 1.36, pkg/storage/value/encrypt/envelope/envelope.go.)
public struct KMSv1Envelope: Sendable {
    /// The data encryption key as the KMS plugin encrypted it. No secret.
    public let encryptedDEK: [UInt8]
    /// The range of the encrypted value in the envelope.
    let body: Range<Int>

    /// Reads the layout.
    /// - Throws: ``KMSEnvelopeError/missingDEKLength`` if it does not fit.
    public init(parsing envelope: RawSpan) throws(KMSEnvelopeError) {
        guard envelope.byteCount >= 2 else { throw .missingDEKLength }
        let end = 2 + Int(envelope[0]) << 8 + Int(envelope[1])
        guard end <= envelope.byteCount else { throw .missingDEKLength }
        encryptedDEK = envelope.extracting(2..<end).copiedToArray()
        body = end..<envelope.byteCount
    }

    /// Opens the value: AES-GCM, or AES-CBC as releases before 1.25 wrote it.
    ///
    /// - Parameters:
    ///   - envelope: The bytes that were parsed.
    ///   - dek: What the plugin answered: 16, 24 or 32 bytes.
    ///   - context: The etcd key of the value.
    ///   - output: Gets the plaintext appended.
    /// - Returns: Whether the value is in the old form, which makes it stale.
    /// - Throws: ``KMSOpeningError`` with the reason of each form.
    public func open(
        _ envelope: RawSpan, dek: borrowing SecretBytes, authenticating context: RawSpan,
        appendingTo output: inout SecretBuffer
    ) throws(KMSOpeningError) -> Bool {
        let message = envelope.extracting(body)
        var reasons: [CipherError] = []
        do {
            let cipher = try CipherContext.make(.gcm, key: dek.bytes, direction: .open)
            try AESGCM.open(message, authenticating: context, with: cipher, appendingTo: &output)
            return false
        } catch .keyLength(let count, let allowed) {
            throw KMSOpeningError(reasons: [.keyLength(count, allowed: allowed)])
        } catch {
            reasons.append(error)
        }
        do {
            let cipher = try CipherContext.make(.cbc, key: dek.bytes, direction: .open)
            try AESCBC.open(message, with: cipher, appendingTo: &output)
            return true
        } catch {
            throw KMSOpeningError(reasons: reasons + [error])
        }
    }
}

/// Why neither form of a KMS v1 value could be opened, in the order in which they were tried.
public struct KMSOpeningError: Error, Equatable {
    public let reasons: [CipherError]
}
