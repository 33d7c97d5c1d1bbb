public import StorageEvidence

extension Convergence {
    /// Since when every server runs the file with a hash; nil if nothing tells.
    ///
    /// - Parameters:
    ///   - servers: Why every server is known to run a file. It counts only if it is about this one.
    ///   - revision: The revision of etcd after the last server was seen to run the file, as somebody gives it.
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
