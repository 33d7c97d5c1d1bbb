/// What is known of the stored values of one resource.
struct StoredEvidence {
    /// What can have written them.
    let writers: [StorageKey]
    /// The labels found; nil if nobody looked.
    let labels: Set<StoredKeyLabel>?

    /// How certain it is that a value of `key` is stored; nil if none is.
    func certainty(of key: StorageKey) -> Counterexample.Certainty? {
        guard let labels else { return .possible }
        let fitting = labels.filter { Self.fits($0, key) }
        guard !fitting.isEmpty else { return nil }
        // Keys of one name differ in their bytes alone, which a label does not tell; nor does it tell `a` from `a:b`.
        let isProof = fitting.contains { label in writers.count { Self.fits(label, $0) } == 1 }
        return isProof ? .certain : .possible
    }

    /// Whether a value of `key` can have this label, of which readers cut off what follows a colon: where a name that
    /// holds colons ends cannot be told from the value.
    private static func fits(_ label: StoredKeyLabel, _ key: StorageKey) -> Bool {
        guard label.provider == key.provider else { return false }
        let (name, found) = (key.name ?? "", label.key ?? "")
        return name.utf8.elementsEqual(found.utf8)
            || name.utf8.prefix { $0 != UInt8(ascii: ":") }.elementsEqual(found.utf8)
    }
}
