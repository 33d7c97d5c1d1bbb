public import EncryptionConfig
internal import GoText
internal import EnvelopeCrypto
internal import EtcdClient
public import KubernetesAPI
internal import KubernetesObjects
internal import KubernetesResources
internal import RemoteCalls
internal import SecretMemory
public import StorageAudit
internal import Transformers

/// Has a server write a Secret without a secret in it, and looks in etcd whether it wrote it as a file says.
///
/// `dryRun=All` would store nothing and prove nothing (recorded in testdata/apiserver).
public struct CanaryTrial: Sendable {
    private let store: EtcdSource
    private let file: EncryptionConfiguration
    private let namespace: String
    private let makeName: @Sendable () -> String

    /// - Parameters:
    ///   - store: The etcd that Secrets are stored in.
    ///   - file: The configuration that the server should write with.
    ///   - makeName: Returns a unique name.
    public init(
        store: EtcdSource, file: EncryptionConfiguration, namespace: String = "kube-system",
        makeName: @escaping @Sendable () -> String
    ) {
        self.store = store
        self.file = file
        self.namespace = namespace
        self.makeName = makeName
    }

    public func run(_ server: APIServer) -> ServerSighting.Canary {
        let name = makeName()
        let made: ObjectReference
        do {
            made = try server.createCanary(namespace: namespace, name: name)
        } catch {
            // Without an answer the server may have created it anyway.
            if !error.isAnswer { try? server.deleteSecret(ObjectReference(namespace: namespace, name: name)) }
            return .failed(.notMade)
        }
        let written = written(name)
        do { try server.deleteSecret(made) } catch { return .failed(.notDeleted("\(namespace)/\(name)")) }
        return written ?? .failed(.notStored)
    }

    /// What etcd holds of it; nil if it does not.
    private func written(_ name: String) -> ServerSighting.Canary? {
        let prefix = store.prefix ?? RegistryKey.defaultPrefix
        let key = Array("\(prefix)/secrets/\(namespace)/\(name)".utf8)
        guard let page = try? store.client.range(RangeRequest(KeyRange(key: key))), let record = page.records.first
        else { return nil }
        return Self.reading(page.value(of: record), etcdKey: key.span.rawBytes, under: file)
    }

    /// What a stored Secret shows of the server that wrote it.
    ///
    /// A name alone would say too little: a key of another file can have the same one, and names can hold colons. So the
    /// value is decrypted. No plugin is asked: of KMS the name of the provider counts.
    static func reading(
        _ value: RawSpan, etcdKey: RawSpan, under file: EncryptionConfiguration
    ) -> ServerSighting.Canary {
        let rule = ResourceResolution(file).rule(for: GroupResource(resource: "secrets"))
        let writing = rule.flatMap { StorageKey.list(of: $0.providers).first } ?? .plaintext
        let label = StoredLabel(provider: writing.label.provider, key: writing.label.key)
        let isAsFile =
            switch writing {
            case .plaintext: !ResourceTransformer.isEncrypted(value)
            case .plugin: label.storedPrefix.map { value.starts(with: Array($0.utf8).span.rawBytes) } ?? false
            case .key: opens(value, etcdKey: etcdKey, with: rule)
            }
        return .wrote(isAsFile ? label : StoredLabel(reading: value), isAsFile: isAsFile)
    }

    /// Whether the write key opens a value, and an object comes out.
    private static func opens(_ value: RawSpan, etcdKey: RawSpan, with rule: ResourceResolution.Rule?) -> Bool {
        var plaintext = SecretBuffer(capacity: value.byteCount)
        guard let transformer = try? ResourceTransformer(rule, unwrapping: NoKMS()),
            let opened = try? transformer.open(value, etcdKey: etcdKey, appendingTo: &plaintext)
        else { return false }
        return !opened.isStale && StoredEncoding(sniffing: plaintext.bytes) != nil
    }
}
