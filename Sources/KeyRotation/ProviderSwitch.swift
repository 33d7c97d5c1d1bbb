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
        let step = request.step ?? nextStep()
        return switch step {
        case .add: (step, try additions(newKeys))
        case .promote: (step, try promotions())
        case .retire: (step, try retirements())
        case .abort: (step, try removals())
        }
    }

    /// The first step that an entry still needs.
    private func nextStep() -> RotationRequest.Step {
        let places = scope.entries.map { place(in: $0) }
        if places.contains(nil) { return .add }
        return places.contains { $0 != 0 } ? .promote : .retire
    }

    // MARK: Steps

    /// The target becomes the second provider; plaintext, which is to be read only, the last one.
    private func additions(_ newKeys: NewKeySource) throws(RotationRefusal) -> [ConfigurationEdit] {
        let lacking = scope.entries.filter { place(in: $0) == nil }
        switch target {
        case .identity:
            return grouped(lacking) { request.singleServer ? 0 : providers(of: $0).count }
                .map { .insertProvider(.identity, at: $0.index, entries: $0.entries) }
        case .kms(let name, let endpoint):
            let count = scope.entries.count { place(in: $0) != nil }
            return lacking.enumerated().map { number, entry in
                let name = NewKeySource.name(name, number: count + number)
                return .insertProvider(.kms(name: name, endpoint: endpoint), at: addedIndex, entries: [entry])
            }
        case .keyed(let kind):
            let names = Set(scope.configuration.keys.map(\.key.name))
            return try sharing(lacking).enumerated().map { number, entries throws(RotationRefusal) in
                let key = newKeys.key(number: number)
                guard !names.contains(key.name) else {
                    throw .nameTaken(key.name)
                }
                return .insertProvider(.keys(kind, key), at: addedIndex, entries: entries)
            }
        }
    }

    private func promotions() throws(RotationRefusal) -> [ConfigurationEdit] {
        let lacking = scope.entries.filter { place(in: $0) == nil }
        guard lacking.isEmpty else { throw .notPromoted(paths: paths(lacking)) }
        return grouped(scope.entries) { place(in: $0) ?? 0 }.filter { $0.index > 0 }
            .map { .moveProviderToFront(from: $0.index, entries: $0.entries) }
    }

    private func retirements() throws(RotationRefusal) -> [ConfigurationEdit] {
        let waiting = scope.entries.filter { place(in: $0) != 0 }
        guard waiting.isEmpty else { throw .notPromoted(paths: paths(waiting)) }
        var removed: [Int: [Int]] = [:]
        for entry in scope.entries {
            for (index, provider) in providers(of: entry).enumerated().dropFirst()
            where target == .identity || provider.name != .identity {
                removed[index, default: []].append(entry)
            }
        }
        // From the last one on, so that the numbers of the others stay what they are.
        return removed.sorted { $0.key > $1.key }.map { .removeProvider(at: $0.key, entries: $0.value) }
    }

    /// What was added is taken out. Plaintext stays: whether it was read before nobody knows, and it harms nothing.
    private func removals() throws(RotationRefusal) -> [ConfigurationEdit] {
        let writing = scope.entries.filter { place(in: $0) == 0 }
        guard writing.isEmpty else { throw .stillWrites(paths: paths(writing)) }
        guard target != .identity else { return [] }
        let holding = scope.entries.filter { place(in: $0) != nil }
        return grouped(holding) { place(in: $0) ?? 0 }.map { .removeProvider(at: $0.index, entries: $0.entries) }
    }

    // MARK: Entries

    private var addedIndex: Int { request.singleServer ? 0 : 1 }

    private func providers(of entry: Int) -> [Provider] { scope.configuration.entries[entry].providers }

    /// Where the target stands in an entry.
    private func place(in entry: Int) -> Int? {
        providers(of: entry).firstIndex { provider in
            switch (target, provider.kind) {
            case (.identity, .identity): true
            case (.keyed(let kind), _): provider.name.rawValue == kind.rawValue
            case (.kms(let name, let endpoint), .kms(let plugin)):
                plugin.version == .v2 && plugin.endpoint == endpoint
                    && (plugin.name == name || plugin.name.starts(with: ByteName("\(name)-")))
            default: false
            }
        }
    }

    /// Entries that share keys now get the same new one, and those without keys get one together.
    private func sharing(_ entries: [Int]) -> [[Int]] {
        let asked = Set(entries)
        let shared = scope.sets.map { set in set.places.map(\.entry).filter(asked.contains) }
        let others = asked.subtracting(shared.joined()).sorted()
        return (shared + [others]).filter { !$0.isEmpty }
    }

    private func grouped(_ entries: [Int], by index: (Int) -> Int) -> [(index: Int, entries: [Int])] {
        Dictionary(grouping: entries, by: index).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private func paths(_ entries: [Int]) -> [String] { entries.map { "resources[\($0)]" } }
}
