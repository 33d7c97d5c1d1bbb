internal import EtcdSnapshot
internal import KubernetesResources
internal import StorageAudit

/// What an audit found, whatever it went through.
struct AuditResult {
    var source: AuditedSource
    var live: Census
    /// What is not live any more; nil if nobody asked for it.
    var history: Census?
    /// What stands in free pages; nil if nobody asked for it.
    var remnants: RemnantCount?
}

/// What an audit went through.
struct AuditedSource {
    /// The revision of the store that the audit shows.
    let revision: Int64
    let liveKeys: Int
    /// The length of the file; of a living etcd the bytes of the keys and values that were read.
    let byteCount: Int
    let origin: Origin

    enum Origin {
        case snapshot(Snapshot)
        case etcd(Etcd)
    }

    /// What a snapshot file says of itself.
    struct Snapshot {
        let digest: DigestCheck
        let compactRevision: Int64
        let isCompactionUnfinished: Bool
        let records: Int
        /// The first problems of a damaged file, and the number of all.
        let problems: [SnapshotError]
        let problemCount: Int
    }

    /// A living cluster.
    struct Etcd {
        let clusterID: UInt64
        /// The resources that live in this cluster and not in the main one; nil for the main one.
        let resources: Set<GroupResource>?
        /// For the main one, those that live in others.
        let elsewhere: Set<GroupResource>
        let transport: EtcdConnection.Transport
        /// The `--etcd-prefix` below which alone was read; nil if everything was.
        let onlyPrefix: String?
        /// Whether a member answered alone, which may lag behind.
        let isSerializable: Bool

        /// As etcdctl shows it: hexadecimal digits.
        var clusterIDText: String { String(clusterID, radix: 16) }
    }

    /// Nil for a living etcd.
    var snapshot: Snapshot? {
        guard case .snapshot(let snapshot) = origin else { return nil }
        return snapshot
    }

    /// Whether the file is not what was saved.
    var hasChanged: Bool {
        guard case .differs = snapshot?.digest else { return false }
        return true
    }

    /// How much of the file could not be read.
    var problemCount: Int { snapshot?.problemCount ?? 0 }
}
