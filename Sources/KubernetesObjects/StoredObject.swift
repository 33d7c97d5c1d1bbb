internal import GoText
internal import JSONText
internal import SecretMemory

/// A stored object, taken apart: all that it says of itself, and where in the plaintext its values stand.
///
/// It holds names, labels and types, but no byte of a value: those are lent from the plaintext, which the caller keeps.
public struct StoredObject: Sendable {
    /// How much of the object was read.
    public enum Coverage: Sendable {
        /// A Secret or ConfigMap, or any object that is stored as JSON.
        case whole
        /// Another kind in protobuf: of its content nothing is known here.
        case metadataOnly
    }

    /// JSON that is nested deeper is refused. (The API server takes up to 10,000; nobody writes that.)
    public static let depthLimit = 250
    /// An object of more parts is refused: labels, annotations, owner references, finalizers and entries of data, and of
    /// a JSON object of another kind all values outside apiVersion, kind and metadata. The limit is ours. Of the 1.5 MiB
    /// that etcd takes, so many parts leave 15 bytes to each.
    public static let partLimit = 100_000

    public let encoding: StoredEncoding
    /// Such as `v1` or `apps/v1`.
    public let apiVersion: String
    public let kind: String
    public internal(set) var coverage = Coverage.whole
    public internal(set) var metadata = ObjectMetadata()
    /// A Secret's type, such as `kubernetes.io/tls`; nil for other kinds, and for a Secret without one.
    public internal(set) var type: String?
    /// As the object says; nil if it does not say.
    public internal(set) var immutable: Bool?
    /// A Secret's or ConfigMap's values by key. What is in other objects only reports and manifests tell.
    public internal(set) var data: [DataEntry] = []
    /// A ConfigMap's `binaryData`, by key.
    public internal(set) var binaryData: [DataEntry] = []
    /// The structure, if the object is stored as JSON.
    private let json: JSONTree?

    init(encoding: StoredEncoding, apiVersion: String, kind: String, json: JSONTree?) {
        self.encoding = encoding
        self.apiVersion = apiVersion
        self.kind = kind
        self.json = json
    }

    /// Reads the plaintext of a stored value.
    public init(reading plaintext: RawSpan) throws(StoredObjectError) {
        switch StoredEncoding(sniffing: plaintext) {
        case .protobuf: try self.init(protobuf: plaintext)
        case .json: try self.init(json: plaintext)
        case .cbor: throw .cbor
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

    /// Lends the bytes of a value: decoded from base64 where JSON has them so, otherwise as they stand.
    ///
    /// - Precondition: `entry` is one of this object, and `plaintext` what the object was read from.
    public func withValue<Result: ~Copyable, Failure: Error>(
        of entry: DataEntry, in plaintext: RawSpan, _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch entry.value {
        case .bytes(let range): return try body(plaintext.extracting(range))
        case .string(let node): return try body(string(node, in: plaintext).bytes)
        case .base64(let node):
            guard let value = try? SecretBase64.decode(string(node, in: plaintext).bytes) else {
                preconditionFailure("not the plaintext that was read")
            }
            return try body(value.bytes)
        }
    }

    private func string(_ node: JSONTree.Node, in plaintext: RawSpan) -> SecretBytes {
        guard let json else { preconditionFailure("an entry of another object") }
        return json.string(node, in: plaintext)
    }
}

extension StoredObject {
    var isSecret: Bool { apiVersion == "v1" && kind == "Secret" }
    var isConfigMap: Bool { apiVersion == "v1" && kind == "ConfigMap" }
    /// The structure of an object of another kind that is stored as JSON.
    var content: JSONTree? { isSecret || isConfigMap ? nil : json }
}
