public import EncryptionConfig
public import KeyTransition
public import StorageEvidence

/// Whether a step may be written.
public struct StepJudgement: Sendable {
    /// Something that stands against the step.
    public enum Refusal: Sendable {
        /// Not every server is known to run the file.
        case serversNotLoaded
        /// Nobody has shown that no stored value needs the removed keys.
        case notShownUnused
        /// Nobody has said what becomes of the removed keys.
        case noDestination
        /// Stored values need removed keys.
        case used([RemovedKeys.Use])
        /// The evidence does not show that no stored value needs the removed keys.
        case gaps([EvidenceGap])
        /// Servers could not read values that are, or will be, stored.
        case unsafe([Counterexample])
        /// The evidence does not settle whether servers could read all values.
        case unsettled([Counterexample])
    }

    /// Something to know that does not stand against the step.
    public enum Remark: Sendable {
        /// The same as a refusal, which is not one because nothing is written or somebody took the responsibility.
        case waived(Refusal)
        /// Values for which the file has no such key, or that are unreadable already, may need the removed keys.
        case orphans([RemovedKeys.Use])
        /// Keys are destroyed, and not every etcd of the server was read.
        case unreadStores
        /// Values may be unreadable afterwards if a server ever wrote with the removed key.
        case mayHaveWritten
    }

    /// Empty if the step may be written.
    public let refusals: [Refusal]
    public let remarks: [Remark]
    /// The right to remove keys; nil if the step may not be written, or shall not.
    public let authority: RemovalAuthority?
    /// The keys that the step removes.
    public let removed: RemovedKeys

    /// Judges a step.
    ///
    /// - Parameters:
    ///   - plan: The step.
    ///   - old: The file as it is.
    ///   - facts: What is known.
    ///   - isDryRun: Whether nothing will be written, so that what is missing is only a remark.
    public init(_ plan: RotationPlan, from old: EncryptionConfiguration, _ facts: StepFacts, isDryRun: Bool = false) {
        removed = RemovedKeys(
            plan.retired.flatMap(\.labels), of: plan.retired.flatMap(\.resources), from: old, to: plan.intended)
        var refusals: [Refusal] = []
        var remarks: [Remark] = []
        for missing in plan.demands.compactMap({ Self.missing($0, plan, facts) }) {
            if isDryRun { remarks.append(.waived(missing)) } else { refusals.append(missing) }
        }
        var proof: ProofOfAbsence?
        if let evidence = facts.evidence, !removed.isEmpty {
            let (verdict, orphans) = removed.judge(evidence)
            let isDestroyed = facts.destination == .destruction
            switch verdict {
            case .used(let uses): refusals.append(.used(uses + (isDestroyed ? orphans : [])))
            case .unknown(let gaps) where facts.isAbsencePromised: remarks.append(.waived(.gaps(gaps)))
            case .unknown(let gaps): refusals.append(.gaps(gaps))
            case .unused(let absence): proof = absence
            }
            if case .used = verdict {
            } else if isDestroyed, !orphans.isEmpty {
                refusals.append(.used(orphans))
            }
            if !isDestroyed, !orphans.isEmpty { remarks.append(.orphans(orphans)) }
            if isDestroyed, !evidence.isWholeStore { remarks.append(.unreadStores) }
        }
        let proven = Self.transition(plan, from: old, facts)
        refusals += proven.refusals
        remarks += proven.remarks
        self.refusals = refusals
        self.remarks = remarks
        authority = refusals.isEmpty && !isDryRun ? proof.map { .proof($0) } ?? .word : nil
    }

    private static func missing(_ demand: RotationPlan.Demand, _ plan: RotationPlan, _ facts: StepFacts) -> Refusal? {
        switch demand {
        case .onlyServer, .neverWritten: nil
        case .serversLoaded: facts.serversLoaded || facts.isSingleServer ? nil : .serversNotLoaded
        case .unusedInStorage: facts.isAbsencePromised || facts.evidence != nil ? nil : .notShownUnused
        case .archived: facts.destination != nil || plan.retired.isEmpty ? nil : .noDestination
        }
    }

    /// Whether every server can read every value, before and after the step.
    private static func transition(
        _ plan: RotationPlan, from old: EncryptionConfiguration, _ facts: StepFacts
    ) -> (refusals: [Refusal], remarks: [Remark]) {
        let evidence = facts.evidence
        let proof = TransitionProof(
            from: old, to: plan.intended, stored: { evidence?.labels(of: $0) ?? .unknown })
        let counterexamples = proof.counterexamples.filter { $0.reader == .new || !facts.isSingleServer }
        switch facts.isSingleServer ? proof.safe : proof.rolling {
        case .yes: return ([], [])
        case .no: return ([.unsafe(counterexamples.filter { $0.certainty == .certain })], [])
        case .depends:
            // A label does not tell keys of one name apart, for one.
            if evidence != nil, !facts.isAbsencePromised, [.retire, .abort].contains(plan.step) {
                return ([.unsettled(counterexamples)], [])
            }
            return ([], plan.step == .abort && proof.safe == .depends ? [.mayHaveWritten] : [])
        }
    }
}

/// The right to write a step that removes keys. Only a judgement without refusals gives it.
public enum RemovalAuthority: Sendable {
    /// Stored values were looked at, and none needs the keys.
    case proof(ProofOfAbsence)
    /// Nothing is removed, or somebody took the responsibility.
    case word
}

/// The text of a step that may be written.
public struct AuthorizedStep: Sendable {
    public let edits: [ConfigurationEdit]
    public let retired: [RetiredProvider]

    /// - Parameter authority: The right to remove what the plan removes.
    public init(_ plan: RotationPlan, _ authority: RemovalAuthority) {
        edits = plan.edits
        retired = plan.retired
    }
}
