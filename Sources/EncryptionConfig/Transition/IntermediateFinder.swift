/// Looks for the configuration between two others.
///
/// There are two kinds: one that learns (OLD, and behind it what only NEW reads) and one that switches (NEW, and behind
/// it what only OLD reads). Learning, switching and dropping, one after another, is the way of every rotation. Each
/// candidate is proven like any other change.
struct IntermediateFinder {
    let old: EncryptionConfiguration
    let new: EncryptionConfiguration

    func next(against proof: TransitionProof) -> NextStep {
        let prover = Prover(old: ResourceResolution(old), new: ResourceResolution(new))
        let patterns = AskedResources.distinct((prover.old.rules + prover.new.rules).map(\.pattern))
        var lists: [KeyList] = []
        var conflicts: [ResourcePattern] = []
        for pattern in patterns {
            let (old, new) = (KeyList(prover.old.rule(for: pattern.name)), KeyList(prover.new.rule(for: pattern.name)))
            if let list = Self.step(from: old, to: new, for: pattern) {
                lists.append(list)
            } else {
                conflicts.append(pattern)
                lists.append(KeyList(pattern: pattern, providers: old.providers))
            }
        }
        func differs(from side: ResourceResolution) -> Bool {
            zip(patterns, lists).contains { !$1.isSame(as: KeyList(side.rule(for: $0.name))) }
        }
        guard differs(from: prover.old), differs(from: prover.new) else {
            return proof.counterexamples.contains { $0.certainty == .certain } && !conflicts.isEmpty
                ? .conflict(conflicts) : .evidence
        }
        guard let proposal = ProposedConfiguration(lists, form: old.form), isHarmless(proposal)
        else { return .conflict(patterns) }
        return .intermediate(proposal)
    }

    /// What shall serve a rule next; nil if there is no way.
    private static func step(from old: KeyList, to new: KeyList, for pattern: ResourcePattern) -> KeyList? {
        let last = KeyList(pattern: pattern, providers: new.providers)
        if isHarmless(from: old, to: last) { return last }
        let learning = [old.providers.appending(new.providers), old.providers.inserting(new.providers)]
            .map { KeyList(pattern: pattern, providers: $0) }
        let switching = [new.providers.appending(old.providers), new.providers.inserting(old.providers)]
            .map { KeyList(pattern: pattern, providers: $0) }
        if let step = switching.first(where: { isHarmless(from: old, to: $0) }) { return step }
        // Learning what can never be used is no progress.
        return learning.first { step in
            isHarmless(from: old, to: step) && switching.contains { isHarmless(from: step, to: $0) }
        }
    }

    /// Whether neither side misreads the other, but for what OLD has always misread.
    private static func isHarmless(from old: KeyList, to new: KeyList) -> Bool {
        old.writers.allSatisfy { new.reading($0).isSame || !old.reading($0).isSame } && old.reading(new.writeKey).isSame
    }

    /// The same for whole files, where one rule can take a resource from another.
    private func isHarmless(_ proposal: ProposedConfiguration) -> Bool {
        TransitionProof(from: old, to: proposal.configuration).counterexamples.allSatisfy(\.isOldAlready)
    }
}
