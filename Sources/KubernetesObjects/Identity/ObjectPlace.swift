internal import GoText
public import KubernetesResources
internal import ProtobufWire

extension ObjectIdentity {
    /// The resource of this object, by its own group and kind, checked against the etcd key that it is stored under; nil if
    /// the two do not agree. For keys that do not contain the whole resource: keys of other API servers, of unknown
    /// resources, or below an unknown prefix.
    ///
    /// The key must end with the namespace and name of the object. The segments before them must be the storage path of a
    /// known resource of its kind and group; or its group and a usual plural of its kind; or, if the kind is unknown, such
    /// a plural alone.
    public func resource(under etcdKey: RawSpan) -> GroupResource? {
        guard let text = String(validatingUTF8: etcdKey), let group else { return nil }
        let segments = ByteName(text).split(at: UInt8(ascii: "/"))
        let names = namespace.isEmpty ? [name] : [namespace, name]
        // Every key of an API server begins with a slash.
        guard segments[0].isEmpty, !name.isEmpty, segments.count > names.count,
            segments.suffix(names.count).elementsEqual(names)
        else { return nil }
        let path = segments.dropFirst().dropLast(names.count)
        let known = KnownResource.of(kind: kind, group: group)
        let scope: KnownResource.Scope = namespace.isEmpty ? .cluster : .namespaced
        for resource in known where resource.scope == scope {
            let storagePath = resource.storagePath.split(at: UInt8(ascii: "/"))
            if path.suffix(storagePath.count).elementsEqual(storagePath) { return resource.groupResource }
        }
        guard let plural = path.last, Plural.isUsual(plural, ofKind: kind) else { return nil }
        let isGroupNamed = group.contains(UInt8(ascii: ".")) && path.dropLast().last == group
        guard isGroupNamed || known.isEmpty else { return nil }
        return GroupResource(resource: plural, group: group)
    }
}
