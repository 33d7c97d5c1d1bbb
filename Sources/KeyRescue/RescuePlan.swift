public import EncryptionConfig
internal import GoText
public import KeyTransition
public import KubernetesVersions
internal import KubernetesResources
public import SecretMemory
public import StorageAudit

/// The configuration with the fewest added keys under which the values that a key at hand decrypts are readable again.
///
/// Each key goes to the end of the list of its cipher in the entry that lacks it, under the name in the values. So the
/// keys of the file are tried before it, and the write key stays. Each edit is proven: the edited text is read again,
/// and whatever a server with the file reads today, it reads in the same way.
public struct RescuePlan: Sendable {
    /// How the file is read.
    public struct Rules: Sendable {
        let headerless: Bool
        let kubernetes: KubernetesVersion
        let options: ServerOptions

        public init(headerless: Bool = false, kubernetes: KubernetesVersion = .newest, options: ServerOptions) {
            self.headerless = headerless
            self.kubernetes = kubernetes
            self.options = options
        }
    }

    public let added: [AddedKey]
    public let refused: [RefusedKey]
    /// The text of the file with the added keys.
    public let text: SecretKey
    public let configuration: EncryptionConfiguration
    /// The proof of the whole change.
    public let proof: TransitionProof

    public var isEmpty: Bool { added.isEmpty }

    /// - Parameters:
    ///   - sources: The unreadable values of each source.
    ///   - text: The file in force, which says what `configuration` is.
    public init(
        of sources: [[UnreadableGroup]], for configuration: EncryptionConfiguration, text: SecretKey, _ rules: Rules
    ) {
        let resolution = ResourceResolution(configuration)
        let needs = RescueNeed.all(of: sources, under: resolution)
        let uncovered = Set(needs.flatMap(\.patterns)).subtracting(resolution.rules.map(\.pattern))
        var planner = RescuePlanner(RescueDraft(text, configuration, rules), needs)
        planner.plan(uncovered: uncovered)
        // An entry that gets no key is not needed.
        let useless = uncovered.subtracting(planner.added.flatMap(\.patterns))
        if !useless.isEmpty {
            let refused = planner.refused
            planner = RescuePlanner(RescueDraft(text, configuration, rules), needs.map { $0.without(useless) })
            planner.plan(uncovered: uncovered.subtracting(useless))
            planner.keep(refused.filter { !useless.isDisjoint(with: $0.patterns) })
        }
        added = planner.added
        refused = planner.refused
        self.text = planner.draft.text
        self.configuration = planner.draft.configuration
        proof = planner.draft.proof
    }
}

/// Adds one key after the other.
private struct RescuePlanner {
    var draft: RescueDraft
    private let needs: [RescueNeed]
    private(set) var added: [AddedKey] = []
    private(set) var refused: [RefusedKey] = []
    private var newEntry: Int?

    init(_ draft: RescueDraft, _ needs: [RescueNeed]) {
        self.draft = draft
        self.needs = needs
    }

    /// - Parameter uncovered: The resources that no entry covers. They get one entry, which writes plaintext as before.
    mutating func plan(uncovered: Set<ResourcePattern>) {
        let names = uncovered.map { ByteName($0.description) }.sorted()
        var obstacle: RescueObstacle?
        if !names.isEmpty {
            let index = draft.configuration.entries.count
            do throws(RescueRefusal) {
                try draft.make(.insertEntry(resources: names, .identity, at: index))
                newEntry = index
            } catch {
                obstacle = error.obstacle
            }
        }
        for need in needs { add(need, obstacle.map { (uncovered, $0) }) }
    }

    mutating func keep(_ others: [RefusedKey]) { refused += others }

    /// - Parameter blocked: Resources without an entry, and why they got none.
    private mutating func add(_ need: RescueNeed, _ blocked: (patterns: Set<ResourcePattern>, RescueObstacle)?) {
        var open = need.patterns
        if let blocked, !open.isDisjoint(with: blocked.patterns) {
            refuse(need, open.intersection(blocked.patterns), blocked.1)
            open.subtract(blocked.patterns)
        }
        while !open.isEmpty {
            // The last one of those that serve the most: its keys are tried last.
            let entries = draft.configuration.entries
            guard
                let index = entries.indices.max(by: {
                    (open.intersection(entries[$0].resources).count, $0)
                        < (open.intersection(entries[$1].resources).count, $1)
                })
            else { return }
            let served = open.intersection(entries[index].resources)
            guard !served.isEmpty else { return }
            do throws(RescueRefusal) {
                try draft.make(edit(for: need.key, entry: index))
                added.append(
                    AddedKey(
                        key: need.key, path: "resources[\(index)]", isInNewEntry: index == newEntry,
                        patterns: entries[index].resources, values: need.values))
                open = open.filter { !reads(need.key, $0) }.subtracting(served)
            } catch {
                refuse(need, served, error.obstacle)
                open.subtract(served)
            }
        }
    }

    private mutating func refuse(_ need: RescueNeed, _ patterns: Set<ResourcePattern>, _ obstacle: RescueObstacle) {
        refused.append(
            RefusedKey(
                key: need.key, patterns: patterns.sorted { $0.description < $1.description }, values: need.values,
                obstacle: obstacle))
    }

    /// Whether an entry has a key already: a list that entries share has it for all of them.
    private func reads(_ key: KeyAtHand, _ pattern: ResourcePattern) -> Bool {
        let rule = ResourceResolution(draft.configuration).rules.first { $0.pattern == pattern }
        return StorageKey.list(of: rule?.providers ?? []).contains { key.isAdded(as: $0) }
    }

    private func edit(for key: KeyAtHand, entry index: Int) throws(RescueRefusal) -> ConfigurationEdit {
        let providers = draft.configuration.entries[index].providers
        switch key.key {
        case .plaintext: return .insertProvider(.identity, at: providers.count, entries: [index])
        case .plugin(let plugin):
            guard plugin.version == .v2 else { throw RescueRefusal(.deprecated) }
            return .insertProvider(
                .kms(name: plugin.name, endpoint: plugin.endpoint), at: providers.count, entries: [index])
        case .key(let secret, let provider):
            guard let kind = KeyedProvider(rawValue: provider.rawValue), let name = key.storedName else {
                throw RescueRefusal(.deprecated)
            }
            let new = NewKey(name: name, secret: secret.secret)
            guard let place = providers.lastIndex(where: { $0.name == provider }) else {
                return .insertProvider(.keys(kind, new), at: providers.count, entries: [index])
            }
            return .insertKey(
                new, at: providers[place].keys.count, in: [ProviderPlace(entry: index, provider: place)])
        }
    }
}

extension RescueNeed {
    fileprivate func without(_ patterns: Set<ResourcePattern>) -> RescueNeed {
        var need = self
        need.patterns.subtract(patterns)
        return need
    }
}
