public import EncryptionConfig
public import GoText
internal import SecretMemory

/// A list of keys, and every entry of the file that has it in the same role.
///
/// Entries share a list if their provider and all its keys are the same, by names and bytes, and if it is the first
/// provider in all of them or in none. They are rotated together.
public struct KeySet: Sendable {
    public let provider: KeyedProvider
    /// In order.
    public let keys: [EncryptionKey]
    /// The places of the list.
    public let places: [ProviderPlace]
    /// The resources of these entries, in file order; of several entries for one resource, the first counts.
    public let resources: [ByteName]
    /// Whether the first key writes; else plaintext does.
    public let writes: Bool
    /// The key of equal lists: those with the same keys, whether they write or not.
    let list: List

    /// Provider and keys.
    struct List: Hashable {
        let provider: KeyedProvider
        let forms: [StorageKeyForm]
    }

    /// The step of a rotation, derived from the file only.
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
        /// Several keys, and no name contains a date.
        case foreignNames
        /// The dates in the names do not fit a rotation: two are equal, or older keys are not in order.
        case order
        /// identity is before the keys: encryption is being enabled or disabled.
        case plaintextWrites
    }

    public var state: State {
        guard writes else { return .ambiguous(.plaintextWrites) }
        guard keys.count > 1 else { return .settled }
        guard let newest else { return .ambiguous(keys.contains(where: \.hasDate) ? .order : .foreignNames) }
        // Keys without a date count as older than all others; the order of several is unknown.
        let others = keys.indices.filter { $0 != newest }.map { KeyCreationDate(keyName: keys[$0].name) }
        guard zip(others, others.dropFirst()).allSatisfy(Self.areInOrder) else { return .ambiguous(.order) }
        return newest == 0 ? .promoted : .added
    }

    /// Whether a key may be before an older one.
    private static func areInOrder(_ first: KeyCreationDate?, _ second: KeyCreationDate?) -> Bool {
        guard let second else { return true }
        return first.map { $0 > second } ?? false
    }

    /// The number of the newest key, if the names show it; nil for a single key.
    ///
    /// Keys without a date count as older: usually encconf has added a key to a foreign file. Otherwise use
    /// `--key-name`.
    var newest: Int? { keys.count > 1 ? Self.newest(of: keys) : nil }

    /// The number of the key with the latest date in its name; nil if there is none, or more than one.
    static func newest(of keys: [EncryptionKey]) -> Int? {
        let dated = keys.indices.compactMap { index in
            KeyCreationDate(keyName: keys[index].name).map { (index: index, date: $0) }
        }
        guard let last = dated.max(by: { $0.date < $1.date }), dated.count(where: { $0.date == last.date }) == 1 else {
            return nil
        }
        return last.index
    }

    /// Whether the date in this name is newer than all existing dates; true for a name without a date.
    ///
    /// It is not if a clock was wrong, and then the dates would show the wrong next step.
    func isNewest(_ name: ByteName) -> Bool {
        guard let date = KeyCreationDate(keyName: name) else { return true }
        return keys.allSatisfy { key in KeyCreationDate(keyName: key.name).map { $0 < date } ?? true }
    }

    /// The first place of the list in Kubernetes notation: `resources[0].providers[0].aescbc`.
    public var path: String { "\(places.first?.path ?? "").\(provider.rawValue)" }
}

extension KeySet {
    /// The sets that can write: those of first providers, and of the first keyed provider after a leading identity.
    /// In file order.
    ///
    /// - Parameter entries: Only sets in these entries; nil for all.
    public static func all(in configuration: EncryptionConfiguration, entries: Set<Int>? = nil) -> [KeySet] {
        var drafts: [Draft] = []
        var known: [Draft.Identity: Int] = [:]
        let decided = configuration.decidedResources
        for (entryIndex, entry) in configuration.entries.enumerated() where entries?.contains(entryIndex) ?? true {
            guard let index = writingProvider(of: entry), let kind = KeyedProvider(entry.providers[index].name) else {
                continue
            }
            let list = List(provider: kind, forms: entry.providers[index].forms)
            let identity = Draft.Identity(list: list, writes: index == 0)
            let place = known[identity] ?? drafts.count
            if place == drafts.count {
                known[identity] = place
                drafts.append(Draft(identity: identity, keys: entry.providers[index].keys))
            }
            drafts[place].places.append(ProviderPlace(entry: entryIndex, provider: index))
            drafts[place].resources += decided[entryIndex]
        }
        // An entry does not write if earlier entries cover all its resources.
        return drafts.filter { !$0.resources.isEmpty }.map { draft in
            KeySet(
                provider: draft.identity.list.provider, keys: draft.keys, places: draft.places,
                resources: draft.resources, writes: draft.identity.writes, list: draft.identity.list)
        }
    }

    /// A set whose places are still being found.
    private struct Draft {
        struct Identity: Hashable {
            let list: List
            let writes: Bool
        }

        let identity: Identity
        let keys: [EncryptionKey]
        var places: [ProviderPlace] = []
        var resources: [ByteName] = []
    }

    private static func writingProvider(of entry: EncryptionConfiguration.Entry) -> Int? {
        entry.providers.firstIndex { $0.name != .identity }
    }
}

extension EncryptionConfiguration {
    /// The resources that each entry decides, by their names in the file: kube-apiserver joins the entries of one
    /// resource, and the first provider of the first entry writes.
    public var decidedResources: [[ByteName]] {
        var seen: Set<ResourcePattern> = []
        return entries.map { entry in
            entry.resources.filter { seen.insert($0).inserted }.map { ByteName($0.description) }
        }
    }
}

extension EncryptionKey {
    fileprivate var hasDate: Bool { KeyCreationDate(keyName: name) != nil }
}

extension KeyedProvider {
    /// Nil for identity and KMS.
    public init?(_ name: ProviderName) { self.init(rawValue: name.rawValue) }
}
