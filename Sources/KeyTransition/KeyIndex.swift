internal import EncryptionConfig
internal import GoText
internal import SecretMemory

/// Finds keys of a list without trying them all: by label, or by what makes them the key that they are.
struct KeyIndex: Sendable {
    private var labels: [Label: [Int]] = [:]
    private var materials: [Material: [Int]] = [:]
    private var nameByteCounts: Set<Int> = []

    init(_ keys: [StorageKey]) {
        for (place, key) in keys.enumerated() {
            let label = Label(key)
            labels[label, default: []].append(place)
            nameByteCounts.insert(label.name.count)
            if let material = Material(key) { materials[material, default: []].append(place) }
        }
    }

    /// The places of those with the label of `key`, in order.
    func places(labelledAs key: StorageKey) -> [Int] { labels[Label(key)] ?? [] }

    /// The places of those that do not refuse a value of `key` by its label alone, in order: a name that goes on with a
    /// colon behind theirs is taken for theirs too.
    func places(taking key: StorageKey) -> [Int] {
        guard case .key = key else { return places(labelledAs: key) }
        let label = Label(key)
        var places: [Int] = []
        for (end, byte) in label.name.enumerated() where byte == UInt8(ascii: ":") && nameByteCounts.contains(end) {
            places += labels[Label(provider: label.provider, name: Array(label.name[..<end]))] ?? []
        }
        guard !places.isEmpty else { return labels[label] ?? [] }
        return (places + (labels[label] ?? [])).sorted()
    }

    /// The places of those with the bytes of `key`, or the endpoint of its plugin, in order.
    func places(ofMaterialOf key: StorageKey) -> [Int] { Material(key).flatMap { materials[$0] } ?? [] }

    private struct Label: Hashable {
        let provider: ProviderName
        let name: [UInt8]

        init(_ key: StorageKey) { self.init(provider: key.provider, name: Array((key.name ?? "").utf8)) }

        init(provider: ProviderName, name: [UInt8]) {
            self.provider = provider
            self.name = name
        }
    }

    private enum Material: Hashable {
        case bytes(SecretHash)
        case endpoint(ByteName)

        init?(_ key: StorageKey) {
            switch key {
            case .plaintext: return nil
            case .key(let key, _): self = .bytes(SecretHash(key.secret))
            case .plugin(let plugin): self = .endpoint(plugin.endpoint)
            }
        }
    }
}
