public import EncryptionConfig
public import KubernetesResources

/// Something that is missing to the proof that a value is not stored.
public struct EvidenceGap: Sendable {
    public enum Kind: Sendable {
        /// No source holds an object of what the entry names.
        case unseen
        /// The etcd of the server itself holds nothing that the write key encrypted.
        case silentStore
        /// A wildcard covers resources that another etcd may hold.
        case openEnded
        /// There are objects of a resource that is unknown to this program, whose etcd keys lack the group.
        case unknownGroup(GroupResource)
        /// There are values of the removed key or of another key of its name, which the file keeps: values carry the name
        /// alone.
        case sharedName(StoredKeyLabel, GroupResource)
        /// The source may be of another cluster: nothing in it was encrypted with a key of the file.
        case otherCluster(EvidenceSource, objects: Int)
        /// The source may be of another cluster: the file writes plaintext, which carries no key.
        case plaintextCluster(EvidenceSource)
        /// Whether the source is of the cluster only KMS plugins could show, and none answered.
        case silentPlugins(EvidenceSource)
        /// The source can lack records.
        case incomplete(EvidenceSource, Incompleteness)
        /// The source may show what was stored before every server ran the file.
        case early(EvidenceSource, Earliness)
    }

    /// Why a source may be too early.
    public enum Earliness: Sendable, Equatable {
        /// It is unknown since when every server runs the file.
        case unknown
        /// The source is older than the revision at which every server ran the file.
        case before(Int64)
        /// The revision is known of another cluster, or of one that the source does not name.
        case otherCluster
    }

    /// Why a source can lack records.
    public enum Incompleteness: Sendable {
        /// The file has no digest, as the `db` of a member: writes may be in the write-ahead log beside it.
        case noDigest
        /// It is a database of kine, which may be old or lack writes of its log.
        case kineFile
        /// The file is not the file that was saved.
        case changed
        case damaged
        /// The member that answered may lag behind.
        case lagging
        /// Only keys below a prefix were read.
        case partOfKeys
    }

    /// The entry that the gap is about.
    public let entry: ResourcePattern
    public let kind: Kind

    /// Whether the gap is that of a source, or of all together.
    public func isAbout(_ source: EvidenceSource) -> Bool {
        switch kind {
        case .unseen, .silentStore, .openEnded, .unknownGroup, .sharedName: true
        case .otherCluster(let other, _), .plaintextCluster(let other), .silentPlugins(let other),
            .incomplete(let other, _), .early(let other, _):
            other.name == source.name
        }
    }
}
