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
    /// What can have written the values.
    let writers: [StorageKey]
    let stored: StoredLabels

    /// How certain it is that a value of `key` is stored; nil if none is.
    func certainty(of key: StorageKey) -> Counterexample.Certainty? {
        let fitting = stored.labels.filter { Self.fits($0, key) }
        guard !fitting.isEmpty else { return stored.isComplete ? nil : .possible }
        // Keys of one name differ only in their bytes, which a label does not show; nor does it distinguish `a` from
        // `a:b`.
        let isProof = fitting.contains { label in writers.count { Self.fits(label, $0) } == 1 }
        return isProof ? .certain : .possible
    }

    /// Whether a value of `key` can have this label. A reader cuts a name at its first colon, because the value does
    /// not show where a name with colons ends.
    private static func fits(_ label: StoredKeyLabel, _ key: StorageKey) -> Bool {
        guard label.provider == key.provider else { return false }
        let (name, found) = (key.name ?? "", label.key ?? "")
        return name == found || name.utf8.prefix { $0 != UInt8(ascii: ":") }.elementsEqual(found.utf8)
    }
}
