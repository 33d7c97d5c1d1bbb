public import GoText

/// The meaning of a key in a cluster's etcd.
public enum EtcdKey: Hashable, Sendable {
    /// An API object. Its resource need not be a known one.
    case object(RegistryKey)
    /// A key in the range that kube-apiserver reads when it lists this resource, but not a valid key of an object: it has
    /// too few or too many segments, or its name is empty or not UTF-8.
    case stray(GroupResource)
    /// Internal data of a server. kube-apiserver never encrypts it.
    case bookkeeping(Bookkeeping)
    /// None of these: a key of another program, or below an unknown prefix.
    case unrecognised

    /// The keys that are not objects.
    public enum Bookkeeping: Hashable, Sendable {
        /// `ranges/serviceips`, `ranges/secondaryserviceips` or `ranges/servicenodeports`
        /// (kubernetes, pkg/registry/core/rest/storage_core.go).
        case range(ByteName)
        /// `masterleases/<ip>`: the lease of a running kube-apiserver (kubernetes, pkg/controlplane/instance.go).
        case masterLease(ByteName)
        /// `peerserverleases/<id>`: the address of a kube-apiserver for requests from other servers (kubernetes,
        /// pkg/controlplane/apiserver/peer.go, `CreatePeerEndpointLeaseReconciler`).
        case peerServerLease(ByteName)
        /// `health`: kube-apiserver only reads it, kine writes it.
        case health
        /// `compact_rev_key`, usually without a prefix (k8s.io/apiserver, pkg/storage/etcd3/compact.go; kine,
        /// pkg/logstructured/sqllog/sql.go).
        case compactedRevision
        /// `gap-<revision>`: kine's filler for a revision without a row (kine, pkg/drivers/generic, `Fill`).
        case gap(ByteName)
        /// A key of k3s or RKE2 outside the etcd prefix: `/bootstrap/<hash>` (encrypted with the join token),
        /// `k3s/apiaddresses`, `k3s/etcd/learnerProgress`, and the same for `rke2` (k3s, pkg/cluster/storage.go,
        /// pkg/etcd/etcd.go).
        case distribution(ByteName)
    }

    /// Reads an etcd key from its bytes.
    ///
    /// - Parameters:
    ///   - bytes: The key as etcd has it.
    ///   - prefix: The etcd prefix, if it is known. Otherwise `/registry` and OpenShift's `/kubernetes.io` are tried;
    ///     then the shortest prefix that leaves a key of a known resource, then one that leaves `<group>/<plural>/…`.
    ///     Keys below `/openshift.io`, the fixed prefix of OpenShift's own API servers, are recognised in any case.
    public init(bytes: RawSpan, prefix: String? = nil) {
        guard let text = unsafe bytes.withUnsafeBytes({ unsafe String(validating: $0, as: UTF8.self) }) else {
            // kube-apiserver lists by the bytes of a prefix and reads every value in that range, whatever its name.
            let lossy = unsafe bytes.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
            self = EtcdKeyReader(ByteName(lossy), prefix: prefix).stray ?? .unrecognised
            return
        }
        self = EtcdKeyReader(ByteName(text), prefix: prefix).key
    }

    /// Whether a key is below an etcd prefix, or below the prefix of OpenShift's own API servers.
    ///
    /// - Parameter prefix: Nil if it is not known; then those that servers have by default count.
    public static func isBelow(_ key: RawSpan, prefix: String?) -> Bool {
        let text = unsafe key.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
        return EtcdKeyReader(ByteName(text), prefix: prefix).isBelowPrefix
    }

    /// Reads an etcd key from text.
    public init(_ key: some StringProtocol, prefix: String? = nil) {
        self = EtcdKeyReader(ByteName(String(key)), prefix: prefix).key
    }
}
