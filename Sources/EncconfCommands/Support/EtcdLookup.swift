internal import EtcdClient
internal import SecretMemory
internal import StorageAudit

/// Finds objects in a living etcd by their etcd keys.
struct EtcdLookup {
    /// One cluster, or those that kube-apiserver spreads its resources over, the main one first.
    let sources: [EtcdSource]
    /// The revision of the store at which is read; nil for the latest.
    let revision: Int64?

    /// The records of some etcd keys.
    func records(of etcdKeys: [String], resource: String?) throws(CommandFailure) -> [StoredRecord] {
        var records: [StoredRecord] = []
        for key in etcdKeys { records.append(try record(of: key, resource: resource)) }
        return records
    }

    private func record(of key: String, resource: String?) throws(CommandFailure) -> StoredRecord {
        let bytes = Array(key.utf8)
        let place = try EtcdPlace.resolve(etcdKey: bytes, resource: resource, prefix: sources.first?.prefix)
        // Where kube-apiserver would look, whatever else stands under the key in another cluster.
        let home = sources.first { $0.resources?.contains(place.resource) == true } ?? sources.first
        guard let home else { throw CommandFailure("there is no etcd to look into") }
        var request = RangeRequest(KeyRange(key: bytes))
        request.revision = revision ?? 0
        request.isSerializable = home.walk.isSerializable
        let page: EtcdPage
        do throws(EtcdError) {
            page = try home.client.range(request)
        } catch {
            var failure = error.failure(home.name)
            // The object was not seen, whatever kept it from being seen.
            failure.status = .failure
            throw failure
        }
        guard let record = page.records.first else {
            throw CommandFailure(
                "\(home.name.printable): there is no \(key.printable)",
                hint: "arguments are NAMESPACE/NAME of --resource; --etcd-key names anything")
        }
        return StoredRecord(
            etcdKey: bytes, registryKey: place.registryKey, resource: place.resource,
            readings: [page.copy(of: record)], revision: record.modRevision)
    }
}

extension EtcdPage {
    /// The stored value.
    fileprivate func copy(of record: EtcdRecord) -> SecretKey {
        let value = value(of: record)
        return SecretKey(SecretBytes(copying: value))
    }
}
