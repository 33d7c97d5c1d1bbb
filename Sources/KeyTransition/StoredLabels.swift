public import EncryptionConfig
internal import GoText

/// The known stored values of one resource.
public struct StoredLabels: Sendable {
    /// The prefixes of the values that were found.
    public let labels: Set<StoredKeyLabel>
    /// Whether there are no others: what was not found is not stored.
    public let isComplete: Bool

    public init(_ labels: Set<StoredKeyLabel>, isComplete: Bool) {
        self.labels = labels
        self.isComplete = isComplete
    }

    /// There is no source.
    public static let unknown = StoredLabels([], isComplete: false)
}

/// The keys that can have written the labels that were found.
struct StoredEvidence {
    private let stored: StoredLabels
    /// How many writers can have written values of a label.
    private var counts: [StoredKeyLabel: Int] = [:]

    /// - Parameter writers: What can have written the values.
    init(writers: [StorageKey], stored: StoredLabels) {
        self.stored = stored
        guard !stored.labels.isEmpty else { return }
        for writer in writers { for label in Self.labels(of: writer) { counts[label, default: 0] += 1 } }
    }

    /// How certain it is that a value of `key` is stored; nil if none is.
    func certainty(of key: StorageKey) -> Counterexample.Certainty? {
        let fitting = stored.labels.isEmpty ? [] : Self.labels(of: key).intersection(stored.labels)
        guard !fitting.isEmpty else { return stored.isComplete ? nil : .possible }
        // Keys of one name differ only in their bytes, which a label does not show; nor does it distinguish `a` from
        // `a:b`.
        return fitting.contains { counts[$0] == 1 } ? .certain : .possible
    }

    /// The labels that a value of `key` can have. A reader cuts a name at its first colon, because the value does not
    /// show where a name with colons ends.
    private static func labels(of key: StorageKey) -> Set<StoredKeyLabel> {
        guard let name = key.name, name.contains(UInt8(ascii: ":")) else { return [key.label] }
        return [key.label, StoredKeyLabel(provider: key.provider, key: name.split(at: UInt8(ascii: ":"))[0])]
    }
}
