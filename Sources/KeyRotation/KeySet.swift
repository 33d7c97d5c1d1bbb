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
    /// Where the list stands.
    public let places: [ProviderPlace]
    /// The resources that these entries decide about, in file order: of several entries for one resource the first.
    public let resources: [ByteName]
    /// Whether the first key writes; else plaintext does.
    public let writes: Bool
    /// What lists have in common that hold the same keys, whether they write or not.
    let list: List

    /// Provider and keys.
    struct List: Hashable {
        let provider: KeyedProvider
        let forms: [StorageKeyForm]
    }

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
        /// There are several keys, and no name tells when its key was made.
        case foreignNames
        /// The dates of the names are not those of a rotation: two are equal, or older keys stand in no order.
        case order
        /// Plaintext is written before the keys, as it is while encryption is enabled and while it is disabled.
        case plaintextWrites
    }

    public var state: State {
        guard writes else { return .ambiguous(.plaintextWrites) }
        guard keys.count > 1 else { return .settled }
        guard let newest else { return .ambiguous(keys.contains(where: \.hasDate) ? .order : .foreignNames) }
        // Keys without a date count as older than all others; of several, nobody knows which.
        let others = keys.indices.filter { $0 != newest }.map { KeyCreationDate(keyName: keys[$0].name) }
        guard zip(others, others.dropFirst()).allSatisfy(Self.areInOrder) else { return .ambiguous(.order) }
        return newest == 0 ? .promoted : .added
    }

    /// Whether a key may stand before another one that was made earlier.
    private static func areInOrder(_ first: KeyCreationDate?, _ second: KeyCreationDate?) -> Bool {
        guard let second else { return true }
        return first.map { $0 > second } ?? false
    }

    /// The number of the key that was made last, if the names tell; nil for a single key.
    ///
    /// Keys without a date count as older: the common case is a file of another hand to which this program has added
    /// a key. Where it is not so, `--key-name` says which one is meant.
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
    ///
    /// - Parameter entries: Only what stands in these; nil for all.
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
        // An entry whose resources an earlier one decides about does not write.
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
    /// For each entry the resources that it decides about, as the file names them: kube-apiserver joins the entries of
    /// one resource, and the first provider of the first one writes.
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
