internal import EncryptionConfig
internal import EnvelopeCrypto
internal import SecretMemory
internal import Transformers

/// The labels that values of one resource carry, found by their first bytes.
///
/// A name that holds colons cannot be told from a value alone, so the names of the configuration come first, longer ones
/// before shorter ones.
struct LabelTable {
    private struct Entry {
        let prefix: [UInt8]
        let index: Int
    }

    /// Values can name any key: beyond this number of names they are counted together.
    private static let limit = 10_000
    private var entries: [Entry] = []
    /// The labels in the order in which they were first seen or configured.
    private(set) var labels: [StoredLabel] = [StoredLabel(provider: .identity, key: nil)]
    private var indices: [StoredLabel: Int] = [:]

    /// - Parameter keys: The (provider, name) pairs of the configuration.
    init(_ keys: [StoredKeyLabel]) {
        indices[labels[0]] = 0
        for key in keys where key.provider != .identity {
            add(StoredLabel(provider: key.provider, key: key.key))
        }
        entries.sort { $0.prefix.count > $1.prefix.count }
    }

    /// The number of the label of a value; 0 is plaintext.
    mutating func index(of value: RawSpan) -> Int {
        guard ResourceTransformer.isEncrypted(value) else { return 0 }
        for entry in entries where value.starts(with: entry.prefix.span.rawBytes) { return entry.index }
        let label = StoredLabel(reading: value)
        if let index = indices[label] { return index }
        guard labels.count < Self.limit else { return add(StoredLabel(provider: nil, key: nil)) }
        return add(label)
    }

    @discardableResult
    private mutating func add(_ label: StoredLabel) -> Int {
        if let index = indices[label] { return index }
        let index = labels.count
        labels.append(label)
        indices[label] = index
        if let prefix = label.storedPrefix { entries.append(Entry(prefix: Array(prefix.utf8), index: index)) }
        return index
    }
}
