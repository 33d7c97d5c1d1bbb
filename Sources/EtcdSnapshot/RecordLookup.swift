internal import SecretMemory

/// What etcd would answer to a read of one key at one revision.
public enum RecordLookup: Equatable, Sendable {
    case found(StoredRevision)
    /// The key does not exist at that revision. The revision that deleted it, if the file still has it.
    case absent(deletedAt: Int64?)
    /// The history was removed up to this revision, which is later than the one asked for.
    case compacted(Int64)
    /// The file ends with this revision, which is earlier than the one asked for.
    case future(Int64)
}

extension SnapshotFile {
    /// Finds the value of a key. Reads all records, and needs no memory.
    ///
    /// Below the compaction, where etcd answers nothing, a value is still found at the very revision that wrote it.
    ///
    /// - Parameters:
    ///   - key: The etcd key.
    ///   - revision: The revision of the store at which the key is read; nil for the latest.
    public func find(
        key: RawSpan, revision: Int64? = nil, _ problems: inout SnapshotProblems
    ) throws(SnapshotError) -> RecordLookup {
        let settings = try settings(&problems)
        var walk = try RevisionWalk(self, &problems)
        var latest: StoredRevision?
        while let record = try walk.next(&problems) {
            guard record.revision <= revision ?? .max, self.key(of: record).elementsEqual(key) else { continue }
            latest = record
        }
        let lastRevision = max(walk.lastRevision, settings.compactedRevision)
        if let revision, revision > lastRevision { return .future(lastRevision) }
        if let revision, revision < settings.compactedRevision, latest?.revision != revision {
            return .compacted(settings.compactedRevision)
        }
        guard let latest else { return .absent(deletedAt: nil) }
        return latest.isTombstone ? .absent(deletedAt: latest.revision) : .found(latest)
    }
}
