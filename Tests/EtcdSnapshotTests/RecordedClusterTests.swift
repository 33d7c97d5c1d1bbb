import EnvelopeCrypto
import EtcdSnapshot
import TestSupport
import Testing

/// The recorded cluster, whose content Kubernetes and etcd told. See testdata/cluster/README.md.
@Suite(.serialized)
struct RecordedClusterTests {
    struct Expected: Decodable {
        let revisions_in_key_bucket: Int
        let live_keys: Int
        let live_keys_by_resource: [String: Int]
        let keys: [Key]
        let history: [Record]

        struct Key: Decodable {
            let etcd_key: String
            let create_revision: Int64
            let mod_revision: Int64
            let version: Int64
            let value_size: Int
            let value_sha256: String
        }

        struct Record: Decodable {
            let revision: Int64
            let etcd_key: String
            let tombstone: Bool
            let version: Int64
            let value_sha256: String?
            let live: Bool
        }
    }

    @Test(arguments: [("snapshot.db", "expected.json"), ("damaged.db", "damaged-expected.json")])
    func tellsWhatIsInIt(_ name: String, _ answers: String) throws {
        let expected = try TestData.json("cluster/\(answers)", as: Expected.self)
        let reading = try Reading(TestData.bytes("cluster/\(name)"))
        #expect(reading.history.count == expected.revisions_in_key_bucket)
        #expect(reading.live.count == expected.live_keys)
        #expect(reading.history.count { $0.isLive } == expected.live_keys)
        #expect(reading.history.count { $0.isTombstone } == reading.tombstoneCount)

        let live = Dictionary(grouping: reading.live, by: { text($0.key) }).compactMapValues {
            $0.count == 1 ? $0[0] : nil
        }
        #expect(live.count == expected.live_keys)
        for key in expected.keys {
            let found = try #require(live[key.etcd_key])
            #expect(found.createRevision == key.create_revision && found.modRevision == key.mod_revision)
            #expect(found.version == key.version && found.value.count == key.value_size)
            #expect(try sha256(found.value) == key.value_sha256)
        }
        var history = Dictionary(grouping: reading.history, by: \.revision)
        for record in expected.history {
            let found = try #require(history.removeValue(forKey: record.revision)?.first)
            #expect(text(found.key) == record.etcd_key && found.isTombstone == record.tombstone)
            #expect(found.isLive == record.live && (found.isTombstone || found.version == record.version))
            if let digest = record.value_sha256 { #expect(try sha256(found.value) == digest) }
        }
    }

    /// The same sums, by the part of the key that names the resource.
    @Test func countsEachResource() throws {
        let expected = try TestData.json("cluster/expected.json", as: Expected.self)
        let reading = try Reading(TestData.bytes("cluster/snapshot.db"))
        var counts: [String: Int] = [:]
        for key in reading.live.map({ text($0.key) }) where key.hasPrefix("/registry/") {
            let parts = key.split(separator: "/")
            counts[parts[1].contains(".") ? "\(parts[2]).\(parts[1])" : String(parts[1]), default: 0] += 1
        }
        #expect(counts == expected.live_keys_by_resource)
    }

    /// `etcdutl snapshot status` says the same revision.
    @Test func tellsTheRevision() throws {
        struct Status: Decodable { let revision: Int64 }
        let reading = try Reading(TestData.bytes("cluster/snapshot.db"))
        #expect(
            reading.currentRevision == (try TestData.json("cluster/snapshot-status.json", as: Status.self)).revision)
        #expect(!reading.settings.isCompactionUnfinished && reading.settings.clusterVersion == "3.5.0")
        let damaged = try Reading(TestData.bytes("cluster/damaged.db")).settings
        #expect(damaged.finishedCompaction > 0 && damaged.consistentIndex > 0 && damaged.term > 0)
    }

    @Test func checksTheDigest() throws {
        var bytes = try TestData.bytes("cluster/snapshot.db")
        #expect(try digest(of: bytes) == .matches)
        #expect(try digest(of: bytes.dropLast(32)) == .absent)
        bytes[100_000] ^= 1
        guard case .differs(let stored, let computed) = try digest(of: bytes) else {
            Issue.record("a changed byte went unnoticed")
            return
        }
        #expect(stored.count == 32 && computed.count == 32 && stored != computed)
    }

    /// A file that was cut off says so with both numbers, and a salvage still reads what is there.
    @Test func tellsATruncatedFile() throws {
        let bytes = try Array(TestData.bytes("cluster/snapshot.db").dropLast(32))
        let cut = Array(bytes.prefix(bytes.count / 8192 * 4096))
        let problem = SnapshotError.truncated(byteCount: cut.count, expected: bytes.count)
        #expect(throws: problem) { try Reading(cut) }
        let salvaged = try Reading(cut, problems: .collected)
        #expect(salvaged.problems.first.first == problem && salvaged.problems.count > 1)
        #expect(throws: SnapshotError.noMetaPage) { try Reading([]) }
        #expect(throws: SnapshotError.noMetaPage) { try Reading(Array(cut.prefix(60)), problems: .collected) }
    }

    /// Either meta page is enough.
    @Test func readsWithOneMetaPage() throws {
        let bytes = try TestData.bytes("cluster/snapshot.db")
        let whole = try Reading(bytes)
        for page in 0...1 {
            var damaged = bytes
            damaged[page * 4096 + 20] ^= 1
            #expect(try Reading(damaged).live == whole.live)
            var problems = SnapshotProblems.refused
            #expect(try !SnapshotFile(damaged.span.bytes, &problems).hasBothMetaPages)
        }
    }

    /// Reads one key now and at each of its revisions.
    @Test func findsAKeyAtARevision() throws {
        let bytes = try TestData.bytes("cluster/snapshot.db")
        let reading = try Reading(bytes)
        let key = Array("/registry/secrets/default/to-be-updated".utf8)
        let records = reading.history.filter { $0.key == key }
        #expect(records.count > 1)
        for record in records {
            guard case .found(let found) = try find(key, at: record.revision, in: bytes) else {
                Issue.record("revision \(record.revision) is not found")
                continue
            }
            #expect(found.revision == record.revision && found.version == record.version)
            #expect(Array(bytes[found.value]) == record.value)
        }
        #expect(try find(key, at: records[0].revision - 1, in: bytes) == .absent(deletedAt: nil))
        #expect(try find(key, at: reading.currentRevision + 1, in: bytes) == .future(reading.currentRevision))
        #expect(try find(Array("/registry/secrets/default/".utf8), in: bytes) == .absent(deletedAt: nil))
        let deletion = try #require(reading.history.last { $0.isTombstone })
        #expect(try find(deletion.key, at: deletion.revision, in: bytes) == .absent(deletedAt: deletion.revision))
        let compacted = try Reading(TestData.bytes("cluster/damaged.db")).settings.compactedRevision
        #expect(try find(key, at: 2, in: TestData.bytes("cluster/damaged.db")) == .compacted(compacted))
    }

    /// A location from another file is refused or gives some record of this one, and never traps.
    @Test func readsForeignLocations() throws {
        let bytes = try TestData.bytes("cluster/snapshot.db")
        var problems = SnapshotProblems.refused
        let records = try LiveRecords(SnapshotFile(bytes.span.bytes, &problems), &problems)
        let others = try TestData.bytes("cluster/damaged.db")
        let other = try SnapshotFile(others.span.bytes, &problems)
        var refused = 0
        for location in records.locations {
            do throws(SnapshotError) {
                #expect(try other.record(at: location).value.upperBound <= others.count)
            } catch {
                refused += 1
            }
        }
        #expect(refused > 0)
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private func sha256(_ bytes: [UInt8]) throws -> String { Digest.hexadecimal(try Digest.sha256(bytes.span.bytes)) }

    private func digest(of bytes: [UInt8]) throws -> DigestCheck {
        var problems = SnapshotProblems.refused
        return try SnapshotFile(bytes.span.bytes, &problems).checkDigest { try Digest.sha256($0) }
    }
}
