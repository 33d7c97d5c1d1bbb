import EnvelopeCrypto
import TestSupport

/// Writes what `etcdctl snapshot save` saves: records under the revisions that wrote them.
public struct SnapshotBuilder {
    /// Without it the file is one like the `db` of a member.
    public var hasDigest = true
    /// Whole pages that no bucket holds.
    public var freePages: [UInt8] = []
    /// The bucket `meta`.
    public var settings: [String: [UInt8]] = [:]
    public private(set) var revision: Int64 = 1
    private var records: [BoltBuilder.Element] = []
    private var versions: [String: (created: Int64, version: Int64)] = [:]
    private static let recordsPerLeaf = 500

    public init() {}

    /// Raises the revision of the store, so that the next record is of a later one.
    public mutating func skip(to revision: Int64) { self.revision = max(revision, self.revision) }

    /// Writes a value.
    public mutating func put(_ key: String, _ value: [UInt8]) {
        revision += 1
        let last = versions[key] ?? (revision, 0)
        let version = (created: last.created, version: last.version + 1)
        versions[key] = version
        records.append(
            .record(revision, Array(key.utf8), value, created: version.created, version: version.version))
    }

    /// Deletes a key.
    public mutating func delete(_ key: String) {
        revision += 1
        versions[key] = nil
        records.append(.record(revision, key, nil))
    }

    /// Adds any bytes as the record of the next revision.
    public mutating func putRaw(_ bytes: [UInt8]) {
        revision += 1
        records.append(BoltBuilder.Element(key: BoltBuilder.Element.revision(revision), value: bytes))
    }

    /// Adds what `etcdutl snapshot restore --bump-revision` leaves at the revision to which it raises the store.
    public mutating func raise(to revision: Int64) {
        self.revision = revision
        records.append(.marker(revision))
        settings["scheduledCompactRev"] = BoltBuilder.Element.revision(revision)
    }

    /// The file.
    public func file() throws -> [UInt8] {
        var builder = BoltBuilder()
        let meta = settings.sorted { $0.key < $1.key }.map {
            BoltBuilder.Element(key: Array($0.key.utf8), value: $0.value)
        }
        builder.leaf(2, [.bucket("key", root: 3), .bucket("meta", inline: meta)])
        if records.count <= Self.recordsPerLeaf {
            builder.leaf(3, records)
        } else {
            var children: [BoltBuilder.Element] = []
            for start in stride(from: 0, to: records.count, by: Self.recordsPerLeaf) {
                let leaf = Array(records[start..<min(start + Self.recordsPerLeaf, records.count)])
                let number = builder.nextPage(after: 3)
                children.append(BoltBuilder.Element(key: leaf[0].key, child: number))
                builder.leaf(number, leaf)
            }
            builder.branch(3, children)
        }
        if !freePages.isEmpty { builder.appendFree(freePages) }
        let file = builder.file
        return hasDigest ? file + (try Digest.sha256(file.span.rawBytes)) : file
    }
}
