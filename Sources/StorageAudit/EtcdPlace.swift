internal import GoText
internal import SecretMemory
public import KubernetesResources

/// The etcd key of a value, and its resource.
public struct EtcdPlace {
    public let bytes: [UInt8]?
    public let registryKey: RegistryKey?
    public let resource: GroupResource

    /// - Parameters:
    ///   - etcdKey: The bytes of the etcd key, if there is one.
    ///   - resource: What `--resource` says, which is stronger than the etcd key.
    ///   - prefix: kube-apiserver's `--etcd-prefix`, if it is known.
    public static func resolve(
        etcdKey: [UInt8]?, resource: String?, prefix: String? = nil
    ) throws(PlaceError) -> EtcdPlace {
        let named = resource.map { GroupResource(parsing: $0) }
        guard let etcdKey else {
            return EtcdPlace(bytes: nil, registryKey: nil, resource: named ?? GroupResource(resource: "secrets"))
        }
        switch EtcdKey(bytes: etcdKey.span.rawBytes, prefix: prefix) {
        case .object(let key):
            return EtcdPlace(bytes: etcdKey, registryKey: key, resource: named ?? key.resource)
        case .stray(let resource): return EtcdPlace(bytes: etcdKey, registryKey: nil, resource: named ?? resource)
        case .bookkeeping:
            throw .bookkeeping(etcdKey)
        case .unrecognised:
            guard let named else {
                throw .noResource(etcdKey)
            }
            return EtcdPlace(bytes: etcdKey, registryKey: nil, resource: named)
        }
    }
}

/// Why the resource of an etcd key is unknown.
public enum PlaceError: Error, Sendable {
    /// kube-apiserver keeps this key for itself: it holds no object.
    case bookkeeping([UInt8])
    /// The key fits no resource, and none was named.
    case noResource([UInt8])
}
