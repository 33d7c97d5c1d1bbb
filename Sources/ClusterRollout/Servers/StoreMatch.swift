public import EtcdClient
public import KubernetesAPI
internal import KubernetesObjects
internal import KubernetesResources
internal import SecretMemory
public import StorageAudit

/// Whether an etcd is the one that a cluster stores in.
///
/// The command line names both, and an audit of the etcd of another cluster would prove nothing. Revisions are
/// compared first, because they need no key: the namespace `kube-system` was changed at the same revision, and a
/// Lease, which is renewed every few seconds, was renewed in etcd between two reads through the API. This detects a
/// copy of the cluster, too, which has the same UIDs. Without a Lease, the UID of the namespace must be readable.
public enum StoreMatch: Sendable {
    case same
    /// It is another one, or the prefix of its keys is.
    case other
    /// Nothing contradicts it, and nothing shows it.
    case unknown

    /// - Parameters:
    ///   - store: The main etcd.
    ///   - server: Any server of the cluster.
    public init(of store: EtcdSource, with server: APIServer) throws(StoreMatchError) {
        let prefix = store.prefix ?? RegistryKey.defaultPrefix
        func page(_ key: String) throws(StoreMatchError) -> EtcdPage {
            let request = RangeRequest(KeyRange(key: Array("\(prefix)/\(key)".utf8)))
            do { return try store.client.range(request) } catch { throw .etcd(error) }
        }
        func leases() throws(StoreMatchError) -> [IdentityLease] {
            do { return try server.identityLeases() } catch { throw .api(error) }
        }
        let namespace: (uid: String, resourceVersion: String)
        do { namespace = try server.clusterNamespace() } catch { throw .api(error) }
        let stored = try page("namespaces/kube-system")
        guard let record = stored.records.first, record.modRevision == Int64(namespace.resourceVersion) else {
            self = .other
            return
        }
        var isSeen = false
        if let object = try? StoredObject(reading: stored.value(of: record)), !object.metadata.uid.isEmpty {
            guard object.metadata.uid == namespace.uid else {
                self = .other
                return
            }
            isSeen = true
        }
        for lease in try leases() {
            guard let before = lease.resourceVersion.flatMap({ Int64($0) }) else { continue }
            let revision = try page("leases/kube-system/\(lease.name)").records.first?.modRevision
            let after = try leases().first { $0.name == lease.name }?.resourceVersion.flatMap { Int64($0) }
            // It may end meanwhile.
            guard let revision, let after else { continue }
            guard before <= revision, revision <= after else {
                self = .other
                return
            }
            isSeen = true
        }
        self = isSeen ? .same : .unknown
    }
}

/// Why it is unknown whether an etcd belongs to a cluster.
public enum StoreMatchError: Error, Sendable {
    case api(APIFailure)
    case etcd(EtcdError)
}
