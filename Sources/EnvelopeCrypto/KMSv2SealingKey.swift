public import GoText
internal import ProtobufWire
public import SecretMemory

/// What new KMS v2 values are sealed with: a seed, and what the plugin made of it, which goes into every value.
public struct KMSv2SealingKey: Sendable {
    private let seed: SecretKey
    private let encryptedSeed: [UInt8]
    private let keyID: ByteName
    private let annotations: [ByteName: [UInt8]]

    /// - Parameters:
    ///   - seed: At least 32 random bytes.
    ///   - encryptedSeed: The seed as the plugin encrypted it.
    ///   - keyID: The name that the plugin gives to the key it encrypted with.
    ///   - annotations: What the plugin wants to be told again.
    public init(seed: SecretKey, encryptedSeed: [UInt8], keyID: ByteName, annotations: [ByteName: [UInt8]]) {
        self.seed = seed
        self.encryptedSeed = encryptedSeed
        self.keyID = keyID
        self.annotations = annotations
    }

    /// Seals `plaintext` and appends the envelope to `output`: what follows `k8s:enc:kms:v2:<provider>:`.
    ///
    /// (k8s.io/apiserver 1.36, pkg/storage/value/encrypt/envelope/kmsv2/envelope.go, `TransformToStorage`.)
    public func seal(
        _ plaintext: RawSpan, authenticating context: RawSpan, appendingTo output: inout SecretBuffer
    ) throws(CipherError) {
        var data = SecretBuffer()
        let cipher = try ExtendedNonceGCM(seed: seed)
        try cipher.seal(plaintext, authenticating: context, appendingTo: &data)
        var writer = WireWriter()
        writer.append(1, bytes: data.bytes)
        writer.append(2, string: keyID.text)
        writer.append(3, bytes: encryptedSeed.span.rawBytes)
        for (name, value) in annotations.sorted(by: { $0.key < $1.key }) {
            var entry = WireWriter()
            entry.append(1, string: name.text)
            entry.append(2, bytes: value.span.rawBytes)
            let bytes = entry.finish()
            writer.append(4, bytes: bytes.bytes)
        }
        writer.append(5, varint: UInt64(KMSv2Envelope.DEKSourceType.seed.rawValue))
        let envelope = writer.finish()
        output.append(envelope.bytes)
    }
}
