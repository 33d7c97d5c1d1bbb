internal import EtcdSnapshot
internal import GoText
internal import KubernetesObjects
internal import KubernetesResources
internal import SecretMemory

/// Where an etcd key belongs, apart from the name of the object.
final class KeyPlace {
    /// The part before the name, without the slash.
    let folder: [UInt8]
    let resource: AuditedResource
    let namespace: [UInt8]
    /// The kind and the group of the objects; nil if the resource is not known.
    let type: (kind: [UInt8], group: [UInt8])?
    /// Whether the resource comes from the object itself, which was compared with the key then.
    let isTold: Bool
    /// Whether it is the folder of namespaces, one of which identifies the cluster.
    let isOfClusterNamespace: Bool
    /// Whether an entry for a resource of another group may cover the objects: their key does not name the group.
    let mayBeCovered: Bool

    /// The place of a key that names an object.
    init(_ key: RegistryKey, folder: RawSpan, _ resource: AuditedResource) {
        self.folder = folder.copiedToArray()
        self.resource = resource
        namespace = Array((key.namespace ?? "").utf8)
        type = key.known.map { (Array($0.kind.utf8), Array($0.groupResource.group.utf8)) }
        isTold = false
        isOfClusterNamespace = key.resource == GroupResource(resource: "namespaces")
        mayBeCovered = resource.mayBeCovered && key.basis == .plural
    }

    /// The place of a key that does not name an object.
    init(_ resource: AuditedResource, isTold: Bool) {
        folder = []
        self.resource = resource
        namespace = []
        type = nil
        self.isTold = isTold
        isOfClusterNamespace = false
        mayBeCovered = resource.mayBeCovered && !isTold
    }

    func isOf(_ folder: RawSpan) -> Bool {
        let own = self.folder
        return folder.elementsEqual(own.span.rawBytes)
    }

    /// Whether a plaintext surely is the object that a key of this place names.
    func names(_ plaintext: RawSpan, as key: RawSpan) -> Bool {
        // Locals, since a span of a stored array does not outlive the access to it.
        guard let (kind, group) = self.type else { return isTold }
        let namespace = self.namespace
        let name = key.extracting(droppingFirst: (key.lastOffset(of: UInt8(ascii: "/")) ?? -1) + 1)
        return IdentityCheck.isSurelySame(
            plaintext, namespace: namespace.span.rawBytes, name: name, kind: kind.span.rawBytes,
            group: group.span.rawBytes)
    }
}

/// Caches the resources of the folders of etcd keys, so a key costs a look-up instead of parsing.
struct PlaceCache {
    /// Foreign keys must not fill the memory: at this size the cache starts again.
    static let limit = 100_000
    /// A power of two.
    private static let recentCount = 1024

    private var places: [UInt64: KeyPlace] = [:]
    /// Of each remainder of a hash the last place, for what is asked again and again.
    private var recent = [KeyPlace?](repeating: nil, count: recentCount)
    /// Keys come from etcd, and must not be able to collide on purpose.
    private let hash = KeyHash()

    /// The place of a folder, such as `/registry/secrets/default`, if it is remembered.
    mutating func place(of folder: RawSpan) -> KeyPlace? { place(of: folder, hash: hash(folder)) }

    mutating func remember(_ place: KeyPlace) {
        let folder = place.folder
        remember(place, hash: hash(folder.span.rawBytes))
    }

    mutating func place(of folder: RawSpan, hash: UInt64) -> KeyPlace? {
        if let place = recent[Self.remainder(of: hash)], place.isOf(folder) { return place }
        guard let place = places[hash], place.isOf(folder) else { return nil }
        recent[Self.remainder(of: hash)] = place
        return place
    }

    mutating func remember(_ place: KeyPlace, hash: UInt64) {
        if places.count >= Self.limit { places.removeAll() }
        places[hash] = place
        recent[Self.remainder(of: hash)] = place
    }

    private static func remainder(of hash: UInt64) -> Int { Int(hash & UInt64(recentCount - 1)) }
}
