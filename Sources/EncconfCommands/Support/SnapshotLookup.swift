internal import EnvelopeCrypto
internal import EtcdSnapshot
internal import KubernetesResources
internal import SecretMemory
internal import StorageAudit

/// Finds objects in a snapshot by their names or etcd keys.
struct SnapshotLookup {
    let path: String
    /// The revision of the store at which is read; nil for the latest.
    let revision: Int64?
    /// kube-apiserver's `--etcd-prefix`, if it is known.
    let prefix: String?

    /// The records of some etcd keys.
    func records(
        of etcdKeys: [String], resource: String?, _ console: Console
    ) throws(CommandFailure) -> [StoredRecord] {
        let file = try MappedFile(path)
        var records: [StoredRecord] = []
        do {
            var problems = SnapshotProblems.refused
            let snapshot = try SnapshotFile(file.span, &problems)
            let digest = try snapshot.checkDigest { bytes throws(CipherError) in try Digest.sha256(bytes) }
            if case .differs = digest {
                console.warning(
                    "\(path.printable): has changed since it was saved, as its digest shows",
                    hint: "take a new snapshot")
            }
            for key in etcdKeys { records.append(try record(of: key, resource: resource, in: snapshot)) }
            try file.checkUnchanged()
            return records
        } catch let error as SnapshotError {
            throw CommandFailure("\(path): \(error.explanation)", hint: "take a new snapshot")
        } catch let error as CipherError {
            throw CommandFailure(libraryProblem(error))
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure("\(path): \(error)")
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
        case .absent(let deleted):
            throw CommandFailure(
                "\(path): there is no \(key)" + (deleted.map { "; it was deleted at revision \($0)" } ?? ""),
                hint: deleted.map { "--revision \($0 - 1) shows it as it was" }
                    ?? (revision == nil ? "" : "at that revision it was not made yet, or: ")
                    + "arguments are NAMESPACE/NAME of --resource; --etcd-key names anything")
        case .compacted(let compacted):
            throw CommandFailure(
                "\(path): revision \(revision ?? 0) was compacted away", hint: "history begins at revision \(compacted)"
            )
        case .future(let last):
            throw CommandFailure("\(path): the snapshot ends with revision \(last)")
        }
    }

    /// The etcd key of an object named `NAMESPACE/NAME`, or `NAME` if it belongs to the whole cluster.
    static func etcdKey(of name: String, resource: String, prefix: String?) -> String {
        let parts = name.split(separator: "/", maxSplits: 1)
        return RegistryKey(
            resource: GroupResource(parsing: resource), namespace: parts.count > 1 ? String(parts[0]) : nil,
            name: parts.last.map { String($0) } ?? "",
            prefix: prefix.map { $0.split(separator: "/").map { "/\($0)" }.joined() } ?? RegistryKey.defaultPrefix
        ).description
    }
}
