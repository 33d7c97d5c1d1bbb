internal import EtcdClient
public import KubernetesAPI
internal import KubernetesResources
internal import RemoteCalls
internal import SecretMemory
public import StorageAudit
internal import Transformers

/// Has a server write a Secret without a secret in it, and looks in etcd with which key it did.
///
/// `dryRun=All` would store nothing and prove nothing (recorded in testdata/apiserver).
public struct CanaryTrial: Sendable {
    private let store: EtcdSource
    private let namespace: String
    private let makeName: @Sendable () -> String

    /// - Parameters:
    ///   - store: The etcd that Secrets are stored in.
    ///   - makeName: A name that nobody else has.
    public init(store: EtcdSource, namespace: String = "kube-system", makeName: @escaping @Sendable () -> String) {
        self.store = store
        self.namespace = namespace
        self.makeName = makeName
    }

    public func run(_ server: APIServer) -> ServerSighting.Canary {
        let name = makeName()
        let made: ObjectReference
        do {
            made = try server.createCanary(namespace: namespace, name: name)
        } catch {
            // Without an answer it may have been made all the same.
            if !error.isAnswer { try? server.deleteSecret(ObjectReference(namespace: namespace, name: name)) }
            return .failed(.notMade)
        }
        let label = storedLabel(name)
        do { try server.deleteSecret(made) } catch { return .failed(.notDeleted("\(namespace)/\(name)")) }
        return label.map { .wrote($0) } ?? .failed(.notStored)
    }

    private func storedLabel(_ name: String) -> StoredLabel? {
        let prefix = store.prefix ?? RegistryKey.defaultPrefix
        let key = Array("\(prefix)/secrets/\(namespace)/\(name)".utf8)
        guard let page = try? store.client.range(RangeRequest(KeyRange(key: key))), let record = page.records.first
        else { return nil }
        return StoredLabel(reading: page.value(of: record))
    }
}
