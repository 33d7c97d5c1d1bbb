internal import KubernetesObjects
internal import KubernetesResources
internal import SecretMemory

/// Where an etcd key belongs, apart from the name of the object.
final class KeyPlace {
    let resource: AuditedResource
    let namespace: [UInt8]
    /// The kind of the objects; nil if the resource is not known.
    let kind: [UInt8]?

    init(_ key: RegistryKey, _ resource: AuditedResource) {
        self.resource = resource
        namespace = Array((key.namespace ?? "").utf8)
        kind = key.known.map { Array($0.kind.utf8) }
    }

    /// Whether a plaintext surely is the object that a key of this place names.
    func names(_ plaintext: RawSpan, as key: RawSpan) -> Bool {
        // Locals, since a span of a stored array does not outlive the access to it.
        guard let kind = self.kind else { return false }
        let namespace = self.namespace
        let name = key.extracting(droppingFirst: (key.lastOffset(of: UInt8(ascii: "/")) ?? -1) + 1)
        return IdentityCheck.isSurelySame(
            plaintext, namespace: namespace.span.rawBytes, name: name, kind: kind.span.rawBytes)
    }
}

/// Remembers what the folders of etcd keys stand for, so that a key costs a look-up instead of being taken apart.
struct PlaceCache {
    private struct Entry {
        let folder: [UInt8]
        let place: KeyPlace
    }

    /// Foreign keys must not fill the memory: beyond this it starts anew.
    static let limit = 100_000
    private var entries: [UInt64: Entry] = [:]
    /// Keys come from etcd, and must not be able to collide on purpose.
    private let seed = UInt64.random(in: .min ... .max)
    /// Neighbours mostly share a folder.
    private var last: Entry?

    /// The place of a folder, such as `/registry/secrets/default`, if it is remembered.
    mutating func place(of folder: RawSpan) -> KeyPlace? {
        if let last, folder.elementsEqual(last.folder.span.rawBytes) { return last.place }
        return place(of: folder, hash: hash(folder))
    }

    mutating func remember(_ place: KeyPlace, for folder: RawSpan) { remember(place, for: folder, hash: hash(folder)) }

    mutating func place(of folder: RawSpan, hash: UInt64) -> KeyPlace? {
        guard let entry = entries[hash], folder.elementsEqual(entry.folder.span.rawBytes) else { return nil }
        last = entry
        return entry.place
    }

    mutating func remember(_ place: KeyPlace, for folder: RawSpan, hash: UInt64) {
        if entries.count >= Self.limit { entries.removeAll() }
        let entry = Entry(folder: folder.copiedToArray(), place: place)
        entries[hash] = entry
        last = entry
    }

    private func hash(_ bytes: RawSpan) -> UInt64 {
        var hash = seed ^ UInt64(bytes.byteCount)
        for offset in bytes.byteOffsets {
            hash = (hash ^ UInt64(bytes[offset])) &* 0x9e37_79b9_7f4a_7c15
            hash ^= hash >> 29
        }
        return hash
    }
}
