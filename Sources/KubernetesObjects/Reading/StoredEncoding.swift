internal import SecretMemory

/// The encoding of an object, by the first bytes of the plaintext.
///
/// `PastedValues`, which knows nothing of objects, goes by the same beginnings in `BinaryText.isValue`.
public enum StoredEncoding: String, Sendable {
    /// `k8s\0`, then a runtime.Unknown: built-in resources
    /// (k8s.io/apimachinery, pkg/runtime/serializer/protobuf/protobuf.go, `protoEncodingPrefix`).
    case protobuf
    /// `{`: custom resources, their definitions, and API services.
    case json
    /// The tag "self-described CBOR" (RFC 8949, section 3.4.6): custom resources, behind the feature gate
    /// `CBORServingAndStorage` (k8s.io/apimachinery, pkg/runtime/serializer/cbor/cbor.go, `selfDescribedCBOR`).
    case cbor
    /// `apiVersion:`, the first line of what a server with `--storage-media-type=application/yaml` writes.
    case yaml

    /// The encoding of `plaintext`; nil if that begins like no object at all.
    public init?(sniffing plaintext: RawSpan) {
        if Self.isProtobuf(plaintext) {
            self = .protobuf
        } else if plaintext.starts(with: [UInt8(ascii: "{")].span.rawBytes) {
            self = .json
        } else if plaintext.starts(with: ([0xd9, 0xd9, 0xf7] as [UInt8]).span.rawBytes) {
            self = .cbor
        } else if plaintext.starts(with: Array("apiVersion:".utf8).span.rawBytes) {
            self = .yaml
        } else {
            return nil
        }
    }

    /// Whether `plaintext` begins as protobuf does. Without an array that all threads share, and whose references they
    /// would count against one another.
    static func isProtobuf(_ plaintext: RawSpan) -> Bool {
        plaintext.byteCount >= 4 && plaintext[0] == 0x6b && plaintext[1] == 0x38 && plaintext[2] == 0x73
            && plaintext[3] == 0x00
    }

    static let protobufPrefix: [UInt8] = [0x6b, 0x38, 0x73, 0x00]
}
