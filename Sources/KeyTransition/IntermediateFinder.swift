internal import EncryptionConfig

/// Finds an intermediate configuration.
///
/// There are two kinds: one that adds (OLD, then the read keys of NEW) and one that promotes (NEW, then the read keys
/// of OLD). Add, promote and retire is the order of every rotation. Each candidate is proven like any other change.
struct IntermediateFinder {
    private let old: ResolvedKeys
    private let new: ResolvedKeys
    private let oldForm: ConfigurationDocument.Form

    /// - Parameter oldForm: The form of OLD, which the intermediate file keeps.
    init(_ prover: Prover, oldForm: ConfigurationDocument.Form) {
        (old, new) = (prover.old, prover.new)
        self.oldForm = oldForm
    }

    func next(against proof: TransitionProof) -> NextStep {
        let patterns = AskedResources.distinct(old.patterns + new.patterns)
        var lists: [KeyList] = []
        var conflicts: [ResourcePattern] = []
        for pattern in patterns {
            if let list = Self.step(from: old[pattern], to: new[pattern], for: pattern) {
                lists.append(list)
            } else {
                conflicts.append(pattern)
                lists.append(KeyList(pattern: pattern, providers: old[pattern].providers))
            }
        }
        func differs(from side: ResolvedKeys) -> Bool {
            zip(patterns, lists).contains { !$1.isSame(as: side[$0]) }
        }
        guard differs(from: old), differs(from: new) else {
            return Self.withoutFile(proof, conflicts)
        }
        guard let proposal = ProposedConfiguration(lists, form: oldForm), isHarmless(proposal)
        else { return Self.withoutFile(proof, patterns) }
        return .intermediate(proposal)
    }

    /// The next step if no intermediate file is safe.
    private static func withoutFile(_ proof: TransitionProof, _ conflicts: [ResourcePattern]) -> NextStep {
        let isCertain = proof.counterexamples.contains { $0.certainty == .certain }
        return isCertain && !conflicts.isEmpty ? .conflict(conflicts) : .evidence
    }

    /// The next keys of a rule; nil if there is no safe order.
    private static func step(from old: KeyList, to new: KeyList, for pattern: ResourcePattern) -> KeyList? {
        let last = KeyList(pattern: pattern, providers: new.providers)
        if isHarmless(from: old, to: last) { return last }
        let learning = candidates(old, with: new, for: pattern)
        let switching = candidates(new, with: old, for: pattern)
        if let step = switching.first(where: { isHarmless(from: old, to: $0) }) { return step }
        // A key that can never be used is not a progress.
        return learning.first { step in
            isHarmless(from: old, to: step) && switching.contains { isHarmless(from: step, to: $0) }
        }
    }

    /// One list with the readers of another.
    private static func candidates(_ list: KeyList, with other: KeyList, for pattern: ResourcePattern) -> [KeyList] {
        [list.providers.appending(other.providers), list.providers.inserting(other.providers)]
            .map { KeyList(pattern: pattern, providers: $0) }
            .filter { !$0.hasPluginNamesakes }
    }

    /// Whether neither side misreads the other, but for what OLD has always misread.
    private static func isHarmless(from old: KeyList, to new: KeyList) -> Bool {
        old.reading(new.writeKey).isSame
            && old.writers.allSatisfy { !new.reading($0).isWorse(than: old.reading($0)) }
    }

    /// The same for whole files, where one rule can take a resource from another.
    private func isHarmless(_ proposal: ProposedConfiguration) -> Bool {
        let prover = Prover(old: old, new: ResolvedKeys(proposal.configuration))
        return AskedResources.all(prover.old, prover.new).allSatisfy { resource in
            prover.proof(of: resource, stored: .unknown).counterexamples.allSatisfy(\.isOldAlready)
        }
    }
}
