import ClusterSupport
import EncryptionConfig
import EtcdClient
import KubernetesResources
import StorageEvidence
import TestSupport

@testable import StorageAudit

/// A source of a small cluster, as a test describes it.
struct MadeSource {
    var name = "s.db"
    /// The Secrets, each with the configuration that stored it.
    var secrets: [String: String] = [:]
    /// Further values.
    var values: [String: [UInt8]] = [:]
    /// Old revisions of Secrets.
    var oldSecrets: [String: String] = [:]
    /// The UID of `kube-system`; nil if that is not there.
    var uid: String?
    var revision: Int64 = 100
    var digest = Digest.matches
    var isDamaged = false
    /// How etcd was read; nil for a snapshot.
    var etcd: Etcd?

    enum Digest { case matches, absent, differs }

    struct Etcd {
        var isOfManifest = false
        var isSerializable = false
        var onlyPrefix: String?
        var resources: Set<GroupResource>?
    }

    /// The source, audited under a file.
    func source(under file: ConfigurationFile) throws -> EvidenceSource {
        var builder = SnapshotBuilder()
        builder.hasDigest = digest != .absent
        if let uid { builder.put("/registry/namespaces/kube-system", MadeObject.clusterNamespace(uid: uid)) }
        for (name, short) in oldSecrets.sorted(by: { $0.key < $1.key }) {
            try builder.put(secret: name, by: short)
            builder.delete("/registry/secrets/default/\(name)")
        }
        for (name, short) in secrets.sorted(by: { $0.key < $1.key }) { try builder.put(secret: name, by: short) }
        for (key, value) in values.sorted(by: { $0.key < $1.key }) { builder.put(key, value) }
        if isDamaged { builder.putRaw([0x18, 7, 0x20]) }
        // The last record is one that names no object.
        builder.skip(to: revision - 1)
        builder.put("compact_rev_key", Array("1".utf8))
        var result = try builder.audit(
            under: [file], history: !oldSecrets.isEmpty, isSalvage: isDamaged
        ) { if digest == .differs { $0[$0.count - 1] ^= 1 } }
        if let etcd { result.source = etcd.source(in: result.source) }
        return EvidenceSource(name: name, result: result, isOfManifest: etcd?.isOfManifest ?? false)
    }
}

extension MadeSource.Etcd {
    /// A running etcd that shows the same.
    fileprivate func source(in source: AuditedSource) -> AuditedSource {
        AuditedSource(
            revision: source.revision, liveKeys: source.liveKeys, byteCount: source.byteCount,
            origin: .etcd(
                AuditedSource.Etcd(
                    clusterID: 1, resources: resources, elsewhere: [], transport: .verified, onlyPrefix: onlyPrefix,
                    isSerializable: isSerializable)))
    }
}

extension StorageEvidence {
    /// What some sources show under a file in short form.
    ///
    /// - Parameter convergence: By default every server ran the file from the beginning.
    init(
        under short: String, _ sources: [MadeSource], isWholeStore: Bool = false,
        convergence: Convergence? = Convergence(revision: 1, isBeforeReading: true)
    ) throws {
        let file = try ShortConfiguration(short).file()
        self.init(
            under: file, try sources.map { try $0.source(under: file) }, isWholeStore: isWholeStore,
            convergence: convergence)
    }

    /// What is missing to the proof of absence for a pattern.
    func gapName(_ pattern: ResourcePattern = .exact(GroupResource(resource: "secrets"))) -> String? {
        gap(in: pattern).map { gap in
            switch gap.kind {
            case .unseen: "unseen"
            case .silentStore: "silentStore"
            case .openEnded: "openEnded"
            case .unknownGroup(let resource): "unknownGroup \(resource)"
            case .sharedName(let label, let resource): "sharedName \(label.key?.text ?? "-") \(resource)"
            case .otherCluster(let source, let objects): "otherCluster \(source.name) \(objects)"
            case .plaintextCluster(let source): "plaintextCluster \(source.name)"
            case .silentPlugins(let source): "silentPlugins \(source.name)"
            case .incomplete(let source, let reason): "\(reason) \(source.name)"
            case .early(let source, let reason): "early \(reason) \(source.name)"
            }
        }
    }
}
