internal import EtcdClient
internal import SecretMemory

/// Finds objects in etcd by their etcd keys.
public struct EtcdLookup {
    /// One cluster, or those that kube-apiserver spreads its resources over, the main one first.
    let sources: [EtcdSource]
    /// The revision of the store at which is read; nil for the latest.
    let revision: Int64?

    public init(sources: [EtcdSource], revision: Int64?) {
        self.sources = sources
        self.revision = revision
    }

    /// The records of some etcd keys.
    public func records(of etcdKeys: [String], resource: String?) throws(AuditError) -> [StoredRecord] {
        var records: [StoredRecord] = []
        for key in etcdKeys { records.append(try record(of: key, resource: resource)) }
        return records
    }

    private func record(of key: String, resource: String?) throws(AuditError) -> StoredRecord {
        let bytes = Array(key.utf8)
        let place: EtcdPlace
        do {
            place = try EtcdPlace.resolve(etcdKey: bytes, resource: resource, prefix: sources.first?.prefix)
        } catch {
            throw .place(error)
        }
        // The cluster in which kube-apiserver would look, even if another cluster has the key too.
        let home = sources.first { $0.resources?.contains(place.resource) == true } ?? sources.first
        guard let home else { preconditionFailure("a lookup without a source") }
        var request = RangeRequest(KeyRange(key: bytes))
        request.revision = revision ?? 0
        request.isSerializable = home.walk.isSerializable
        let page: EtcdPage
        do throws(EtcdError) {
            page = try home.client.range(request)
        } catch {
            throw .etcd(home.name, error)
        }
        guard let record = page.records.first else {
            throw .lookup(.absent(home.name, etcdKey: key, deleted: nil, nil))
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
