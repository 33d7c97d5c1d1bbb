internal import EncryptionConfig
public import StorageEvidence
internal import StorageAudit

extension StoredCount {
    /// What sources show of the values that a file covers.
    public init(_ evidence: StorageEvidence) {
        let resolution = ResourceResolution(evidence.file.configuration)
        self.init(evidence.census) { resolution.rule(for: $0) != nil }
    }
}

extension RolloutFacts.Stored {
    /// What sources say to a rollout.
    ///
    /// - Parameter isAfterConvergence: Whether they have to be late enough to prove that nothing is stored otherwise.
    public init(_ evidence: StorageEvidence, isAfterConvergence: Bool) {
        let count = StoredCount(evidence)
        let isDoubtful = evidence.sources.contains { source in
            source.incompleteness != nil || isAfterConvergence && evidence.earliness(of: source) != nil
                || !evidence.isOfThisCluster(source) && !evidence.isWholeStore
        }
        if count.unreadable > 0 {
            self = .unreadable(count.unreadable)
        } else if count.unknown > 0 || isDoubtful {
            self = .unknown
        } else {
            self = count.stale > 0 ? .stale(count.stale) : .clean
        }
    }
}
