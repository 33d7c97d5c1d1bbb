import EtcdSnapshot
import EtcdWAL
import Foundation
import TestSupport
import Testing

/// Members of versions that are not at hand. See testdata/members/README.md.
struct RecordedMemberTests {
    private struct Expected: Decodable {
        struct KeyValue: Decodable {
            let key: Data
            let create_revision: String
            let mod_revision: String
            let version: String
            let value: Data?
            let lease: String?
        }
        let revision: Int64
        let kvs: [KeyValue]
    }

    private func files(_ member: String) throws -> [String: [UInt8]] {
        let name = "0000000000000000-0000000000000000.wal"
        return [name: try TestData.bytes("members/\(member)/\(name)")]
    }

    @Test(arguments: ["etcd-3.5.1"])
    func agreesWithTheMember(_ member: String) throws {
        let expected = try TestData.json("members/\(member)/expected.json", as: Expected.self)
        let reading = try MemberReading(database: TestData.bytes("members/\(member)/db"), log: files(member))
        #expect(reading.log.gaps.isEmpty && reading.log.role == .onlyVoter)
        #expect(reading.log.revision == expected.revision && reading.history.count > 20)
        let live = expected.kvs.map {
            LiveKey(
                key: [UInt8]($0.key), createRevision: Int64($0.create_revision) ?? 0,
                modRevision: Int64($0.mod_revision) ?? 0, version: Int64($0.version) ?? 0,
                value: [UInt8]($0.value ?? Data()), lease: $0.lease.flatMap { Int64($0) } ?? 0)
        }
        #expect(reading.live == live.sorted { $0.key.lexicographicallyPrecedes($1.key) })
    }

    /// The database alone lacks what the log adds.
    @Test(arguments: ["etcd-3.5.1"])
    func needsTheLog(_ member: String) throws {
        let database = try TestData.bytes("members/\(member)/db")
        let expected = try TestData.json("members/\(member)/expected.json", as: Expected.self)
        let reading = try MemberReading(database: database, log: [])
        #expect(reading.log.gaps == [.noSegment] && reading.log.revision < expected.revision)
    }

    /// Whatever byte of the log is damaged, it is not taken for whole and other than it is.
    @Test(arguments: ["etcd-3.5.1"], 0..<8 as Range<UInt64>)
    func damageIsNeverComplete(_ member: String, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let database = try TestData.bytes("members/\(member)/db")
        let files = try files(member)
        let whole = try MemberReading(database: database, log: files)
        for _ in 0..<40 {
            let damaged = files.mapValues { bytes in
                var bytes = bytes
                bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                if Int.random(in: 0..<4, using: &random) == 0 {
                    bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
                }
                return bytes
            }
            let reading = try MemberReading(database: database, log: damaged)
            #expect(!reading.log.isComplete || reading.live == whole.live)
        }
    }
}
