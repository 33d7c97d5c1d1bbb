internal import SecretMemory
internal import ArgumentParser
internal import KubernetesResources

/// Where a value stands in etcd, and which resource it belongs to.
struct EtcdPlace {
    let bytes: [UInt8]?
    let registryKey: RegistryKey?
    let resource: GroupResource

    /// Refuses what cannot be the name of a resource.
    static func checkResource(_ name: String?) throws {
        guard let name else { return }
        let isName = !name.isEmpty && name == name.lowercased() && !name.contains("*") && !name.hasPrefix(".")
        guard isName else {
            throw ValidationError("--resource is one resource, such as secrets or widgets.example.com")
        }
    }

    /// - Parameters:
    ///   - etcdKey: The bytes of the etcd key, if there is one.
    ///   - resource: What `--resource` says, which is stronger than the etcd key.
    ///   - prefix: kube-apiserver's `--etcd-prefix`, if it is known.
    static func resolve(
        etcdKey: [UInt8]?, resource: String?, prefix: String? = nil
    ) throws(CommandFailure) -> EtcdPlace {
        let named = resource.map { GroupResource(parsing: $0) }
        guard let etcdKey else {
            return EtcdPlace(bytes: nil, registryKey: nil, resource: named ?? GroupResource(resource: "secrets"))
        }
        let text = String(decoding: etcdKey, as: UTF8.self)
        switch EtcdKey(bytes: etcdKey.span.rawBytes, prefix: prefix) {
        case .object(let key):
            return EtcdPlace(bytes: etcdKey, registryKey: key, resource: named ?? key.resource)
        case .stray(let resource): return EtcdPlace(bytes: etcdKey, registryKey: nil, resource: named ?? resource)
        case .bookkeeping:
            throw CommandFailure(
                "\(text.printable): kube-apiserver keeps this key for itself; it is no object and never encrypted")
        case .unrecognised:
            guard let named else {
                throw CommandFailure(
                    "\(text.printable): this etcd key fits no resource",
                    hint: "keys look like /registry/secrets/NAMESPACE/NAME; --resource tells the resource of another")
            }
            return EtcdPlace(bytes: etcdKey, registryKey: nil, resource: named)
        }
    }
}
