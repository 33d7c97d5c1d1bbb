import EtcdSnapshot
import PatientTesting
import TestSupport
import Testing

/// The reader beside a real etcd: what the file holds is what the server says.
@Suite(.patient) struct RealEtcdTests {
    @Test func agreesWithEtcd() throws {
        let etcd = try EtcdMember()
        var random = SeededGenerator(seed: 5)
        try etcd.change((0..<2400).map { put($0, "k8s\\x00 first \($0)") })
        for round in 0..<4 {
            let keys = Set((0..<250).map { _ in Int.random(in: 0..<2400, using: &random) }).sorted()
            try etcd.change(
                keys.map { key in
                    key % 3 == round % 3 ? "del \(name(key))" : put(key, "k8s:enc:aescbc:v1:key\(round): \(key)")
                })
        }
        // One page, several with overflow, the most that etcd takes.
        for size in [1, 3000, 5000, 70_000, 1 << 20] {
            try etcd.change(["put large/\(size) \"\(String(repeating: "v", count: size))\""])
        }
        try etcd.change(["put large/5000 \"{}\"", "del large/70000", "put empty \"\"", "put \"\\xff\\x00\" binary"])
        let lease = try String(decoding: etcd.etcdctl(["lease", "grant", "3600"]), as: UTF8.self)
        try etcd.etcdctl(["put", "leased", "x", "--lease", String(lease.split(separator: " ")[1])])

        let full = try check(etcd.snapshot(), against: etcd)
        #expect(full.settings.compactedRevision == 0 && full.tombstoneCount > 100)
        for revision in [2, 20, 33, full.currentRevision / 2, full.currentRevision - 3] {
            #expect(sorted(try etcd.state(at: revision).live) == sorted(full.live(at: revision)))
        }

        let compaction = full.currentRevision - 2
        try etcd.etcdctl(["compact", String(compaction), "--physical"])
        let compacted = try check(etcd.snapshot(), against: etcd)
        #expect(compacted.settings.finishedCompaction == compaction && !compacted.settings.isCompactionUnfinished)
        #expect(compacted.history.count < full.history.count)
        #expect(sorted(try etcd.state(at: compaction).live) == sorted(compacted.live(at: compaction)))
        // Values that nobody can read any more are still in the file.
        #expect(compacted.remnants.contains { $0.kind == .protobuf })
        #expect(compacted.remnants.contains { $0.kind == .encrypted })
        #expect(compacted.remnants.contains { $0.key != nil && $0.isWhole })

        try etcd.etcdctl(["defrag"])
        let defragmented = try check(etcd.snapshot(), against: etcd)
        #expect(defragmented.history == compacted.history && defragmented.remnants.isEmpty)
        #expect(defragmented.ledger.searched == defragmented.ledger.zero + defragmented.ledger.structure)

        try etcd.change([put(1, "last"), "del \(name(2))"])
        let state = try etcd.state()
        etcd.stop()
        let database = try etcd.database()
        let stopped = try Reading(database)
        #expect(sorted(stopped.live) == sorted(state.live) && stopped.currentRevision == state.header.revision)
        var problems = SnapshotProblems.refused
        #expect(try SnapshotFile(database.span.bytes, &problems).databaseLength == database.count)
    }

    /// Reads a snapshot and compares all live keys with what the server says at the same revision.
    private func check(_ bytes: [UInt8], against etcd: EtcdMember) throws -> Reading {
        let reading = try Reading(bytes)
        let state = try etcd.state()
        #expect(reading.currentRevision == state.header.revision)
        #expect(reading.ledger.inUse + reading.ledger.searched == reading.databaseLength)
        #expect(sorted(reading.live) == sorted(state.live))
        for key in state.live.prefix(5) + state.live.suffix(5) {
            guard case .found(let record) = try find(key.key, in: bytes) else {
                Issue.record("\(key.key) is not found")
                continue
            }
            #expect(record.revision == key.modRevision && Array(bytes[record.value]) == key.value)
        }
        return reading
    }

    private func sorted(_ keys: [LiveKey]) -> [LiveKey] { keys.sorted { $0.key.lexicographicallyPrecedes($1.key) } }

    private func name(_ key: Int) -> String { "/registry/secrets/namespace-\(key % 40)/object-\(key)" }

    private func put(_ key: Int, _ value: String) -> String { "put \(name(key)) \"\(value)\"" }
}
