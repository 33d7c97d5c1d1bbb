internal import DurableFiles
public import EncryptionConfig
public import EnvelopeCrypto
internal import EtcdSnapshot
internal import KineDatabase
internal import KubernetesObjects
internal import KubernetesResources
internal import SecretMemory
internal import Transformers

/// A saved value of an object that still decrypts.
public struct ReadableCopy: Sendable {
    public let etcdKey: [UInt8]
    /// The path of the snapshot.
    public let snapshot: String
    /// The revision that wrote the value.
    public let revision: Int64
}

/// Looks in snapshots for values of objects that kube-apiserver cannot read: those of other snapshots, and earlier
/// revisions of the same one.
public struct BackupSearch {
    /// So many revisions of each object are tried, because each reads the whole snapshot.
    private static let revisionLimit = 4

    /// The one in force, then archives.
    private let configurations: [EncryptionConfiguration]
    private let unwrapping: any KMSUnwrapping

    public init(_ configurations: [EncryptionConfiguration], unwrapping: any KMSUnwrapping) {
        self.configurations = configurations
        self.unwrapping = unwrapping
    }

    /// The newest other value of each object that decrypts to that object, as `decrypt-secret` decrypts it.
    ///
    /// - Parameter path: A snapshot of etcd. A database of kine is not searched.
    public func copies(of values: [UnreadableGroup.Value], in path: String) throws(AuditError) -> [ReadableCopy] {
        do {
            let file = try MappedFile(path)
            guard !KineDatabase.isDatabase(beginningWith: file.span) else { return [] }
            var problems = SnapshotProblems.collected
            let snapshot = try SnapshotFile(file.span, &problems)
            let transformers = TransformerSet(configurations[0], unwrapping: unwrapping)
            let bags = try configurations.map { file throws(CipherError) in
                try KeyBag(file, unwrapping: unwrapping)
            }
            var copies: [ReadableCopy] = []
            for value in values {
                guard let name = value.registryKey else { continue }
                var revision: Int64?
                for _ in 0..<Self.revisionLimit {
                    guard
                        case .found(let record) = try snapshot.find(
                            key: value.etcdKey.span.rawBytes, revision: revision, &problems)
                    else { break }
                    // The same value is not a copy of it.
                    let transformer = try transformers.transformer(for: name.resource)
                    if record.revision != value.revision,
                        Self.isReadable(
                            snapshot.value(of: record), at: value.etcdKey.span.rawBytes, name, by: transformer, or: bags
                        )
                    {
                        copies.append(
                            ReadableCopy(etcdKey: value.etcdKey, snapshot: path, revision: record.revision))
                        break
                    }
                    revision = record.revision - 1
                }
            }
            try file.checkUnchanged()
            return copies
        } catch {
            throw AuditError(error, source: path)
        }
    }

    /// Whether a value decrypts to the object that its etcd key names.
    private static func isReadable(
        _ value: RawSpan, at etcdKey: RawSpan, _ name: RegistryKey, by transformer: ResourceTransformer,
        or bags: [KeyBag]
    ) -> Bool {
        var plaintext = SecretBuffer()
        if (try? transformer.open(value, etcdKey: etcdKey, appendingTo: &plaintext)) != nil,
            IdentityCheck(plaintext: plaintext.bytes, key: name).mayBeSame
        {
            return true
        }
        return bags.contains { bag in
            var isTheObject = false
            _ = bag.open(value, etcdKey: etcdKey) { plaintext in
                isTheObject = IdentityCheck(plaintext: plaintext, key: name) == .same
                return isTheObject ? .certain : .other
            }
            return isTheObject
        }
    }
}
