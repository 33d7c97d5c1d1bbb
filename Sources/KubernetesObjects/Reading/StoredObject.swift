internal import GoText
internal import SecretMemory

/// A stored object, taken apart: all that it says of itself, and where in the plaintext its values stand.
///
/// It holds names, labels and types, but no byte of a value: those are lent from the plaintext, which the caller keeps.
public struct StoredObject: Sendable {
    /// How far the fields of the object are known.
    public enum Coverage: Sendable {
        /// Each by its name.
        case whole
        /// Some by the number of protobuf alone: another kind than those of ``MessageSchema``, or a field that is newer
        /// than this program.
        case byNumber
    }

    /// JSON or CBOR that is nested deeper is refused. (kube-apiserver accepts up to 10,000, which is not used in
    /// practice.)
    public static let depthLimit = 250
    /// An object of more parts is refused: labels, annotations, owner references, finalizers and entries of data, and of
    /// an object of another kind all values outside apiVersion, kind and metadata. The limit is ours. Of the 1.5 MiB
    /// that etcd takes, so many parts leave 15 bytes to each.
    public static let partLimit = 100_000

    public let encoding: StoredEncoding
    /// Such as `v1` or `apps/v1`.
    public let apiVersion: String
    public let kind: String
    public var coverage: Coverage {
        guard let content, content.hasNumberedMembers else { return .whole }
        return .byNumber
    }
    public internal(set) var metadata = ObjectMetadata()
    /// A Secret's type, such as `kubernetes.io/tls`; nil for other kinds, and for a Secret without one.
    public internal(set) var type: String?
    /// As the object says; nil if it does not say.
    public internal(set) var immutable: Bool?
    /// A Secret's or ConfigMap's values by key. What is in other objects only reports and manifests tell.
    public internal(set) var data: [DataEntry] = []
    /// A ConfigMap's `binaryData`, by key.
    public internal(set) var binaryData: [DataEntry] = []
    /// Of JSON and CBOR the whole object. Of protobuf the fields that have no place in ``metadata``, ``data`` and
    /// their like; nil without such fields.
    var tree: ValueTree?

    init(encoding: StoredEncoding, apiVersion: String, kind: String) {
        self.encoding = encoding
        self.apiVersion = apiVersion
        self.kind = kind
    }

    /// Reads the plaintext of a stored value.
    public init(reading plaintext: RawSpan) throws(StoredObjectError) {
        switch StoredEncoding(sniffing: plaintext) {
        case .protobuf: try self.init(protobuf: plaintext)
        case .json: try self.init(ObjectDocument(json: plaintext), of: plaintext)
        case .cbor: try self.init(ObjectDocument(cbor: plaintext), of: plaintext)
        case .yaml: throw .yaml
        case nil: throw .notAnObject
        }
    }

    /// Which object it is.
    public var identity: ObjectIdentity {
        ObjectIdentity(
            apiVersion: ByteName(apiVersion), kind: ByteName(kind), namespace: ByteName(metadata.namespace),
            name: ByteName(metadata.name))
    }

    /// Lends the bytes of a value: decoded from base64 where JSON and CBOR have them so, otherwise as they stand.
    ///
    /// - Precondition: `entry` is one of this object, and `plaintext` what the object was read from.
    public func withValue<Result: ~Copyable, Failure: Error>(
        of entry: DataEntry, in plaintext: RawSpan, _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch entry.value {
        case .bytes(let range): return try body(plaintext.extracting(range))
        case .string(let node): return try node.value.withText(in: plaintext, body)
        case .base64(let node):
            let value = node.value.withText(in: plaintext) { try? SecretBase64.decode($0) }
            guard let value else { preconditionFailure("not the plaintext that was read") }
            return try body(value.bytes)
        }
    }
}

extension StoredObject {
    var isSecret: Bool { apiVersion == "v1" && kind == "Secret" }
    var isConfigMap: Bool { apiVersion == "v1" && kind == "ConfigMap" }
    /// What ``metadata``, ``data`` and their like do not have.
    var content: ValueTree? {
        encoding != .protobuf && (isSecret || isConfigMap) ? nil : tree
    }
}
