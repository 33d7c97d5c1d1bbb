internal import ConfigurationLint
internal import EncryptionConfig
internal import GoText

/// Plans a step from one provider to another, to encryption, or to plaintext.
struct ProviderSwitch {
    private let scope: RotationScope
    private let target: RotationRequest.Target
    private let request: RotationRequest

    init(_ scope: RotationScope, to target: RotationRequest.Target, _ request: RotationRequest) {
        self.scope = scope
        self.target = target
        self.request = request
    }

    func planned(
        _ newKeys: NewKeySource
    ) throws(RotationRefusal) -> (step: RotationRequest.Step, edits: [ConfigurationEdit]) {
        let step = if let step = request.step { step } else { try nextStep() }
        return switch step {
        case .add: (step, try additionsOrPromotions(newKeys))
        case .promote: (step, try promotions())
        case .retire: (step, try retirements())
        case .abort: (step, try removals())
        }
    }

    /// The first step that an entry still needs.
    private func nextStep() throws(RotationRefusal) -> RotationRequest.Step {
        let goals = try goals()
        if goals.contains(where: { $0.place == nil }) { return .add }
        let waiting = goals.filter { $0.place?.isFirst == false }.map(\.entry)
        guard !waiting.isEmpty else { return .retire }
        // Only the date of the key shows whether it was added for this.
        let doubtful = waiting.filter { !isNewest(in: $0) }
        guard request.keyName != nil || doubtful.isEmpty else { throw .whichKey(paths: paths(doubtful)) }
        return .promote
    }

    /// Whether the key of the target is the newest key of an entry; true for targets without keys.
    private func isNewest(in entry: Int) -> Bool {
        guard case .keyed(let kind) = target else { return true }
        let all = providers(of: entry).flatMap(\.keys)
        guard let newest = KeySet.newest(of: all) else { return false }
        return keys(of: kind, in: entry).contains { $0.key.name == all[newest].name }
    }

    // MARK: The write provider

    /// The place of the target in an entry.
    private struct Place: Hashable {
        let provider: Int
        /// 0 for a provider without keys.
        let key: Int

        var isFirst: Bool { provider == 0 && key == 0 }
    }

    /// The place of the new write key in each entry; nil if it is missing.
    private func goals() throws(RotationRefusal) -> [(entry: Int, place: Place?)] {
        let plugins: Set<ByteName> =
            if case .kms(let name, let endpoint) = target {
                Set(scope.configuration.plugins(named: name, at: endpoint).map(\.name))
            } else {
                []
            }
        return try scope.entries.map { entry throws(RotationRefusal) in (entry, try goal(in: entry, plugins)) }
    }

    /// - Parameter plugins: The names of the plugins of the target.
    private func goal(in entry: Int, _ plugins: Set<ByteName>) throws(RotationRefusal) -> Place? {
        switch target {
        case .identity:
            return providers(of: entry).firstIndex { $0.name == .identity }.map { Place(provider: $0, key: 0) }
        case .kms:
            return providers(of: entry).firstIndex { provider in
                guard case .kms(let plugin) = provider.kind else { return false }
                return plugin.version == .v2 && plugins.contains(plugin.name)
            }.map { Place(provider: $0, key: 0) }
        case .keyed(let kind):
            let found = keys(of: kind, in: entry)
            if let name = request.keyName { return found.first { $0.key.name == name }?.place }
            guard found.count > 1 else { return found.first?.place }
            guard let newest = KeySet.newest(of: found.map(\.key)) else { throw .whichKey(paths: paths([entry])) }
            return found[newest].place
        }
    }

    /// The keys of a kind that an entry reads.
    private func keys(of kind: KeyedProvider, in entry: Int) -> [(place: Place, key: EncryptionKey)] {
        providers(of: entry).enumerated().filter { $0.element.name.rawValue == kind.rawValue }
            .flatMap { provider in
                provider.element.keys.enumerated().map {
                    (Place(provider: provider.offset, key: $0.offset), $0.element)
                }
            }
    }

    // MARK: Steps

    /// With one server, an existing read key becomes the write key at once.
    private func additionsOrPromotions(_ newKeys: NewKeySource) throws(RotationRefusal) -> [ConfigurationEdit] {
        let edits = try additions(newKeys)
        return edits.isEmpty && request.singleServer ? try promotions() : edits
    }

    /// The target becomes the second provider; plaintext, which is only read, the last one.
    private func additions(_ newKeys: NewKeySource) throws(RotationRefusal) -> [ConfigurationEdit] {
        switch target {
        case .identity:
            return grouped(try lacking()) { request.singleServer ? 0 : providers(of: $0).count }
                .map { .insertProvider(.identity, at: $0.index, entries: $0.entries) }
        case .kms(let name, let endpoint):
            let lacking = try lacking()
            let count = scope.entries.count - lacking.count
            return lacking.enumerated().map { number, entry in
                let name = NewKeySource.name(name, number: count + number)
                return .insertProvider(.kms(name: name, endpoint: endpoint), at: addedIndex, entries: [entry])
            }
        case .keyed(let kind): return try additions(of: kind, newKeys)
        }
    }

    private func additions(
        of kind: KeyedProvider, _ newKeys: NewKeySource
    ) throws(RotationRefusal) -> [ConfigurationEdit] {
        let names = Set(scope.configuration.keys.map(\.key.name))
        guard request.keyName != nil else {
            let readers = scope.entries.filter { entry in
                providers(of: entry).first?.name.rawValue != kind.rawValue && !keys(of: kind, in: entry).isEmpty
            }
            guard readers.isEmpty else { throw .newOrOld(paths: paths(readers)) }
            let lacking = scope.entries.filter { keys(of: kind, in: $0).isEmpty }
            return try sharing(lacking).enumerated().map { number, entries throws(RotationRefusal) in
                let key = newKeys.key(number: number)
                guard !names.contains(key.name) else { throw .nameTaken(key.name) }
                return .insertProvider(.keys(kind, key), at: addedIndex, entries: entries)
            }
        }
        let lacking = try lacking()
        guard !lacking.isEmpty else { return [] }
        // One name is one key in all entries.
        let key = newKeys.key(number: 0)
        guard !names.contains(key.name) else { throw .nameTaken(key.name) }
        let without = lacking.filter { keys(of: kind, in: $0).isEmpty }
        var edits: [ConfigurationEdit] =
            without.isEmpty ? [] : [.insertProvider(.keys(kind, key), at: addedIndex, entries: without)]
        let places = lacking.compactMap { entry in
            keys(of: kind, in: entry).first.map { ProviderPlace(entry: entry, provider: $0.place.provider) }
        }
        for (isWriter, places) in Dictionary(grouping: places, by: { $0.provider == 0 }).sorted(by: {
            $0.key && !$1.key
        }) {
            // If the provider is the write provider already, the new key must not be first.
            edits.append(.insertKey(key, at: isWriter && !request.singleServer ? 1 : 0, in: places))
        }
        if request.singleServer {
            edits += Dictionary(grouping: places, by: \.provider).filter { $0.key > 0 }.sorted { $0.key < $1.key }
                .map { .moveProviderToFront(from: $0.key, entries: $0.value.map(\.entry)) }
        }
        return edits
    }

    private func promotions() throws(RotationRefusal) -> [ConfigurationEdit] {
        var places: [Place: [Int]] = [:]
        for goal in try goals() {
            guard let place = goal.place else { throw .notAdded(paths: paths(try lacking())) }
            if !place.isFirst { places[place, default: []].append(goal.entry) }
        }
        var edits: [ConfigurationEdit] = []
        for (place, entries) in places.sorted(by: { ($0.key.provider, $0.key.key) < ($1.key.provider, $1.key.key) }) {
            for entry in entries {
                let keys = providers(of: entry)[place.provider].keys
                if !keys.isEmpty, let code = keys[place.key].weaknessCode {
                    throw .weak(keys[place.key].name, code: code, paths: paths([entry]))
                }
            }
            if place.key > 0 {
                let providers = entries.map { ProviderPlace(entry: $0, provider: place.provider) }
                edits.append(.moveKeyToFront(from: place.key, in: providers))
            }
            if place.provider > 0 { edits.append(.moveProviderToFront(from: place.provider, entries: entries)) }
        }
        return edits.keysFirst
    }

    private func retirements() throws(RotationRefusal) -> [ConfigurationEdit] {
        let waiting = try goals().filter { $0.place?.isFirst != true }.map(\.entry)
        guard waiting.isEmpty else { throw .notPromoted(paths: paths(waiting)) }
        // Other keys of the provider that stays.
        let keys = grouped(scope.entries) { providers(of: $0)[0].keys.count }.filter { $0.index > 1 }
            .map { count, entries -> ConfigurationEdit in
                .removeKeys(at: Array(1..<count), in: entries.map { ProviderPlace(entry: $0, provider: 0) })
            }
        return keys
            + .removals(of: scope.entries) { entry in
                let providers = providers(of: entry)
                return providers.indices.dropFirst().filter {
                    target == .identity || providers[$0].name != .identity
                }
            }
    }

    /// Removes the added key or provider. Plaintext stays: whether it was read before is unknown.
    private func removals() throws(RotationRefusal) -> [ConfigurationEdit] {
        let goals = try goals()
        let writing = goals.filter { $0.place?.isFirst == true }.map(\.entry)
        guard writing.isEmpty else { throw .stillWrites(paths: paths(writing)) }
        guard target != .identity else {
            let holding = goals.filter { $0.place != nil }.map(\.entry)
            guard holding.isEmpty else { throw .identityStays(paths: paths(holding)) }
            return []
        }
        var providersGone: [Int: [Int]] = [:]
        var keysGone: [Int: [ProviderPlace]] = [:]
        for (entry, place) in goals {
            guard let place else { continue }
            if providers(of: entry)[place.provider].keys.count > 1 {
                keysGone[place.key, default: []].append(ProviderPlace(entry: entry, provider: place.provider))
            } else {
                providersGone[place.provider, default: []].append(entry)
            }
        }
        return keysGone.sorted { $0.key < $1.key }.map { .removeKeys(at: [$0.key], in: $0.value) }
            + providersGone.sorted { $0.key < $1.key }.map { .removeProviders(at: [$0.key], entries: $0.value) }
    }

    // MARK: Entries

    private var addedIndex: Int { request.singleServer ? 0 : 1 }

    private func providers(of entry: Int) -> [Provider] { scope.configuration.entries[entry].providers }

    /// The entries that do not have the target.
    private func lacking() throws(RotationRefusal) -> [Int] { try goals().filter { $0.place == nil }.map(\.entry) }

    /// Entries that share keys now get the same new one, and those without keys get one together.
    private func sharing(_ entries: [Int]) -> [[Int]] {
        let asked = Set(entries)
        var numbers: [KeySet.List: Int] = [:]
        var shared: [[Int]] = []
        for set in scope.sets {
            let entries = set.places.map(\.entry).filter(asked.contains)
            if let number = numbers[set.list] {
                shared[number] += entries
            } else {
                numbers[set.list] = shared.count
                shared.append(entries)
            }
        }
        let others = asked.subtracting(shared.joined()).sorted()
        return (shared.map { $0.sorted() } + [others]).filter { !$0.isEmpty }
    }

    private func grouped(_ entries: [Int], by index: (Int) -> Int) -> [(index: Int, entries: [Int])] {
        Dictionary(grouping: entries, by: index).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private func paths(_ entries: [Int]) -> [String] { entries.map { "resources[\($0)]" } }
}
