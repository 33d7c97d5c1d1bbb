internal import ConfigurationLint
internal import EncryptionConfig
internal import GoText

/// Plans a step within key sets.
struct KeyRotation {
    private let scope: RotationScope
    private let request: RotationRequest

    init(_ scope: RotationScope, _ request: RotationRequest) throws(RotationRefusal) {
        guard !scope.sets.isEmpty else { throw .nothingToRotate }
        self.scope = scope
        self.request = request
    }

    func planned(
        _ newKeys: NewKeySource
    ) throws(RotationRefusal) -> (step: RotationRequest.Step, edits: [ConfigurationEdit]) {
        let (step, sets) = if let step = request.step { (step, scope.sets) } else { try nextStep() }
        var edits: [ConfigurationEdit] = []
        switch step {
        case .add:
            edits = try additions(to: sets, newKeys)
            // With one server, an existing read key becomes the write key at once.
            if edits.isEmpty, request.singleServer { for set in sets { edits += try promotion(of: set) } }
        case .promote:
            for set in sets { edits += try promotion(of: set) }
            let waiting = scope.entriesOfPlaintextBeforePlugins
            guard !edits.isEmpty || waiting.isEmpty else { throw .otherProviders(paths: paths(waiting)) }
        case .retire: edits = try retirements(of: sets)
        case .abort:
            for set in sets { edits += try removal(from: set) }
            try checkNothingIsLeft(edits)
        }
        return (step, edits.keysFirst)
    }

    /// Rotations in progress continue; a new rotation starts if there is none.
    private func nextStep() throws(RotationRefusal) -> (RotationRequest.Step, [KeySet]) {
        let sets = scope.sets
        let doubtful = sets.filter { if case .ambiguous = $0.state { true } else { false } }
        guard doubtful.isEmpty else { throw .ambiguous(paths: doubtful.map(\.path)) }
        let begun = sets.filter { $0.state != .settled }
        guard let first = begun.first else { return (.add, sets) }
        guard begun.allSatisfy({ $0.state == first.state }) else { throw .stepsDiffer(paths: begun.map(\.path)) }
        return (first.state == .added ? .promote : .retire, begun)
    }

    // MARK: Add

    /// Every list of keys gets its own new key.
    private func additions(to sets: [KeySet], _ newKeys: NewKeySource) throws(RotationRefusal) -> [ConfigurationEdit] {
        let sharing = Dictionary(grouping: sets, by: \.list)
        var seen: Set<KeySet.List> = []
        let lists = sets.filter { lacksNewKey($0) && seen.insert($0.list).inserted }.map(\.list)
        // One name is one key.
        if let name = request.keyName, lists.count > 1 { throw .oneNameForSeveral(name) }
        var edits: [ConfigurationEdit] = []
        for (number, list) in lists.enumerated() {
            let key = newKeys.key(number: number)
            let holders = sharing[list] ?? []
            for set in holders {
                guard !set.keys.contains(where: { $0.name == key.name }) else { throw .nameTaken(key.name) }
                guard set.isNewest(key.name) else { throw .notNewest(key.name) }
            }
            edits.append(.insertKey(key, at: request.singleServer ? 0 : 1, in: holders.flatMap(\.places)))
            if request.singleServer { edits += holders.flatMap(providerMoves) }
        }
        return edits
    }

    /// Whether the key to add is missing: the named key or, without a name, a key that does not write yet.
    private func lacksNewKey(_ set: KeySet) -> Bool {
        if let name = request.keyName { return !set.keys.contains { $0.name == name } }
        return set.writes && set.state != .added
    }

    // MARK: Promote

    private func promotion(of set: KeySet) throws(RotationRefusal) -> [ConfigurationEdit] {
        let index = try promotable(of: set)
        let edits = (index > 0 ? [.moveKeyToFront(from: index, in: set.places)] : []) + providerMoves(of: set)
        if !edits.isEmpty, let code = set.keys[index].weaknessCode {
            throw .weak(set.keys[index].name, code: code, paths: [set.path])
        }
        return edits
    }

    /// Moves the provider of a set to the front, if plaintext is before it.
    private func providerMoves(of set: KeySet) -> [ConfigurationEdit] {
        Dictionary(grouping: set.places, by: \.provider).filter { $0.key > 0 }.sorted { $0.key < $1.key }
            .map { .moveProviderToFront(from: $0.key, entries: $0.value.map(\.entry)) }
    }

    /// The new write key.
    private func promotable(of set: KeySet) throws(RotationRefusal) -> Int {
        if let name = request.keyName {
            guard let index = set.keys.firstIndex(where: { $0.name == name }) else {
                throw .whichKey(paths: [set.path])
            }
            return index
        }
        guard set.keys.count > 1 else { return 0 }
        guard let newest = set.newest else { throw .whichKey(paths: [set.path]) }
        return newest
    }

    // MARK: Retire and abort

    /// Refuses to report a removal as done while the entries read other providers, which a provider change may have
    /// left.
    private func checkNothingIsLeft(_ edits: [ConfigurationEdit]) throws(RotationRefusal) {
        let others = scope.entriesWithOtherProviders
        guard !edits.isEmpty || others.isEmpty else { throw .otherProviders(paths: paths(others)) }
    }

    private func paths(_ entries: [Int]) -> [String] { entries.map { "resources[\($0)]" } }

    private func retirements(of sets: [KeySet]) throws(RotationRefusal) -> [ConfigurationEdit] {
        for set in sets {
            let isMeant = set.keys[0].name == request.keyName
            guard set.writes, set.state != .added || isMeant, request.keyName == nil || isMeant else {
                throw .notPromoted(paths: [set.path])
            }
        }
        let edits = sets.filter { $0.keys.count > 1 }.map { set -> ConfigurationEdit in
            .removeKeys(at: Array(set.keys.indices.dropFirst()), in: set.places)
        }
        try checkNothingIsLeft(edits)
        return edits
    }

    /// Removes the key that was added last; nothing if it is removed already.
    private func removal(from set: KeySet) throws(RotationRefusal) -> [ConfigurationEdit] {
        let named = request.keyName.map { name in set.keys.firstIndex { $0.name == name } }
        if case .some(nil) = named { return [] }
        guard set.keys.count > 1 else {
            // After plaintext, the key is the added one.
            return set.writes
                ? []
                : Dictionary(grouping: set.places, by: \.provider).sorted { $0.key < $1.key }
                    .map { .removeProviders(at: [$0.key], entries: $0.value.map(\.entry)) }
        }
        guard let index = named ?? set.newest else { throw .whichKey(paths: [set.path]) }
        guard index > 0 || !set.writes else { throw .stillWrites(paths: [set.path]) }
        return [.removeKeys(at: [index], in: set.places)]
    }
}
