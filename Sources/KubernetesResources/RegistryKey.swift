public import GoText

/// Where in etcd one object is stored: `<prefix>/<storage path>[/<namespace>]/<name>`.
public struct RegistryKey: Hashable, Sendable {
    /// How the resource of a key was determined.
    public enum Basis: Sendable {
        /// The path is in the table of known resources.
        case table
        /// The path contains the group and the plural, as for every custom resource.
        case path
        /// The path contains only the plural. The group is unknown; ``RegistryKey/resource`` has the core group.
        case plural
    }

    /// kube-apiserver's `--etcd-prefix` where nothing else is said (k8s.io/apiserver, pkg/server/options/etcd.go).
    public static let defaultPrefix = "/registry"

    /// The etcd prefix: `/registry`, or another that begins with a slash and does not end with one. Can be empty.
    public let prefix: ByteName
    public let resource: GroupResource
    /// Nil for an object of the whole cluster.
    public let namespace: ByteName?
    public let name: ByteName
    public let basis: Basis

    /// - Parameter basis: Nil to derive it from the resource.
    public init(
        resource: GroupResource, namespace: ByteName?, name: ByteName,
        prefix: ByteName = ByteName(RegistryKey.defaultPrefix), basis: Basis? = nil
    ) {
        self.prefix = prefix
        self.resource = resource
        self.namespace = namespace
        self.name = name
        let layout = StoragePrefix.layout(below: prefix)
        self.basis =
            basis ?? (KnownResource.named(resource, layout) != nil ? .table : resource.isGrouped ? .path : .plural)
    }

    /// An etcd prefix as kube-apiserver cleans it: it begins with a slash and does not end with one.
    public static func cleaned(prefix: String) -> ByteName { StoragePrefix(prefix).name }

    /// The built-in resource that is meant, or nil: a custom one, or one that this program has not heard of.
    public var known: KnownResource? { KnownResource.named(resource, StoragePrefix.layout(below: prefix)) }
}

extension RegistryKey: CustomStringConvertible {
    /// The etcd key.
    public var description: String {
        let path = known?.storagePath ?? resource.unknownPath
        return [prefix, path, namespace, name].compactMap { $0?.text }.joined(separator: "/")
    }
}

extension GroupResource {
    /// Whether the etcd keys of a custom resource of this group name it.
    var isGrouped: Bool { group.contains(UInt8(ascii: ".")) }

    /// The storage path of a resource that is not in the table.
    var unknownPath: ByteName { isGrouped ? ByteName("\(group)/\(resource)") : resource }
}
