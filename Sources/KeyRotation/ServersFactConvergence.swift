public import StorageEvidence

extension Convergence {
    /// Since when every server runs the file with a hash; nil if unknown.
    ///
    /// - Parameters:
    ///   - servers: The proof that every server runs a file. It counts only for this file.
    ///   - revision: The etcd revision after convergence, from the command line.
    public init?(_ servers: ServersFact?, of hash: String, afterRevision revision: Int64?) {
        let fact = servers.flatMap { $0.isAbout(hash) ? $0 : nil }
        if case .receipt(let receipt) = fact {
            self.init(revision: receipt.revision, clusterUID: receipt.clusterUID, isBeforeReading: true)
        } else if fact != nil || revision != nil {
            self.init(revision: revision, isBeforeReading: fact != nil)
        } else {
            return nil
        }
    }
}
