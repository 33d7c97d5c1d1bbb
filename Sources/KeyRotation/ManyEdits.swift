internal import EncryptionConfig

extension [ConfigurationEdit] {
    /// Removes providers of many entries: one edit for all entries that lose those of the same numbers.
    static func removals(of entries: [Int], _ indices: (Int) -> [Int]) -> [ConfigurationEdit] {
        let groups = Dictionary(grouping: entries, by: indices).filter { !$0.key.isEmpty }
        return groups.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .map { .removeProviders(at: $0.key, entries: $0.value) }
    }

    /// The edits of keys before those of providers. The text is read once for each run of edits of one kind, so edits
    /// of both kinds in turn would read it once for each of them.
    ///
    /// This is only for edits whose places are those of the present file, and each list is edited once.
    var keysFirst: [ConfigurationEdit] { filter(\.isOfKeys) + filter { !$0.isOfKeys } }
}

extension ConfigurationEdit {
    fileprivate var isOfKeys: Bool {
        switch self {
        case .insertKey, .removeKeys, .moveKeyToFront: true
        case .insertProvider, .removeProviders, .moveProviderToFront, .insertEntry: false
        }
    }
}
