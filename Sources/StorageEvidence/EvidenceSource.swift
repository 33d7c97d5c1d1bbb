internal import EtcdSnapshot
internal import KubernetesResources
public import StorageAudit

/// A snapshot or an etcd, audited under the file that servers run.
public struct EvidenceSource: Sendable {
    /// The path of the snapshot, or the endpoints.
    public let name: String
    public let result: AuditResult
    /// Whether the manifest of a server names it.
    public let isOfManifest: Bool
    /// What copies of the source have in common.
    private let origin = Origin()

    private final class Origin: Sendable {}

    var identity: ObjectIdentifier { ObjectIdentifier(origin) }

    public init(name: String, result: AuditResult, isOfManifest: Bool = false) {
        self.name = name
        self.result = result
        self.isOfManifest = isOfManifest
    }

    /// The revision of the store that the source shows.
    public var revision: Int64 { result.source.revision }

    /// The UID of the namespace `kube-system`, which is equal in all snapshots of one cluster; nil if it is not there.
    public var clusterUID: String? { result.live.clusterUID }

    /// The resources that are stored in this etcd and not in the main one, if a manifest says so; nil for the main one
    /// and for snapshots.
    var resources: Set<GroupResource>? {
        guard case .etcd(let etcd) = result.source.origin else { return nil }
        return etcd.resources
    }

    /// Whether it is a running etcd and not a file.
    public var isRunning: Bool { isOfManifest || result.source.snapshot == nil }

    func census(of resource: GroupResource) -> ResourceCensus {
        result.live.resources[resource] ?? ResourceCensus()
    }

    /// Why the source can lack records; nil if it has them all.
    public var incompleteness: EvidenceGap.Incompleteness? {
        switch result.source.origin {
        case .etcd(let etcd):
            if etcd.isSerializable { return .lagging }
            return etcd.onlyPrefix == nil ? nil : .partOfKeys
        case .snapshot(let snapshot):
            if snapshot.problemCount > 0 { return .damaged }
            if let log = snapshot.log { return log.gaps.isEmpty ? nil : .noDigest }
            switch snapshot.digest {
            case .matches: return nil
            case .absent: return snapshot.format == .etcd ? .noDigest : .kineFile
            case .differs: return .changed
            }
        }
    }
}
