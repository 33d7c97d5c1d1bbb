internal import EncryptionConfig
public import StorageEvidence
internal import StorageAudit

extension RolloutFacts.Stored {
    /// What sources show of the values that a file covers.
    ///
    /// - Parameter isAfterConvergence: Whether they have to be late enough to prove that nothing is stored otherwise.
    public init(_ evidence: StorageEvidence, isAfterConvergence: Bool) {
        let resolution = ResourceResolution(evidence.file.configuration)
        var (stale, unreadable, unknown) = (0, 0, 0)
        for (resource, census) in evidence.census where resolution.rule(for: resource) != nil {
            stale += census.stale
            unreadable += census.unreadable + census.notObjects
            unknown += census.needsPlugin + census.uncertain
        }
        for source in evidence.sources where source.incompleteness != nil { unknown += 1 }
        if isAfterConvergence {
            for source in evidence.sources where evidence.earliness(of: source) != nil { unknown += 1 }
        }
        for source in evidence.sources where !evidence.isOfThisCluster(source) && !evidence.isWholeStore {
            unknown += 1
        }
        if unreadable > 0 {
            self = .unreadable(unreadable)
        } else if unknown > 0 {
            self = .unknown
        } else {
            self = stale > 0 ? .stale(stale) : .clean
        }
    }
}
