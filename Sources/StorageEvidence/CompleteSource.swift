/// A source that has every record of the cluster at its revision, from a time when every server ran the file.
///
/// It can only be made from evidence that shows this. A proof of absence needs one.
public struct CompleteSource: Sendable {
    public let source: EvidenceSource

    /// Nil if the source can lack records, may be of another cluster, or may be too early.
    init?(_ source: EvidenceSource, of evidence: StorageEvidence) {
        guard source.incompleteness == nil, evidence.earliness(of: source) == nil else { return nil }
        // The etcd that the manifest of a server names for some resources can be empty.
        let isKnown = evidence.isOfThisCluster(source) || evidence.isWholeStore && source.isOfManifest
        guard isKnown else { return nil }
        self.source = source
    }
}

/// The proof that no stored value needs some keys. Only ``StorageEvidence`` makes one.
public struct ProofOfAbsence: Sendable {
    /// The complete sources that it is made from.
    public let sources: [CompleteSource]
    /// The values of what the entries name that were looked at.
    public let objects: Int

    init(sources: [CompleteSource], objects: Int) {
        self.sources = sources
        self.objects = objects
    }
}
