internal import EncryptionConfig
internal import GoText

/// The part of a configuration that a request is about.
struct RotationScope {
    let configuration: EncryptionConfiguration
    /// The key sets of ``entries``.
    let sets: [KeySet]
    /// The entries that decide the named resources; without names, all with more than identity.
    let entries: [Int]

    init(_ configuration: EncryptionConfiguration, _ request: RotationRequest) throws(RotationRefusal) {
        self.configuration = configuration
        let decided = configuration.decidedResources
        entries = configuration.entries.indices.filter { index in
            guard let named = request.resources else {
                return !decided[index].isEmpty && configuration.entries[index].hasMoreThanIdentity
            }
            return decided[index].contains(where: named.contains)
        }
        if let named = request.resources {
            guard named.isSubset(of: decided.joined()) else { throw .noSuchResource }
        } else if entries.isEmpty {
            throw .onlyIdentity
        }
        sets = KeySet.all(in: configuration, entries: Set(entries))
    }

    /// Removes read-only identity.
    ///
    /// - Parameter configuration: The file after the other edits, with the same entries.
    func identityRemovals(from configuration: EncryptionConfiguration) -> [ConfigurationEdit] {
        .removals(of: entries) { entry in
            configuration.entries[entry].providers.indices.dropFirst().filter {
                configuration.entries[entry].providers[$0].name == .identity
            }
        }
    }

    /// The entries that read a key or a plugin besides their key set. An entry whose resources earlier entries decide
    /// reads everything besides.
    var entriesWithOtherProviders: [Int] {
        let decided = configuration.decidedResources
        let asked = Set(entries)
        let names = Set(entries.flatMap { configuration.entries[$0].resources })
        return configuration.entries.indices.filter { index in
            let entry = configuration.entries[index]
            let count = entry.providers.count { $0.name != .identity }
            if asked.contains(index) { return count > 1 }
            return decided[index].isEmpty && count > 0 && !names.isDisjoint(with: entry.resources)
        }
    }

    /// The entries that write plaintext and read a plugin, but no keys.
    var entriesOfPlaintextBeforePlugins: [Int] {
        let keyed = Set(sets.flatMap(\.places).map(\.entry))
        return entries.filter { !keyed.contains($0) && configuration.entries[$0].providers.first?.name == .identity }
    }
}

extension EncryptionConfiguration.Entry {
    fileprivate var hasMoreThanIdentity: Bool { providers.contains { $0.name != .identity } }
}
