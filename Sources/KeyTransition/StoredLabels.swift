public import EncryptionConfig
internal import GoText

/// What is known of the stored values of one resource.
public struct StoredLabels: Sendable {
    /// What the values found are stored with.
    public let labels: Set<StoredKeyLabel>
    /// Whether there are no others: what was not found is not stored.
    public let isComplete: Bool

    public init(_ labels: Set<StoredKeyLabel>, isComplete: Bool) {
        self.labels = labels
        self.isComplete = isComplete
    }

    /// Nobody looked.
    public static let unknown = StoredLabels([], isComplete: false)
}

/// What the labels that were found tell of the keys that can have written them.
struct StoredEvidence {
    /// What can have written the values.
    let writers: [StorageKey]
    let stored: StoredLabels

    /// How certain it is that a value of `key` is stored; nil if none is.
    func certainty(of key: StorageKey) -> Counterexample.Certainty? {
        let fitting = stored.labels.filter { Self.fits($0, key) }
        guard !fitting.isEmpty else { return stored.isComplete ? nil : .possible }
        // Keys of one name differ in their bytes alone, which a label does not tell; nor does it tell `a` from `a:b`.
        let isProof = fitting.contains { label in writers.count { Self.fits(label, $0) } == 1 }
        return isProof ? .certain : .possible
    }

    /// Whether a value of `key` can have this label, of which readers cut off what follows a colon: where a name that
    /// holds colons ends cannot be told from the value.
    private static func fits(_ label: StoredKeyLabel, _ key: StorageKey) -> Bool {
        guard label.provider == key.provider else { return false }
        let (name, found) = (key.name ?? "", label.key ?? "")
        return name == found || name.utf8.prefix { $0 != UInt8(ascii: ":") }.elementsEqual(found.utf8)
    }
}
