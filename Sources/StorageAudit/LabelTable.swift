internal import EncryptionConfig
internal import EnvelopeCrypto
internal import GoText
internal import SecretMemory
internal import Transformers

/// The labels that values of one resource carry, found by their first bytes.
///
/// A value does not show where a name with colons ends, so the names of the configuration come first, longer ones
/// before shorter ones.
struct LabelTable {
    /// Values can name any key: beyond this number of names they are counted together.
    static let limit = 10_000

    /// What values of the configured labels begin with.
    private let configured: PrefixTree
    /// So many labels are plaintext or in the configuration; those behind them are not.
    let configuredCount: Int
    /// The labels in the order in which they were configured or first seen; plaintext is the first.
    private(set) var labels: [StoredLabel]
    private var indices: [StoredLabel: Int]
    /// What values of each configured label begin with, in their order; plaintext is not among them.
    private let prefixes: [[UInt8]]
    /// The place in ``prefixes`` of the last value, unless another prefix begins with that one: neighbours mostly share
    /// their label.
    private var last: Int?

    /// - Parameter keys: The (provider, name) pairs of the configuration.
    init(_ keys: [StoredKeyLabel]) {
        var labels = [StoredLabel(provider: .identity, key: nil)]
        var indices = [labels[0]: 0]
        var prefixes: [[UInt8]] = []
        for key in keys {
            let label = StoredLabel(provider: key.provider, key: key.key)
            guard let prefix = label.storedPrefix, indices[label] == nil else { continue }
            prefixes.append(Array(prefix.utf8))
            indices[label] = labels.count
            labels.append(label)
        }
        configured = PrefixTree(prefixes)
        self.prefixes = prefixes
        self.labels = labels
        configuredCount = labels.count
        self.indices = indices
    }

    /// The number of a label; nil for an unknown one.
    func number(of label: StoredLabel) -> Int? { indices[label] }

    /// The number of the label of a value; 0 is plaintext.
    mutating func index(of value: RawSpan) -> Int {
        // Behind plaintext, the labels are in the order of the prefixes.
        if let last, begins(value, with: prefixes[last]) { return last + 1 }
        guard ResourceTransformer.isEncrypted(value) else { return 0 }
        if let place = configured.longest(of: value) {
            last = configured.beginsAnother(place) ? nil : place
            return place + 1
        }
        let label = StoredLabel(reading: value)
        if let index = indices[label] { return index }
        return add(labels.count < Self.limit ? label : StoredLabel(provider: nil, key: nil))
    }

    private func begins(_ value: RawSpan, with prefix: [UInt8]) -> Bool { value.starts(with: prefix.span.rawBytes) }

    private mutating func add(_ label: StoredLabel) -> Int {
        if let index = indices[label] { return index }
        labels.append(label)
        indices[label] = labels.count - 1
        return labels.count - 1
    }
}
