internal import EncryptionConfig
internal import GoText

/// Finds keys of a list without trying them all: by label, or by what makes them the key that they are.
struct KeyIndex: Sendable {
    private var labels: [StoredKeyLabel: [Int]] = [:]
    private var materials: [StorageKeyMaterial: [ProviderName: Int]] = [:]
    private var forms: [StorageKeyForm: Int] = [:]
    private var nameByteCounts: Set<Int> = []

    init(_ keys: [StorageKey]) {
        for (place, key) in keys.enumerated() {
            labels[key.label, default: []].append(place)
            nameByteCounts.insert(key.name?.utf8.count ?? 0)
            if let material = StorageKeyMaterial(key), materials[material]?[key.provider] == nil {
                materials[material, default: [:]][key.provider] = place
            }
            let form = StorageKeyForm(key)
            if forms[form] == nil { forms[form] = place }
        }
    }

    /// The places of those with the label of `key`, in order.
    func places(labelledAs key: StorageKey) -> [Int] { labels[key.label] ?? [] }

    /// The first place of one that writes the same as `key`.
    func place(of key: StorageKey) -> Int? { forms[StorageKeyForm(key)] }

    /// The places that decide over a value of `key`: of each name that the value can be taken for, the first one, and the
    /// first one with the same bytes. A name that goes on with a colon behind another is taken for that one too.
    func decisivePlaces(for key: StorageKey) -> Set<Int> {
        let (name, material) = (Array((key.name ?? "").utf8), StorageKeyMaterial(key))
        let beginnings = name.indices.filter { name[$0] == UInt8(ascii: ":") && nameByteCounts.contains($0) }
            .map { ByteName(String(decoding: name[..<$0], as: UTF8.self)) }
        let labels = [key.label] + beginnings.map { StoredKeyLabel(provider: key.provider, key: $0) }
        return Set(
            labels.flatMap { label in
                [self.labels[label]?.first, forms[StorageKeyForm(label: label, material: material)]].compactMap { $0 }
            })
    }

    /// Of each provider the first place of one with the bytes of `key`, or the endpoint of its plugin.
    func places(ofMaterialOf key: StorageKey) -> [ProviderName: Int] {
        StorageKeyMaterial(key).flatMap { materials[$0] } ?? [:]
    }
}
