import EncryptionConfig
import EnvelopeCrypto
import Foundation
import StorageAudit
import TestSupport
import Testing

/// The data directory of a member that was killed: its database alone lacks what the log adds.
/// See testdata/members/README.md.
struct DataDirectoryTests {
    private struct Silent: AuditProgress {
        func start(total: Int) {}
        func advance(by count: Int) {}
        func finish() {}
    }

    private struct Expected: Decodable {
        struct KeyValue: Decodable { let key: Data }
        let revision: Int64
        let kvs: [KeyValue]
    }

    /// Lays the files of a recorded member as etcd does, in a folder that `body` gets.
    private func withMember<Result>(_ body: (String) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let log = "0000000000000000-0000000000000000.wal"
        for (name, place) in [("db", "member/snap"), (log, "member/wal")] {
            let target = folder.appendingPathComponent(place)
            try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
            try Data(try TestData.bytes("members/etcd-3.5.1/\(name)")).write(to: target.appendingPathComponent(name))
        }
        return try body(folder.path)
    }

    private func run() throws -> AuditRun {
        let configuration = try Made.configuration(("secrets", Made.provider("aescbc", ("key1", Made.secretA))))
        return AuditRun(
            configurations: [ConfigurationFile(path: "c.yaml", hash: "", configuration: configuration)],
            unwrapping: NoKMS(), options: AuditOptions())
    }

    @Test func countsWhatTheMemberServes() throws {
        let expected = try TestData.json("members/etcd-3.5.1/expected.json", as: Expected.self)
        let result = try withMember { try run().audit(dataDirectory: $0, progress: Silent()) }
        #expect(result.source.revision == expected.revision)
        #expect(result.source.liveKeys == expected.kvs.count && result.live.ledger.total == expected.kvs.count)
        #expect(result.source.snapshot?.log?.gaps.isEmpty == true)
    }

    /// What the log replaces, in the database or in itself, is an old revision: each record is booked once.
    @Test func booksTheOldRevisionsOfTheLog() throws {
        let (whole, database) = try withMember { folder in
            (
                try run().audit(dataDirectory: folder, history: true, progress: Silent()),
                try run().audit(snapshot: "\(folder)/member/snap/db", history: true, progress: Silent())
            )
        }
        let source = try #require(whole.source.snapshot)
        let old = try #require(whole.history).ledger.total
        #expect(whole.live.ledger.total + old + source.tombstones + source.markers == source.records)
        let inDatabase = try #require(database.history).ledger.total
        #expect(old > inDatabase && source.records > (database.source.snapshot?.records ?? 0))
    }
}
