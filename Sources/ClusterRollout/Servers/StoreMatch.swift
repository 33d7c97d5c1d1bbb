public import EtcdClient
public import KubernetesAPI
internal import KubernetesResources
public import StorageAudit

/// Whether an etcd is the one that a cluster stores in.
///
/// The program is told of both, and an audit of another cluster's etcd would prove nothing. What is compared are revisions,
/// which need no key: the namespace `kube-system` was changed at the same one, and each Lease, which is renewed every few
/// seconds, was renewed in etcd between two looks through the API.
public enum StoreMatch: Sendable {
    case same
    /// It is another one, or the prefix of its keys is.
    case other

    /// - Parameters:
    ///   - store: The main etcd.
    ///   - server: Any server of the cluster.
    public init(of store: EtcdSource, with server: APIServer) throws(StoreMatchError) {
        let prefix = store.prefix ?? RegistryKey.defaultPrefix
        func revision(_ key: String) throws(StoreMatchError) -> Int64? {
            let request = RangeRequest(KeyRange(key: Array("\(prefix)/\(key)".utf8)))
            do { return try store.client.range(request).records.first?.modRevision } catch { throw .etcd(error) }
        }
        func leases() throws(StoreMatchError) -> [IdentityLease] {
            do { return try server.identityLeases() } catch { throw .api(error) }
        }
        let namespace: (uid: String, resourceVersion: String)
        do { namespace = try server.clusterNamespace() } catch { throw .api(error) }
        guard try revision("namespaces/kube-system") == Int64(namespace.resourceVersion) else {
            self = .other
            return
        }
        for lease in try leases() {
            guard let before = lease.resourceVersion.flatMap({ Int64($0) }) else { continue }
            let stored = try revision("leases/kube-system/\(lease.name)")
            let after = try leases().first { $0.name == lease.name }?.resourceVersion
                .flatMap { Int64($0) }
            // It may end meanwhile.
            guard let stored, let after else { continue }
            guard before <= stored, stored <= after else {
                self = .other
                return
            }
        }
        self = .same
    }
}

/// Why it cannot be told whether an etcd is that of a cluster.
public enum StoreMatchError: Error, Sendable {
    case api(APIFailure)
    case etcd(EtcdError)
}
