internal import SecretMemory

/// What etcd notes of itself, in the buckets `meta` and `cluster` (etcd, server/storage/schema).
public struct SnapshotSettings: Equatable, Sendable {
    /// The last entry of the log that the database holds; 0 if it is unknown. A restored snapshot starts with 0.
    public internal(set) var consistentIndex: UInt64 = 0
    /// The term of that entry.
    public internal(set) var term: UInt64 = 0
    /// The revision up to which history was to be removed; 0 if none was.
    public internal(set) var scheduledCompaction: Int64 = 0
    /// The revision up to which history has been removed; 0 if none was.
    public internal(set) var finishedCompaction: Int64 = 0
    /// The version of the data's layout, from etcd 3.6 on.
    public internal(set) var storageVersion: String?
    /// The version that all members of the cluster understand.
    public internal(set) var clusterVersion: String?

    /// Whether a compaction has begun that has not ended: some of the history below it may be gone.
    public var isCompactionUnfinished: Bool { scheduledCompaction > finishedCompaction }

    /// The oldest revision at which etcd would answer a read. It finishes a compaction before it answers any.
    public var compactedRevision: Int64 { max(scheduledCompaction, finishedCompaction) }
}

extension SnapshotFile {
    /// Reads what etcd notes of itself. A bucket that is not there notes nothing.
    public func settings(_ problems: inout SnapshotProblems) throws(SnapshotError) -> SnapshotSettings {
        var settings = SnapshotSettings()
        for name in ["meta", "cluster"] {
            guard let bucket = try bucket(name, &problems) else { continue }
            var walk = try BoltWalk(bucket, of: self, &problems)
            while let element = try walk.next(&problems) {
                do throws(ElementFault) {
                    try settings.read(element, of: name, in: bytes)
                } catch {
                    try problems.note(element.fault(error))
                }
            }
        }
        return settings
    }
}

extension SnapshotSettings {
    fileprivate mutating func read(
        _ element: BoltElement, of bucket: String, in bytes: RawSpan
    ) throws(ElementFault) {
        let name = String(decoding: bytes.extracting(element.key).copiedToArray(), as: UTF8.self)
        switch (bucket, name) {
        case ("meta", "consistent_index"): consistentIndex = try Self.number(element.value, in: bytes)
        case ("meta", "term"): term = try Self.number(element.value, in: bytes)
        case ("meta", "scheduledCompactRev"): scheduledCompaction = try Self.revision(element.value, in: bytes)
        case ("meta", "finishedCompactRev"): finishedCompaction = try Self.revision(element.value, in: bytes)
        case ("meta", "storageVersion"): storageVersion = try Self.version(element.value, in: bytes)
        case ("cluster", "clusterVersion"): clusterVersion = try Self.version(element.value, in: bytes)
        default: break
        }
    }

    private static func number(_ range: Range<Int>, in bytes: RawSpan) throws(ElementFault) -> UInt64 {
        guard range.count == 8 else { throw .settingLength(range.count) }
        return bytes.bigEndianUInt64(range.lowerBound)
    }

    private static func revision(_ range: Range<Int>, in bytes: RawSpan) throws(ElementFault) -> Int64 {
        guard range.count == StoredRevision.revisionLength else { throw .settingLength(range.count) }
        guard let revision = StoredRevision.revision(at: range, in: bytes) else { throw .revision }
        return revision.main
    }

    private static func version(_ range: Range<Int>, in bytes: RawSpan) throws(ElementFault) -> String {
        // `3.5.0` or so: what is longer is no version.
        guard range.count <= 64 else { throw .settingLength(range.count) }
        return String(decoding: bytes.extracting(range).copiedToArray(), as: UTF8.self)
    }
}
