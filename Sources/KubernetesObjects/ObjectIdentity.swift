internal import JSONText
public import KubernetesResources
internal import ProtobufWire
internal import SecretMemory

/// What a stored object says of itself: which one it is.
///
/// Reading it costs little, since nothing else of the object is decoded. It works for every kind: `metadata` is
/// field 1 of each built-in type (k8s.io/api, */generated.proto).
public struct ObjectIdentity: Hashable, Sendable {
    /// Such as `v1` or `apps/v1`.
    public let apiVersion: String
    public let kind: String
    /// Empty for an object of the whole cluster.
    public let namespace: String
    public let name: String

    public init(apiVersion: String, kind: String, namespace: String, name: String) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.namespace = namespace
        self.name = name
    }

    /// Reads it from the plaintext of a stored value.
    public init(reading plaintext: RawSpan) throws(StoredObjectError) {
        switch StoredEncoding(sniffing: plaintext) {
        case .protobuf: try self.init(protobuf: plaintext)
        case .json: try self.init(json: plaintext)
        case .cbor: throw .cbor
        case .yaml: throw .yaml
        case nil: throw .notAnObject
        }
    }

    /// Whether this is the object that `key` names. Of the types, only a built-in's kind is compared: an object can
    /// be stored in any version, and some groups have changed.
    public func isNamed(by key: RegistryKey) -> Bool {
        name.utf8.elementsEqual(key.name.utf8) && namespace.utf8.elementsEqual((key.namespace ?? "").utf8)
            && key.known.map { $0.kind == kind } ?? true
    }
}

/// Whether a plaintext is the object that its etcd key names. AES-CBC and secretbox do not bind a value to its key,
/// so a value that was moved decrypts without an error.
public enum IdentityCheck: Equatable, Sendable {
    case same
    /// Another object: of another namespace, name or kind.
    case other(ObjectIdentity)
    /// It begins like no object: with AES-CBC, the work of a wrong key.
    case notAnObject
    case undecodable(StoredObjectError)
    /// CBOR, which this program does not read.
    case cborNotRead
    /// YAML, which this program does not read.
    case yamlNotRead

    /// What it means that a plaintext cannot be read as an object.
    public init(_ error: StoredObjectError) {
        self =
            switch error {
            case .notAnObject: .notAnObject
            case .cbor: .cborNotRead
            case .yaml: .yamlNotRead
            default: .undecodable(error)
            }
    }

    /// Compares `plaintext`, stored under `key`, with that key.
    public init(plaintext: RawSpan, key: RegistryKey) {
        do throws(StoredObjectError) {
            let identity = try ObjectIdentity(reading: plaintext)
            self = identity.isNamed(by: key) ? .same : .other(identity)
        } catch {
            self.init(error)
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
                default: break
                }
            }
        }
        apiVersion = try text(at: unknown.apiVersion, of: plaintext)
        kind = try text(at: unknown.kind, of: plaintext)
        self.namespace = try text(at: namespace, of: plaintext)
        self.name = try text(at: name, of: plaintext)
    }

    private init(json plaintext: RawSpan) throws(StoredObjectError) {
        let document = try JSONDocument(plaintext)
        let metadata = try document.member("metadata", of: document.tree.root, .object)
        apiVersion = try document.text("apiVersion", of: document.tree.root)
        kind = try document.text("kind", of: document.tree.root)
        namespace = try document.text("namespace", of: metadata)
        name = try document.text("name", of: metadata)
        guard !apiVersion.isEmpty, !kind.isEmpty else { throw .noKind }
    }
}
