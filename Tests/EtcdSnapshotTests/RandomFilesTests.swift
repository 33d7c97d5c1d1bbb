import EtcdWAL
import Foundation
import PatientTesting
import TestSupport
import Testing

@testable import EtcdSnapshot

/// A thousand databases of a real etcd under random loads, each read whole: what the file holds is what etcd and etcdctl
/// say of it.
@Suite(.patient, .serialized)
struct RandomFilesTests {
    private static let filesOfALife = 8

    /// One member, which is saved after each of some loads, and lives on.
    @Test(arguments: Sample.of(Array(0..<125 as Range<UInt64>), 3))
    func agreesWithEtcd(seed: UInt64) throws {
        let etcd = try EtcdMember()
        var load = FileLoad(seed: seed)
        for number in 0..<Self.filesOfALife {
            try load.run(5 + load.chance(40), on: etcd)
            let bytes: [UInt8]
            switch load.chance(8) {
            case 0:
                etcd.kill()
                bytes = try etcd.database()
                try etcd.restart()
            case 1:
                etcd.stop()
                bytes = try etcd.database()
                try etcd.restart()
            default: bytes = try etcd.snapshot()
            }
            try check(bytes, against: etcd, &load, "seed \(seed), file \(number)")
        }
    }

    private func check(_ bytes: [UInt8], against etcd: EtcdMember, _ load: inout FileLoad, _ name: Comment) throws {
        let reading = try Reading(bytes)
        // A store begins with revision 1; the database of a member that was killed early has no record yet.
        let revision = max(1, reading.currentRevision)
        // A snapshot ends with a digest of 32 bytes.
        #expect(reading.databaseLength == bytes.count - bytes.count % 512, name)
        #expect(reading.ledger.inUse + reading.ledger.searched == reading.databaseLength, name)
        let history = reading.history
        let counts = RecordCounts(
            live: reading.live.count, superseded: history.count { !$0.isLive && !$0.isTombstone },
            tombstones: history.count { $0.isTombstone }, markers: 0)
        #expect(reading.counts == counts && counts.total == history.count, name)
        #expect(history.count { $0.isLive } == counts.live, name)

        // The whole content, bucket by bucket, as etcdctl sees it in the file.
        let status = try etcd.status(of: bytes)
        let content = try Content(bytes)
        #expect(content.hash == status.hash && content.count == status.totalKey, name)
        #expect(reading.lastRevision == status.revision && content.size == status.totalSize, name)

        // The records, as the member sees them: at the last revision, and at one before.
        #expect(try sorted(reading.live) == sorted(etcd.state(at: revision).live), name)
        let earlier = load.revision(upTo: revision)
        #expect(try sorted(reading.live(at: earlier)) == sorted(etcd.state(at: earlier).live), "\(name), at \(earlier)")
        // It answers no sum at the revision of a compaction itself.
        if revision > load.compacted {
            let sum = try etcd.sum(at: revision)
            #expect(try Content.sum(of: bytes, history, compacted: sum.compacted) == sum.hash, name)
        }

        // What is left of records in free pages is what was once written.
        for remnant in reading.remnants {
            guard let key = remnant.key, let revision = remnant.revision else { continue }
            let value = try #require(load.values[revision]?[Array(bytes[key])], "\(name), remnant of \(revision)")
            #expect(value.starts(with: bytes[remnant.range]), "\(name), remnant of \(revision)")
            #expect(remnant.length == value.count || remnant.length == nil, "\(name), remnant of \(revision)")
        }
    }

    private func sorted(_ keys: [LiveKey]) -> [LiveKey] { keys.sorted { $0.key.lexicographicallyPrecedes($1.key) } }
}

/// Sums over what a walk through the buckets of a file meets, as etcd makes them.
private struct Content {
    /// Of the names of all buckets, and of their keys and values (etcd, clientv3/snapshot, `dbStatus`).
    let hash: UInt32
    /// The keys of all buckets.
    let count: Int
    /// The bytes up to the last page that bbolt knows of. A database file can be longer.
    let size: Int

    init(_ bytes: [UInt8]) throws {
        var problems = SnapshotProblems.refused
        let file = try SnapshotFile(bytes.span.bytes, &problems)
        var (sum, count) = (CRC32C(), 0)
        var buckets = try BoltWalk(BoltBucket(root: file.meta.root), of: file, &problems)
        while let bucket = try buckets.next(&problems) {
            sum.add(file.bytes.extracting(bucket.key))
            let name = String(decoding: bytes[bucket.key], as: UTF8.self)
            var walk = try BucketWalk(name, of: file, &problems)
            while let entry = try walk.next(&problems) {
                sum.add(file.bytes.extracting(entry.key))
                sum.add(file.bytes.extracting(entry.value))
                count += 1
            }
        }
        (hash, self.count, size) = (sum.value, count, file.pageCount * file.meta.pageSize)
    }

    /// Of the records that a compaction leaves, or of all if nothing is live (etcd, mvcc/kvstore.go, `hashByRev`).
    static func sum(of bytes: [UInt8], _ history: [PastRecord], compacted: Int64) throws -> UInt32 {
        var problems = SnapshotProblems.refused
        let file = try SnapshotFile(bytes.span.bytes, &problems)
        var sum = CRC32C()
        sum.add("key".utf8Span.span.bytes)
        var walk = try BucketWalk("key", of: file, &problems)
        let isAnyLive = history.contains { $0.isLive }
        for record in history {
            let entry = try #require(try walk.next(&problems))
            guard record.revision > compacted || record.isLive || !isAnyLive else { continue }
            sum.add(file.bytes.extracting(entry.key))
            sum.add(file.bytes.extracting(entry.value))
        }
        return sum.value
    }
}

extension EtcdMember {
    fileprivate struct FileStatus: Decodable {
        let hash: UInt32
        let revision: Int64
        let totalKey: Int
        let totalSize: Int
    }

    /// What `etcdctl snapshot status` says of a file. It also lets bbolt check all pages.
    fileprivate func status(of bytes: [UInt8]) throws -> FileStatus {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("status-\(UUID().uuidString).db")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(bytes).write(to: file)
        return try JSONDecoder().decode(
            FileStatus.self, from: etcdctl(["snapshot", "status", file.path, "-w", "json"]))
    }

    /// The sum of the member's records at a revision, and the compaction that it is made after.
    fileprivate func sum(at revision: Int64) throws -> (hash: UInt32, compacted: Int64) {
        struct Answer: Decodable {
            struct Sum: Decodable {
                let hash: UInt32
                let compact_revision: Int64?
            }
            let HashKV: Sum
        }
        let json = try etcdctl(["endpoint", "hashkv", "--rev", String(revision), "-w", "json"])
        let sum = try #require(try JSONDecoder().decode([Answer].self, from: json).first).HashKV
        return (sum.hash, sum.compact_revision ?? 0)
    }
}
