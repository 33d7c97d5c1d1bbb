internal import DurableFiles
internal import EnvelopeCrypto
internal import EtcdSnapshot
internal import GoText
internal import KineDatabase
internal import KubernetesResources
internal import SecretMemory

/// Finds objects in a snapshot by their names or etcd keys.
public struct SnapshotLookup {
    let path: String
    /// The revision of the store at which is read; nil for the latest.
    let revision: Int64?
    /// kube-apiserver's `--etcd-prefix`, if it is known.
    let prefix: String?

    public init(path: String, revision: Int64?, prefix: String?) {
        self.path = path
        self.revision = revision
        self.prefix = prefix
    }

    /// The records of some etcd keys.
    ///
    /// - Returns: The records, and whether the file is not what was saved, as its digest shows.
    public func records(
        of etcdKeys: [String], resource: String?
    ) throws(AuditError) -> (records: [StoredRecord], hasChanged: Bool) {
        do {
            let file = try MappedFile(path)
            var records: [StoredRecord] = []
            if KineDatabase.isDatabase(beginningWith: file.span) {
                let database = try KineDatabase(file)
                for key in etcdKeys { records.append(try record(of: key, resource: resource, in: database)) }
                try database.checkUnchanged()
                return (records, false)
            }
            var problems = SnapshotProblems.refused
            let snapshot = try SnapshotFile(file.span, &problems)
            let digest = try snapshot.checkDigest { bytes throws(CipherError) in try Digest.sha256(bytes) }
            for key in etcdKeys { records.append(try record(of: key, resource: resource, in: snapshot)) }
            try file.checkUnchanged()
            if case .differs = digest { return (records, true) }
            return (records, false)
        } catch {
            throw AuditError(error, source: path)
        }
    }

    private func record(of key: String, resource: String?, in snapshot: SnapshotFile) throws -> StoredRecord {
        let bytes = Array(key.utf8)
        let place = try EtcdPlace.resolve(etcdKey: bytes, resource: resource, prefix: prefix)
        var problems = SnapshotProblems.refused
        switch try snapshot.find(key: bytes.span.rawBytes, revision: revision, &problems) {
        case .found(let found):
            let value = SecretKey(SecretBytes(copying: snapshot.value(of: found)))
            return StoredRecord(
                etcdKey: bytes, registryKey: place.registryKey, resource: place.resource, readings: [value],
                revision: found.revision)
        case .absent(let deleted): throw AuditError.lookup(.absent(path, etcdKey: key, deleted: deleted, revision))
        case .compacted(let compacted):
            throw AuditError.lookup(.compacted(path, revision: revision ?? 0, oldest: compacted))
        case .future(let last): throw AuditError.lookup(.future(path, last: last))
        }
    }

    private func record(of key: String, resource: String?, in database: KineDatabase) throws -> StoredRecord {
        let bytes = Array(key.utf8)
        let place = try EtcdPlace.resolve(etcdKey: bytes, resource: resource, prefix: prefix)
        let index = database.index
        if let revision {
            guard revision >= index.compactRevision else {
                throw AuditError.lookup(.compacted(path, revision: revision, oldest: index.compactRevision))
            }
            guard revision <= max(index.lastRevision, index.compactRevision) else {
                throw AuditError.lookup(.future(path, last: index.lastRevision))
            }
        }
        let found = try database.find(bytes, revision: revision) { row throws(AuditError) in
            guard !row.isDeleted else {
                throw .lookup(.absent(path, etcdKey: key, deleted: row.id, revision))
            }
            return StoredRecord(
                etcdKey: bytes, registryKey: place.registryKey, resource: place.resource,
                readings: [SecretKey(SecretBytes(copying: row.value))], revision: row.id)
        }
        guard let found else { throw AuditError.lookup(.absent(path, etcdKey: key, deleted: nil, revision)) }
        return found
    }

    /// The etcd key of an object named `NAMESPACE/NAME`, or `NAME` if it belongs to the whole cluster.
    public static func etcdKey(of name: String, resource: String, prefix: String?) -> String {
        let parts = ByteName(name).split(at: UInt8(ascii: "/"))
        return RegistryKey(
            resource: GroupResource(parsing: resource), namespace: parts.count > 1 ? parts[0] : nil,
            name: ByteName(parts.dropFirst(parts.count > 1 ? 1 : 0).map(\.text).joined(separator: "/")),
            prefix: RegistryKey.cleaned(prefix: prefix ?? RegistryKey.defaultPrefix)
        ).description
    }
}

/// Why an object is not in a source.
public enum LookupError: Error, Sendable {
    /// There is no such etcd key, at the revision that was asked for if there is one.
    /// - Parameter deleted: The revision that deleted it, if that is known.
    case absent(String, etcdKey: String, deleted: Int64?, Int64?)
    /// The revision was compacted; history begins with `oldest`.
    case compacted(String, revision: Int64, oldest: Int64)
    /// The snapshot ends with the revision `last`.
    case future(String, last: Int64)
}
