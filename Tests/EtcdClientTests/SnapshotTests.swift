import EnvelopeCrypto
import EtcdClient
import EtcdSnapshot
import Foundation
import PatientTesting
import SecretMemory
import TestSupport
import Testing

/// Snapshots over the wire, against those that `etcdctl snapshot save` writes.
@Suite(.patient) struct SnapshotTests {
    @Test func bringsWhatEtcdctlSaves() throws {
        let etcd = try EtcdMember()
        try etcd.fill(3000, byteCount: 1000)
        try etcd.change((0..<100).map { "del /registry/secrets/ns/\(String(format: "%06d", $0 * 7))" })
        var file: [UInt8] = []
        var remaining: [Int64] = []
        let summary = try etcd.client().snapshot { blob, left in
            file += blob.copiedToArray()
            remaining.append(left)
            return true
        }
        #expect(remaining.count > 10 && remaining.suffix(2) == [0, 0])
        #expect(summary.databaseByteCount + 32 == file.count)
        #expect(summary.digest == Array(file.suffix(32)))
        #expect(summary.status.peer == etcd.peer && summary.status.header.revision == 26)
        let saved = try Self.records(etcd.snapshot())
        let received = try Self.records(file)
        #expect(received.count == 3100 && received == saved)
    }

    /// All records of a snapshot, whose digest has to be right.
    private static func records(_ file: [UInt8]) throws -> [Entry] {
        var problems = SnapshotProblems.refused
        let snapshot = try SnapshotFile(file.span.rawBytes, &problems)
        let check = try snapshot.checkDigest { bytes throws(CipherError) in try Digest.sha256(bytes) }
        #expect(check == .matches)
        var walk = try RevisionWalk(snapshot, &problems)
        var entries: [Entry] = []
        while let record = try walk.next(&problems) {
            entries.append(
                Entry(
                    key: snapshot.key(of: record).copiedToArray(), value: snapshot.value(of: record).copiedToArray(),
                    createRevision: record.createRevision, modRevision: record.revision, version: record.version,
                    lease: record.lease))
        }
        return entries
    }

    @Test func endsWhenNoMoreIsWanted() throws {
        let etcd = try EtcdMember()
        try etcd.fill(50, byteCount: 100_000)
        let client = etcd.client()
        var count = 0
        let error = etcdError {
            _ = try client.snapshot { _, _ in
                count += 1
                return count < 3
            }
        }
        #expect(error == .cancelled && count == 3)
        #expect(try client.status().version == "3.4.23")
    }

    /// The member dies in the midst of it: nobody else can go on.
    @Test func tellsThatItBroke() throws {
        let cluster = try EtcdCluster()
        let first = try #require(cluster.members.first)
        // More than what is on its way when it happens.
        try first.fill(150, byteCount: 100_000)
        let client = EtcdClient(cluster.members.map(\.peer))
        var count = 0
        let error = etcdError {
            _ = try client.snapshot { _, _ in
                count += 1
                if count == 1 { first.kill() }
                return true
            }
        }
        guard case .snapshot(.broken(let failure), let peer) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(peer == first.peer && failure.code == .unavailable)
        // Another one can give its own.
        #expect(try client.snapshot { _, _ in true }.status.peer == cluster.members[1].peer)
    }
}
