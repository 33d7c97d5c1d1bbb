public import EncryptionConfig
public import GoText
internal import SecretMemory

/// A list of keys, and every entry of the file that has it.
///
/// Entries share a list if their provider and all its keys are the same, by names and bytes. They are rotated together.
public struct KeySet: Sendable {
    public let provider: KeyedProvider
    /// In order.
    public let keys: [EncryptionKey]
    /// Where the list stands.
    public let places: [ProviderPlace]
    /// The resources of all these entries, in file order.
    public let resources: [ByteName]
    /// Whether the first key writes, in one of the places at least.
    public let writes: Bool

    /// How far a rotation has come, by the file alone.
    public enum State: Equatable, Sendable {
        /// One key.
        case settled
        /// The newest key does not write yet.
        case added
        /// The newest key writes; older ones are still read.
        case promoted
        case ambiguous(Doubt)
    }

    public enum Doubt: Equatable, Sendable {
        /// There are several keys, and not all of their names tell when they were made.
        case foreignNames
        /// The dates of the names are not those of a rotation: two are equal, or older keys stand in no order.
        case order
        /// Plaintext is written before the keys, as it is while encryption is enabled and while it is disabled.
        case plaintextWrites
    }

    public var state: State {
        guard writes else { return .ambiguous(.plaintextWrites) }
        guard keys.count > 1 else { return .settled }
        let dates = keys.map { KeyCreationDate(keyName: $0.name) }
        guard !dates.contains(nil) else { return .ambiguous(.foreignNames) }
        guard let newest else { return .ambiguous(.order) }
        let others = dates.indices.filter { $0 != newest }.compactMap { dates[$0] }
        guard zip(others, others.dropFirst()).allSatisfy({ $0 > $1 }) else { return .ambiguous(.order) }
        return newest == 0 ? .promoted : .added
    }

    /// The number of the key that was made last, if the names tell; nil for a single key.
    ///
    /// Keys without a date count as older: the common case is a file of another hand to which this program has added
    /// a key. Where it is not so, `--key-name` says which one is meant.
    var newest: Int? {
        guard keys.count > 1 else { return nil }
        let dated = keys.indices.compactMap { index in
            KeyCreationDate(keyName: keys[index].name).map { (index: index, date: $0) }
        }
        guard let last = dated.max(by: { $0.date < $1.date }), dated.count(where: { $0.date == last.date }) == 1 else {
            return nil
        }
        return last.index
    }

    /// Whether a key of this name is told to be newer than all that are there; true if its name tells no date.
    ///
    /// It is not where a clock was wrong, and the dates would then tell the wrong next step.
    func isNewest(_ name: ByteName) -> Bool {
        guard let date = KeyCreationDate(keyName: name) else { return true }
        return keys.allSatisfy { key in KeyCreationDate(keyName: key.name).map { $0 < date } ?? true }
    }

    /// In Kubernetes notation, where the list stands first: `resources[0].providers[0].aescbc`.
    public var path: String { "\(places.first?.path ?? "").\(provider.rawValue)" }
}

extension KeySet {
    /// The sets that take part in writing: those of first providers, and of the first keyed provider behind an
    /// identity that stands first. In the order in which the file has them first.
    public static func all(in configuration: EncryptionConfiguration) -> [KeySet] {
        var drafts: [Draft] = []
        var known: [Identity: Int] = [:]
        for (entryIndex, entry) in configuration.entries.enumerated() {
            guard let index = writingProvider(of: entry), let kind = KeyedProvider(entry.providers[index].name) else {
                continue
            }
            let keys = entry.providers[index].keys
            let identity = Identity(provider: kind, forms: entry.providers[index].forms)
            let place = known[identity] ?? drafts.count
            if place == drafts.count {
                known[identity] = place
                drafts.append(Draft(provider: kind, keys: keys))
            }
            drafts[place].add(
                ProviderPlace(entry: entryIndex, provider: index),
                resources: entry.resources.map { ByteName($0.description) }, writes: index == 0)
        }
        return drafts.map { draft in
            KeySet(
                provider: draft.provider, keys: draft.keys, places: draft.places, resources: draft.resources,
                writes: draft.writes)
        }
    }

    /// What entries share whose keys are one set.
    private struct Identity: Hashable {
        let provider: KeyedProvider
        let forms: [StorageKeyForm]
    }

    /// A set whose places are still being found.
    private struct Draft {
        let provider: KeyedProvider
        let keys: [EncryptionKey]
        var places: [ProviderPlace] = []
        var resources: [ByteName] = []
        var writes = false
        private var seen: Set<ByteName> = []

        init(provider: KeyedProvider, keys: [EncryptionKey]) {
            self.provider = provider
            self.keys = keys
        }

        mutating func add(_ place: ProviderPlace, resources: [ByteName], writes: Bool) {
            places.append(place)
            self.resources += resources.filter { seen.insert($0).inserted }
            self.writes = self.writes || writes
        }
    }

    private static func writingProvider(of entry: EncryptionConfiguration.Entry) -> Int? {
        entry.providers.firstIndex { $0.name != .identity }
    }
}

extension KeyedProvider {
    /// Nil for identity and KMS.
    public init?(_ name: ProviderName) { self.init(rawValue: name.rawValue) }
}
