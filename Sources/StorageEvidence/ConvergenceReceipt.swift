/// A record that every server of a cluster ran a file, with the revision of etcd after that.
public struct ConvergenceReceipt: Sendable, Equatable {
    /// Of the file: `sha256:` and 64 hex digits.
    public let hash: String
    /// The UID of the namespace `kube-system`; nil if it was not known.
    public let clusterUID: String?
    /// The revision of the main etcd after the last server was seen to run the file; nil if it was not read.
    public let revision: Int64?

    public init(hash: String, clusterUID: String?, revision: Int64?) {
        self.hash = hash
        self.clusterUID = clusterUID
        self.revision = revision
    }
}
