public import ProtobufWire

/// Why a plaintext cannot be read as an object. No case holds a byte of it.
public enum StoredObjectError: Error, Equatable {
    /// It begins like none of the encodings of ``StoredEncoding``.
    case notAnObject
    /// It is CBOR that Kubernetes would read, and never writes: this program does not read it.
    case unreadCBOR
    /// It is YAML, which this program does not read.
    case yaml
    /// The protobuf is damaged.
    case protobuf(WireError)
    /// The JSON is damaged at this offset.
    case json(offset: Int)
    /// The CBOR is damaged, or Kubernetes refuses it, at this offset.
    case cbor(offset: Int)
    /// A field has another type than Kubernetes gives it.
    case fieldType
    /// A name, label or other text is not UTF-8.
    case notUTF8
    /// A value of a Secret in JSON is not base64.
    case notBase64
    /// It does not say of which apiVersion and kind it is.
    case noKind
    /// It is nested deeper than ``StoredObject/depthLimit``.
    case nestedTooDeep
    /// It has more parts than ``StoredObject/partLimit``.
    case tooManyParts
}
