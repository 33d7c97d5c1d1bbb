internal import GoText
public import KubernetesResources
internal import SecretMemory

/// The result of comparing a plaintext with the etcd key that it is stored under. AES-CBC and secretbox do not bind a
/// value to its etcd key, so a moved value decrypts without an error.
public enum IdentityCheck: Equatable, Sendable {
    /// It is the object that the etcd key names.
    case same
    /// It is another object: its group, kind, namespace or name differs.
    case other(ObjectIdentity)
    /// It does not begin like an object of this resource. With AES-CBC, that is the result of a wrong key.
    case notAnObject
    /// It begins like an object but is damaged.
    case undecodable(StoredObjectError)
    /// It begins like an object, in an encoding or form of CBOR that this program does not read. Nothing is known of it.
    case notRead(StoredEncoding)
    /// It may be the object, but something that is needed to be sure is not known.
    case cannotTell(ObjectIdentity, Doubt)

    /// The reason why it is not certain that the object is the right one.
    public enum Doubt: Equatable, Sendable {
        /// The kind does not usually have this plural. Only the CustomResourceDefinition shows whether it does.
        case unusualPlural
    }

    /// The result for a plaintext that cannot be read as an object, if the resource is unknown.
    public init(_ error: StoredObjectError) {
        self =
            switch error {
            case .notAnObject: .notAnObject
            case .unreadCBOR: .notRead(.cbor)
            case .yaml: .notRead(.yaml)
            default: .undecodable(error)
            }
    }

    /// Compares `plaintext`, stored under `key`, with that key.
    public init(plaintext: RawSpan, key: RegistryKey) {
        // Only custom resources can be stored as CBOR: `--storage-media-type` does not accept it
        // (k8s.io/apiserver 1.36, pkg/server/options/etcd.go, `storageMediaTypes`).
        if key.basis == .table, StoredEncoding(sniffing: plaintext) == .cbor {
            self = .notAnObject
            return
        }
        do throws(StoredObjectError) {
            self.init(try ObjectIdentity(reading: plaintext), key: key)
        } catch {
            self.init(error)
        }
    }

    /// Compares an object with the key that it is stored under. An object can be stored in any version of its group.
    public init(_ identity: ObjectIdentity, key: RegistryKey) {
        guard let group = identity.group else {
            self = .undecodable(.noKind)
            return
        }
        guard identity.name == key.name, identity.namespace == key.namespace ?? "" else {
            self = .other(identity)
            return
        }
        let isOfResource: Bool
        switch key.basis {
        case .table:
            isOfResource = key.known.map { $0.isOf(kind: identity.kind, group: group) } ?? false
            self = isOfResource ? .same : .other(identity)
            return
        case .path: isOfResource = group == key.resource.group
        // Objects of a known kind have a storage path of their own.
        case .plural: isOfResource = KnownResource.of(kind: identity.kind, group: group).isEmpty
        }
        guard isOfResource else {
            self = .other(identity)
            return
        }
        let isUsual = Plural.isUsual(key.resource.resource, ofKind: identity.kind)
        self = isUsual ? .same : .cannotTell(identity, .unusualPlural)
    }

    /// Whether it is, or may be, the object that the etcd key names.
    public var mayBeSame: Bool {
        switch self {
        case .same, .cannotTell: true
        case .other, .notAnObject, .undecodable, .notRead: false
        }
    }
}
