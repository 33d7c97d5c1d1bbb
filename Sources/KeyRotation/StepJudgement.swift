public import EncryptionConfig
public import KMSPlugin
public import KeyTransition
public import StorageEvidence

/// Whether a step may be written.
public struct StepJudgement: Sendable {
    /// A reason to refuse the step.
    public enum Refusal: Sendable {
        /// Not every server is known to run the file with this hash.
        case serversNotLoaded(hash: String)
        /// The proof for the servers is about another file than the one with this hash.
        case serversRunAnother(hash: String)
        /// The plugin was not tested.
        case pluginNotAsked
        /// The plugin is not healthy, with its error.
        case pluginUnhealthy(PluginError)
        /// There is no evidence that no stored value needs the removed keys.
        case notShownUnused
        /// The destination of the removed keys is missing.
        case noDestination
        /// Removed keys would be destroyed without a proof that nothing needs them.
        case destroyedWithoutProof
        /// Stored values need removed keys.
        case used([RemovedKeys.Use])
        /// The evidence does not show that no stored value needs the removed keys.
        case gaps([EvidenceGap])
        /// Servers could not read values that are, or will be, stored.
        case unsafe([Counterexample])
        /// The evidence does not settle whether servers could read all values.
        case unsettled([Counterexample])
    }

    /// A warning about an allowed step.
    public enum Remark: Sendable {
        /// A refusal that does not count, because nothing is written or the user took the responsibility.
        case waived(Refusal)
        /// Keys are removed without a look at stored values, on the word of the user.
        case onWord
        /// Values for which the file has no such key, or that are unreadable already, may need the removed keys.
        case orphans([RemovedKeys.Use])
        /// Keys are destroyed, and not every etcd of the server was read.
        case unreadStores
    }

    /// Empty if the step may be written.
    public let refusals: [Refusal]
    public let remarks: [Remark]
    /// The step that may be written; nil if refused, or for a dry run.
    public let step: AuthorizedStep?
    /// The keys that the step removes.
    public let removed: RemovedKeys

    /// Judges a step.
    ///
    /// - Parameters:
    ///   - plan: The step.
    ///   - old: The present file.
    ///   - facts: The facts.
    ///   - isDryRun: Whether nothing will be written. Then a missing proof is only a warning.
    public init(_ plan: RotationPlan, from old: EncryptionConfiguration, _ facts: StepFacts, isDryRun: Bool = false) {
        let plaintext =
            plan.plaintextLosers.isEmpty ? [] : [StoredKeyLabel(provider: .identity, key: nil)]
        removed = RemovedKeys(
            plan.retired.flatMap(\.labels) + plaintext, of: plan.retired.flatMap(\.resources) + plan.plaintextLosers,
            from: old, to: plan.intended)
        var unmet = plan.demands.compactMap { Self.missing($0, facts) }
        // A proof for another file is a mistake, even if none is needed.
        if let servers = facts.servers, !servers.isAbout(facts.hash), !plan.demands.contains(.serversLoaded) {
            unmet.append(.serversRunAnother(hash: facts.hash))
        }
        var (refusals, remarks): ([Refusal], [Remark]) = ([], [])
        var proof: ProofOfAbsence?
        if let evidence = facts.stored.evidence, !removed.isEmpty {
            let (verdict, orphans) = removed.judge(evidence)
            let isDestroyed = facts.destination == .destruction
            switch verdict {
            case .used(let uses): refusals.append(.used(uses))
            case .unknown(let gaps) where facts.isAbsencePromised: remarks.append(.waived(.gaps(gaps)))
            case .unknown(let gaps): refusals.append(.gaps(gaps))
            case .unused(let absence): proof = absence
            }
            // With an archive the keys are not lost.
            if !orphans.isEmpty {
                if isDestroyed { refusals.append(.used(orphans)) } else { remarks.append(.orphans(orphans)) }
            }
            if isDestroyed, !evidence.isWholeStore { remarks.append(.unreadStores) }
            // Values that need the keys are enough of a reason.
            if isDestroyed, proof == nil, !refusals.contains(where: \.tellsOfUses) {
                unmet.append(.destroyedWithoutProof)
            }
        }
        if facts.isAbsencePromised, case .unseen = facts.stored, !removed.isEmpty { remarks.append(.onWord) }
        if isDryRun { remarks = unmet.map { .waived($0) } + remarks } else { refusals = unmet + refusals }
        let proven = Self.transition(plan, from: old, facts)
        self.refusals = refusals + proven
        self.remarks = remarks
        let isComplete = if case .awaited = facts.stored { false } else { true }
        step = self.refusals.isEmpty && isComplete && !isDryRun ? AuthorizedStep(plan, absence: proof) : nil
    }

    private static func missing(_ demand: RotationPlan.Demand, _ facts: StepFacts) -> Refusal? {
        switch demand {
        case .onlyServer: return nil
        case .serversLoaded:
            guard let servers = facts.servers else { return .serversNotLoaded(hash: facts.hash) }
            return servers.isAbout(facts.hash) ? nil : .serversRunAnother(hash: facts.hash)
        case .pluginHealthy:
            switch facts.plugin {
            case nil: return .pluginNotAsked
            case .healthy, .waived: return nil
            case .unhealthy(let answer): return .pluginUnhealthy(answer)
            }
        case .unusedInStorage:
            if case .unseen = facts.stored { return facts.isAbsencePromised ? nil : .notShownUnused }
            return nil
        case .archived:
            guard let destination = facts.destination else { return .noDestination }
            // With evidence, the proof is judged with it.
            if case .unseen = facts.stored, destination == .destruction { return .destroyedWithoutProof }
            return nil
        }
    }

    /// Refusals because servers could not read values, before or after the step.
    private static func transition(
        _ plan: RotationPlan, from old: EncryptionConfiguration, _ facts: StepFacts
    ) -> [Refusal] {
        let evidence = facts.stored.evidence
        let proof = TransitionProof(
            from: old, to: plan.intended, stored: { evidence?.labels(of: $0) ?? .unknown })
        let counterexamples = proof.counterexamples.filter { $0.reader == .new || !facts.isSingleServer }
        switch facts.isSingleServer ? proof.safe : proof.rolling {
        case .yes: return []
        case .no: return [.unsafe(counterexamples.filter { $0.certainty == .certain })]
        case .depends:
            // The user must confirm it, or evidence must settle it. For example, a value prefix does not distinguish
            // keys of one name.
            if case .awaited = facts.stored { return [] }
            // For removed keys, a condition asks for evidence or a confirmation.
            guard !facts.isAbsencePromised, evidence != nil || !plan.demands.contains(.unusedInStorage) else {
                return []
            }
            // The step does not make values worse that servers misread already.
            let new = counterexamples.filter { !$0.isOldAlready }
            return new.isEmpty ? [] : [.unsettled(new)]
        }
    }
}

extension StepJudgement.Refusal {
    fileprivate var tellsOfUses: Bool { if case .used = self { true } else { false } }
}

/// A step that may be written. Only a judgement without refusals creates one, for the plan that was judged.
public struct AuthorizedStep: Sendable {
    /// What the step removes from the file.
    public let retired: [RetiredProvider]
    /// The proof that no stored value needs it; nil if nothing is removed, or the user took the responsibility.
    public let absence: ProofOfAbsence?

    fileprivate init(_ plan: RotationPlan, absence: ProofOfAbsence?) {
        retired = plan.retired
        self.absence = absence
    }
}
