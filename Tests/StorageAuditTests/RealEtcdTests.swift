import EncryptionConfig
import EtcdSnapshot
import PatientTesting
import SecretMemory
import TestSupport
import Testing

@testable import StorageAudit

/// The census of a real etcd's snapshot beside what the server itself says that it holds.
@Suite(.patient) struct RealEtcdAuditTests {
    @Test func agreesWithEtcd() throws {
        let old = try Made.configuration(("secrets, configmaps", Made.provider("secretbox", ("old", Made.secretB))))
        let new = try Made.configuration(
            (
                "secrets",
                "\(Made.provider("aesgcm", ("new", Made.secretA))), \(Made.provider("secretbox", ("old", Made.secretB))), identity: {}"
            ))
        var random = SeededGenerator(seed: 11)
        let etcd = try EtcdMember()
        for round in 0..<4 {
            var changes: [String] = []
            for number in Set((0..<180).map { _ in Int.random(in: 0..<400, using: &random) }).sorted() {
                let (kind, resource) = number % 3 == 0 ? ("ConfigMap", "configmaps") : ("Secret", "secrets")
                let (name, namespace) = ("object-\(number)", "namespace-\(number % 7)")
                let key = "/registry/\(resource)/\(namespace)/\(name)"
                let object = Made.object(name, namespace: namespace, kind: kind)
                let value: [UInt8]? =
                    switch (number + round) % 5 {
                    case 0: round == 0 ? object : nil
                    case 1: object
                    case 2, 3: try Made.sealed(object, at: key, by: old, for: resource)
                    default:
                        resource == "secrets"
                            ? try Made.sealed(object, at: key, by: new)
                            : Array(try Made.sealed(object, at: key, by: old, for: resource).dropLast(round))
                    }
                changes.append(value.map { "put \(key) \"\(Self.escaped($0))\"" } ?? "del \(key)")
            }
            try etcd.change(changes)
        }
        try etcd.change(["put compact_rev_key 7", "put /registry/health \"\""])
        let full = try compare(etcd, [new])
        #expect(full.resources.count == 2 && full.findings.totals.keys.sorted() == [.plaintext, .stale, .unreadable])
        let revision = try etcd.state().header.revision
        try etcd.etcdctl(["compact", String(revision - 1), "--physical"])
        try etcd.etcdctl(["defrag"])
        let compacted = try compare(etcd, [new])
        #expect(compacted.resources == full.resources)
    }

    /// The census of the snapshot, and that of the server's own answer, which must be equal.
    private func compare(_ etcd: EtcdMember, _ configurations: [EncryptionConfiguration]) throws -> Census {
        let options = AuditOptions(findingLimit: 10_000)
        let asked = Made.auditor(configurations, options)
        let state = try etcd.state()
        for pair in state.kvs ?? [] {
            let (key, value) = ([UInt8](pair.key), [UInt8](pair.value ?? .init()))
            try asked.add(
                AuditedRecord(
                    key: key.span.rawBytes, value: value.span.rawBytes, revision: pair.mod_revision,
                    version: pair.version))
        }
        let read = Made.auditor(configurations, options)
        let bytes = try etcd.snapshot()
        var problems = SnapshotProblems.refused
        let file = try SnapshotFile(bytes.span.rawBytes, &problems)
        let live = try LiveRecords(file, &problems)
        for location in live.locations {
            let record = try file.record(at: location)
            try read.add(
                AuditedRecord(
                    key: file.key(of: record), value: file.value(of: record), revision: record.revision,
                    version: record.version))
        }
        #expect(live.locations.count == state.kvs?.count)
        #expect(read.census.resources == asked.census.resources)
        #expect(read.census.otherKeys == asked.census.otherKeys && read.census.otherKeys == 2)
        #expect(read.census.findings.totals == asked.census.findings.totals)
        #expect(read.census.found.mapValues { Set($0) } == asked.census.found.mapValues { Set($0) })
        return read.census
    }

    /// As the transactions of `etcdctl` take bytes.
    private static func escaped(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef")
        return bytes.map { "\\x\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }.joined()
    }
}
