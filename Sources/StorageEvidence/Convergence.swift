internal import EncryptionConfig
/// Since when every server runs a file, if known.
public struct Convergence: Sendable, Equatable {
    /// The revision of the main etcd after the last server was seen to run the file; nil if unknown.
    public let revision: Int64?
    /// The cluster of the revision, by the UID of its namespace `kube-system`; nil if unknown.
    public let clusterUID: String?
    /// Whether every server was known to run the file before the sources were read, so that what a running etcd shows is
    /// late enough.
    public let isBeforeReading: Bool

    public init(revision: Int64?, clusterUID: String? = nil, isBeforeReading: Bool) {
        self.revision = revision
        self.clusterUID = clusterUID
        self.isBeforeReading = isBeforeReading
    }
}

extension Convergence {
    /// Unknown.
    public static let unknown = Convergence(revision: nil, isBeforeReading: false)
}

extension StorageEvidence {
    /// Why a source is too early to show that something is not stored; nil if it is late enough.
    ///
    /// A server with an older file may write with an old write key. So only values that were stored after the last
    /// server had changed show which keys are needed.
    public func earliness(of source: EvidenceSource) -> EvidenceGap.Earliness? {
        guard let convergence else { return .unknown }
        // Another etcd of the cluster has no namespaces, and counts its own revisions.
        let isMain = source.resources == nil
        if isMain, let uid = convergence.clusterUID, uid != source.clusterUID { return .otherCluster }
        if source.isRunning, convergence.isBeforeReading { return nil }
        guard let revision = convergence.revision, isMain else { return .unknown }
        return source.revision >= revision ? nil : .before(revision)
    }

    /// The sources that are too early for what some entries serve, one gap for each.
    func earlyGaps(in patterns: [ResourcePattern]) -> [EvidenceGap] {
        present.compactMap { source in
            guard let pattern = patterns.first(where: { $0.isWildcard || isHome(source, of: $0.name) }),
                let earliness = earliness(of: source)
            else { return nil }
            return EvidenceGap(entry: pattern, kind: .early(source, earliness))
        }
    }
}
