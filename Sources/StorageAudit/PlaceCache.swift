internal import KubernetesResources
internal import SecretMemory

/// Where an etcd key belongs, apart from the name of the object.
struct KeyPlace {
    let resource: GroupResource
    /// Which of the auditor's resources it is.
    let resourceIndex: Int
    let namespace: [UInt8]
    /// The kind of the objects; nil if the resource is not known.
    let kind: [UInt8]?
}

/// Remembers what the folders of etcd keys stand for, so that a key costs a look-up instead of being taken apart.
struct PlaceCache {
    private struct Entry {
        let folder: [UInt8]
        let place: KeyPlace
    }

    /// Foreign keys must not fill the memory: beyond this it starts anew.
    private static let limit = 100_000
    private var entries: [UInt64: Entry] = [:]
    /// Keys come from etcd, and must not be able to collide on purpose.
    private let seed = UInt64.random(in: .min ... .max)
    /// Neighbours mostly share a folder.
    private var last: Entry?

    /// The place of a folder, such as `/registry/secrets/default`, if it is remembered.
    mutating func place(of folder: RawSpan) -> KeyPlace? {
        if let last, folder.elementsEqual(last.folder.span.rawBytes) { return last.place }
        guard let entry = entries[hash(folder)], folder.elementsEqual(entry.folder.span.rawBytes) else { return nil }
        last = entry
        return entry.place
    }

    mutating func remember(_ place: KeyPlace, for folder: RawSpan) {
        if entries.count >= Self.limit { entries.removeAll() }
        let entry = Entry(folder: folder.copiedToArray(), place: place)
        entries[hash(folder)] = entry
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
