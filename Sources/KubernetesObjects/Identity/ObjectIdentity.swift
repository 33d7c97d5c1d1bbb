public import GoText
internal import ProtobufWire
internal import SecretMemory

/// What a stored object says of itself: which one it is.
///
/// Reading it costs little, since nothing else of the object is decoded. It works for every kind: `metadata` is
/// field 1 of each built-in type (k8s.io/api, */generated.proto).
public struct ObjectIdentity: Hashable, Sendable {
    /// Such as `v1` or `apps/v1`.
    public let apiVersion: ByteName
    public let kind: ByteName
    /// Empty for an object of the whole cluster.
    public let namespace: ByteName
    public let name: ByteName

    public init(apiVersion: ByteName, kind: ByteName, namespace: ByteName, name: ByteName) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.namespace = namespace
        self.name = name
    }

    /// Reads it from the plaintext of a stored value.
    public init(reading plaintext: RawSpan) throws(StoredObjectError) {
        switch StoredEncoding(sniffing: plaintext) {
        case .protobuf: try self.init(protobuf: plaintext)
        case .json: try self.init(ObjectDocument(json: plaintext))
        case .cbor: try self.init(ObjectDocument(cbor: plaintext))
        case .yaml: throw .yaml
        case nil: throw .notAnObject
        }
    }

    /// The API group, empty for the core group; nil if Kubernetes would not accept the apiVersion
    /// (k8s.io/apimachinery, pkg/runtime/schema/group_version.go, `ParseGroupVersion`).
    public var group: ByteName? {
        let parts = apiVersion.split(at: UInt8(ascii: "/"))
        return switch parts.count {
        case 1: ""
        case 2: parts[0]
        default: nil
        }
    }
}

extension ObjectIdentity {
    private init(protobuf plaintext: RawSpan) throws(StoredObjectError) {
        let unknown = try RuntimeUnknown(plaintext)
        var (namespace, name) = (0..<0, 0..<0)
        var object = Message(unknown.raw, of: plaintext)
        while let field = try object.next() {
            guard field.number == 1 else { continue }
            var metadata = Message(try field.range(), of: plaintext)
            while let field = try metadata.next() {
                switch field.number {
                case 1: name = try field.range()
                case 3: namespace = try field.range()
                // The other texts of metadata: a value that is not text is a damaged block of AES-CBC.
                case 2, 4, 5, 6: _ = try field.range()
                default: break
                }
            }
        }
        apiVersion = ByteName(try text(at: unknown.apiVersion, of: plaintext))
        kind = ByteName(try text(at: unknown.kind, of: plaintext))
        self.namespace = ByteName(try text(at: namespace, of: plaintext))
        self.name = ByteName(try text(at: name, of: plaintext))
    }

    private init(_ document: borrowing ObjectDocument) throws(StoredObjectError) {
        let metadata = try document.member("metadata", of: document.tree.root, .object)
        apiVersion = ByteName(try document.text("apiVersion", of: document.tree.root))
        kind = ByteName(try document.text("kind", of: document.tree.root))
        namespace = ByteName(try document.text("namespace", of: metadata))
        name = ByteName(try document.text("name", of: metadata))
        guard !apiVersion.isEmpty, !kind.isEmpty else { throw .noKind }
    }
}
