/// Where in etcd one object is stored: `<prefix>/<storage path>[/<namespace>]/<name>`.
public struct RegistryKey: Hashable, Sendable {
    /// kube-apiserver's `--etcd-prefix` where nothing else is said (k8s.io/apiserver, pkg/server/options/etcd.go).
    public static let defaultPrefix = "/registry"

    /// The etcd prefix: `/registry`, or another that begins with a slash and does not end with one. Can be empty.
    public let prefix: String
    public let resource: GroupResource
    /// Nil for an object of the whole cluster.
    public let namespace: String?
    public let name: String

    public init(
        resource: GroupResource, namespace: String?, name: String, prefix: String = RegistryKey.defaultPrefix
    ) {
        self.prefix = prefix
        self.resource = resource
        self.namespace = namespace
        self.name = name
    }

    /// The built-in resource that is meant, or nil: a custom one, or one that this program has not heard of.
    public var known: KnownResource? { KnownResource.named(resource) }
}

extension RegistryKey: CustomStringConvertible {
    /// The etcd key.
    public var description: String {
        let segments = [prefix, KnownResource.storagePath(of: resource), namespace, name].compactMap(\.self)
        return segments.joined(separator: "/")
    }
}
