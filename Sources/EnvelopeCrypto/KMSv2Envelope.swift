public import GoText
internal import ProtobufWire
public import SecretMemory

/// What follows `k8s:enc:kms:v2:<provider>:` in a stored value: the protobuf message `EncryptedObject`.
///
/// (k8s.io/apiserver 1.36, pkg/storage/value/encrypt/envelope/kmsv2/v2/api.proto and envelope.go.)
public struct KMSv2Envelope: Sendable {
    /// How the key of the value comes from what the plugin decrypts.
    public enum DEKSourceType: Int32, Sendable {
        /// The plaintext is the AES-GCM key itself, as releases before 1.29 wrote it.
        case key = 0
        /// The plaintext is a seed, from which the key of each value is derived.
        case seed = 1
    }

    static let maximumDEKSourceByteCount = 1024
    static let maximumKeyIDByteCount = 1024
    static let maximumAnnotationsByteCount = 32 * 1024

    /// The name that the plugin gave to the key it encrypted with.
    public private(set) var keyID: ByteName = ""
    public private(set) var dekSourceType = DEKSourceType.key
    /// The DEK or seed as the plugin encrypted it. No secret.
    public private(set) var encryptedDEKSource: [UInt8] = []
    /// Data that the plugin gets again when it decrypts.
    public private(set) var annotations: [ByteName: [UInt8]] = [:]
    /// The range of the encrypted value in the envelope.
    private var encryptedData = 0..<0

    /// Reads and checks an envelope.
    ///
    /// - Parameters:
    ///   - isTypeRead: Whether the type of the DEK source counts. Kubernetes 1.26 and 1.27 do not know it, and take every
    ///     source for a key.
    /// - Throws: ``KMSEnvelopeError``, the same that kube-apiserver would find first.
    public init(
        parsing envelope: RawSpan, readingSourceType isTypeRead: Bool = true
    ) throws(KMSEnvelopeError) {
        var rawType: Int32 = 0
        var reader = WireReader(envelope)
        while let field = try Self.next(&reader, envelope) {
            let payload = envelope.extracting(field.payload)
            switch (field.number, field.type) {
            case (1, .bytes): encryptedData = field.payload
            case (2, .bytes): keyID = ByteName(try Self.text(payload, field: "keyID"))
            case (3, .bytes): encryptedDEKSource = payload.copiedToArray()
            case (4, .bytes): try addAnnotation(payload)
            case (5, .varint) where isTypeRead: rawType = Int32(truncatingIfNeeded: field.varint)
            default: break  // Unknown fields are no error.
            }
        }
        guard let type = DEKSourceType(rawValue: rawType) else { throw .unknownDEKSourceType(rawType) }
        dekSourceType = type
        guard !encryptedData.isEmpty else { throw .emptyData }
        try Self.validate(encryptedDEKSource: encryptedDEKSource, keyID: keyID, annotations: annotations)
    }

    /// Opens the value with a DEK or seed that the plugin decrypted.
    /// - Parameters:
    ///   - envelope: The bytes that were parsed.
    ///   - key: A key made by ``KMSv2Key/init(_:type:)`` for the same source.
    ///   - context: The etcd key of the value.
    ///   - output: Gets the plaintext appended.
    /// - Throws: ``CipherError`` as the cipher gives it.
    public func open(
        _ envelope: RawSpan, key: KMSv2Key, authenticating context: RawSpan, appendingTo output: inout SecretBuffer
    ) throws(CipherError) {
        let message = envelope.extracting(encryptedData)
        switch key.cipher {
        case .key(let cipher): try cipher.open(message, authenticating: context, appendingTo: &output)
        case .seed(let cipher): try cipher.open(message, authenticating: context, appendingTo: &output)
        }
    }

    /// The checks of kube-apiserver, in its order, before it opens a value and before it writes one
    /// (envelope.go, `validateEncryptedObject`).
    public static func validate(
        encryptedDEKSource: [UInt8], keyID: ByteName, annotations: [ByteName: [UInt8]]
    ) throws(KMSEnvelopeError) {
        guard !encryptedDEKSource.isEmpty else { throw .emptyDEKSource }
        guard encryptedDEKSource.count <= maximumDEKSourceByteCount else {
            throw .longDEKSource(encryptedDEKSource.count)
        }
        if let error = KMSEnvelopeError(keyID: keyID) { throw error }
        // Upstream walks a map in random order; ours is sorted, so that an answer is stable.
        var errors = annotations.keys.sorted().flatMap { DomainName.errors(of: $0.text, path: "annotations") }
        let total = annotations.reduce(0) { $0 + $1.key.utf8.count + $1.value.count }
        if total > maximumAnnotationsByteCount {
            errors.append(
                "total size of annotations is \(total), which exceeds the max size of \(maximumAnnotationsByteCount)")
        }
        guard errors.isEmpty else { throw .annotations(errors) }
    }

    private mutating func addAnnotation(_ entry: RawSpan) throws(KMSEnvelopeError) {
        var key: ByteName = ""
        var value: [UInt8] = []
        var reader = WireReader(entry)
        while let field = try Self.next(&reader, entry) {
            let payload = entry.extracting(field.payload)
            switch (field.number, field.type) {
            case (1, .bytes): key = ByteName(try Self.text(payload, field: "annotations"))
            case (2, .bytes): value = payload.copiedToArray()
            default: break
            }
        }
        annotations[key] = value
    }

    private static func next(
        _ reader: inout WireReader, _ message: RawSpan
    ) throws(KMSEnvelopeError) -> WireField? {
        do { return try reader.next() } catch { throw .malformed(ProtobufFault(of: message)) }
    }

    private static func text(_ bytes: RawSpan, field: String) throws(KMSEnvelopeError) -> String {
        guard let text = String(validatingUTF8: bytes) else { throw .invalidUTF8(field: field) }
        return text
    }
}

/// The key material behind one DEK source, ready to open any number of values.
///
/// Not Sendable: it keeps cipher contexts. Each thread makes its own.
public final class KMSv2Key {
    enum Cipher {
        case key(AESGCM)
        case seed(ExtendedNonceGCM)
    }

    let cipher: Cipher
    /// How long what the plugin decrypted is.
    public let sourceByteCount: Int

    /// - Throws: ``CipherError/keyLength(_:allowed:)`` or ``CipherError/seedLength(_:)``.
    public init(_ secret: SecretKey, type: KMSv2Envelope.DEKSourceType) throws(CipherError) {
        sourceByteCount = secret.bytes.count
        cipher =
            switch type {
            case .key: .key(try AESGCM(key: secret.bytes))
            case .seed: .seed(try ExtendedNonceGCM(seed: secret))
            }
    }
}
