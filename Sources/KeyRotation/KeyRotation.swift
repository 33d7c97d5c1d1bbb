internal import EncryptionConfig

/// Plans a step within key sets.
struct KeyRotation {
    private let sets: [KeySet]
    private let request: RotationRequest

    init(_ scope: RotationScope, _ request: RotationRequest) throws(RotationRefusal) {
        guard !scope.sets.isEmpty else { throw .nothingToRotate }
        self.request = request
        sets = scope.sets
    }

    func planned(
        _ newKeys: NewKeySource
    ) throws(RotationRefusal) -> (step: RotationRequest.Step, edits: [ConfigurationEdit]) {
        let (step, sets) = if let step = request.step { (step, sets) } else { try nextStep() }
        var edits: [ConfigurationEdit] = []
        var keyCount = 0
        for set in sets {
            switch step {
            case .add:
                guard set.newest == nil else { continue }
                let key = newKeys.key(number: keyCount)
                guard !set.keys.contains(where: { $0.name == key.name }) else { throw .nameTaken(key.name) }
                guard set.isNewest(key.name) else { throw .notNewest(key.name) }
                keyCount += 1
                edits.append(.insertKey(key, at: request.singleServer ? 0 : 1, in: set.places))
            case .promote:
                guard let index = try promotable(of: set), index > 0 else { continue }
                edits.append(.moveKeyToFront(from: index, in: set.places))
            case .retire:
                guard set.newest ?? 0 == 0 || set.keys.first?.name == request.keyName else {
                    throw .notPromoted(paths: [set.path])
                }
                guard set.keys.count > 1 else { continue }
                edits.append(.removeKeys(at: Array(set.keys.indices.dropFirst()), in: set.places))
            case .abort:
                guard let index = try abortable(of: set) else { continue }
                edits.append(.removeKeys(at: [index], in: set.places))
            }
        }
        return (step, edits)
    }

    /// Sets whose rotation has begun go on; a new rotation begins when none has.
    private func nextStep() throws(RotationRefusal) -> (RotationRequest.Step, [KeySet]) {
        let doubtful = sets.filter { if case .ambiguous = $0.state { true } else { false } }
        guard doubtful.isEmpty else { throw .ambiguous(paths: doubtful.map(\.path)) }
        let begun = sets.filter { $0.state != .settled }
        guard let first = begun.first else { return (.add, sets) }
        guard begun.allSatisfy({ $0.state == first.state }) else { throw .stepsDiffer(paths: begun.map(\.path)) }
        return (first.state == .added ? .promote : .retire, begun)
    }

    /// The key that is to write; nil if there is none but the one that writes.
    private func promotable(of set: KeySet) throws(RotationRefusal) -> Int? {
        if let name = request.keyName {
            guard let index = set.keys.firstIndex(where: { $0.name == name }) else {
                throw .whichKey(paths: [set.path])
            }
            return index
        }
        if let newest = set.newest { return newest }
        // Without any date, two keys leave only one that can be meant.
        guard set.keys.count <= 2 else { throw .whichKey(paths: [set.path]) }
        return set.keys.count == 2 ? 1 : nil
    }

    /// The key that was added last; nil if it is out again.
    private func abortable(of set: KeySet) throws(RotationRefusal) -> Int? {
        guard set.keys.count > 1 else { return nil }
        let named = request.keyName.map { name in set.keys.firstIndex { $0.name == name } }
        if case .some(nil) = named { return nil }
        guard let index = named ?? set.newest else { throw .whichKey(paths: [set.path]) }
        guard index > 0 else { throw .stillWrites(paths: [set.path]) }
        return index
    }
}
