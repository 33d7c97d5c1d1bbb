public import GoText
internal import ProtobufWire
public import SecretMemory

/// The key of new KMS v2 values: a seed or key, and its encrypted form from the plugin, which is in every value.
public struct KMSv2SealingKey: Sendable {
    private let seed: SecretKey
    private let encryptedSeed: [UInt8]
    private let keyID: ByteName
    private let annotations: [ByteName: [UInt8]]

    /// - Parameters:
    ///   - seed: 32 random bytes, which are good for a key too.
    ///   - encryptedSeed: The seed as the plugin encrypted it.
    ///   - keyID: The name that the plugin gives to the key it encrypted with.
    ///   - annotations: Data that the plugin gets again.
    public init(seed: SecretKey, encryptedSeed: [UInt8], keyID: ByteName, annotations: [ByteName: [UInt8]]) {
        self.seed = seed
        self.encryptedSeed = encryptedSeed
        self.keyID = keyID
        self.annotations = annotations
    }

    /// Encrypts `plaintext` and appends the envelope to `output`: the bytes after `k8s:enc:kms:v2:<provider>:`.
    ///
    /// With the type `key` a sealing key is for one value: Kubernetes 1.26 makes a new one for each, 1.27 and 1.28
    /// count the values of one.
    ///
    /// (k8s.io/apiserver 1.36, pkg/storage/value/encrypt/envelope/kmsv2/envelope.go, `TransformToStorage`.)
    public func seal(
        _ plaintext: RawSpan, as type: KMSv2Envelope.DEKSourceType = .seed, authenticating context: RawSpan,
        appendingTo output: inout SecretBuffer
    ) throws(CipherError) {
        var data = SecretBuffer()
        switch type {
        case .seed:
            try ExtendedNonceGCM(seed: seed).seal(plaintext, authenticating: context, appendingTo: &data)
        case .key: try AESGCM(key: seed.bytes).seal(plaintext, authenticating: context, appendingTo: &data)
        }
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
        // Proto3 leaves out what is 0.
        if type != .key { writer.append(5, varint: UInt64(type.rawValue)) }
        let envelope = writer.finish()
        output.append(envelope.bytes)
    }
}
