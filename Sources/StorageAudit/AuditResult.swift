public import EtcdClient
public import EtcdSnapshot
public import EtcdWAL
public import KubernetesResources

/// What an audit found, whatever it went through.
public struct AuditResult: Sendable {
    public var source: AuditedSource
    public var live: Census
    /// Old revisions; nil without `--history`.
    public var history: Census?
    /// Values in free pages; nil without `--remnants`.
    public var remnants: RemnantCount?
    /// How long it took.
    public var elapsedSeconds: Double = 0
}

/// What an audit went through.
public struct AuditedSource: Sendable {
    /// The revision of the store that the audit shows.
    public let revision: Int64
    public let liveKeys: Int
    /// The length of the file; for etcd, the bytes of the keys and values that were read.
    public let byteCount: Int
    public let origin: Origin

    public enum Origin: Sendable {
        case snapshot(Snapshot)
        case etcd(Etcd)
    }

    /// What a snapshot file says of itself.
    public struct Snapshot: Sendable {
        public let format: Format
        public let digest: DigestCheck
        public let compactRevision: Int64
        public let isCompactionUnfinished: Bool
        public let records: Int
        /// The records of deletions among them.
        public let tombstones: Int
        /// The markers of raised revisions among them.
        public let markers: Int
        /// The write-ahead log that was read with the file; nil if none was.
        public let log: Log?
        /// The first problems of a damaged file, and the number of all.
        public let problems: [SnapshotError]
        public let problemCount: Int

        /// What keeps the records.
        public enum Format: Equatable, Sendable {
            /// etcd, with bbolt.
            case etcd
            /// kine, with SQLite.
            /// - Parameter hasLog: Whether a write-ahead log was read with the database.
            case kine(hasLog: Bool)
        }
    }

    /// The write-ahead log beside the database of a member.
    public struct Log: Sendable {
        /// The entries that the database lacked.
        public let appliedEntries: Int
        /// Why database and log may not show all that the member holds; empty if they do.
        public let gaps: [LogGap]
        /// Whether other members may have gone on.
        public let role: MemberRole
    }

    /// A running cluster.
    public struct Etcd: Sendable {
        let clusterID: UInt64
        /// The resources that live in this cluster and not in the main one; nil for the main one.
        public let resources: Set<GroupResource>?
        /// For the main one, those that live in others.
        public let elsewhere: Set<GroupResource>
        public let transport: EtcdConnection.Transport
        /// The `--etcd-prefix` below which alone was read; nil if everything was.
        public let onlyPrefix: String?
        /// Whether a member answered alone, which may lag behind.
        public let isSerializable: Bool

        /// Whether it is kine, which has no ID of a cluster.
        public var isKine: Bool { clusterID == 0 }

        /// As etcdctl shows it: hexadecimal digits.
        public var clusterIDText: String { String(clusterID, radix: 16) }
    }

    /// Nil for etcd.
    public var snapshot: Snapshot? {
        guard case .snapshot(let snapshot) = origin else { return nil }
        return snapshot
    }

    /// Whether the file is not what was saved.
    public var hasChanged: Bool {
        guard case .differs = snapshot?.digest else { return false }
        return true
    }

    /// How much of the file could not be read.
    public var problemCount: Int { snapshot?.problemCount ?? 0 }
}
