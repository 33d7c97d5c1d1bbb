import EncryptionConfig
import EnvelopeCrypto
import Foundation
import PatientTesting
import StorageAudit
import TestSupport
import Testing

/// The same random store as an etcd snapshot and as a database of kine: both audits find the same.
@Suite(.patient) struct KineModelTests {
    private struct Case {
        let seed: UInt64
        let file: ConfigurationFile
        let store: ModelStore
    }

    private static func cases(_ seeds: Range<UInt64>) throws -> [Case] {
        try seeds.map { seed in
            var random = SeededGenerator(seed: seed)
            let pool = KeyPool(using: &random)
            let (configuration, file) = ModelConfiguration.random(pool, using: &random)
            var maker = StoreMaker(
                configuration, pool, uid: "0a1b2c3d-0000-4000-8000-00000000000a", healthInTen: 7, using: &random)
            var store = try maker.store(keys: 0...10)
            // A key that is kine's own, and no key of etcd there.
            store.records.removeAll { $0.key == Array("compact_rev_key".utf8) }
            return Case(seed: seed, file: file, store: store)
        }
    }

    /// - Parameter inDatabase: So many rows are in the database, the rest in its log; nil if there is none.
    @Test(arguments: [nil, 0, 3, 8])
    func bothAuditsFindTheSame(inDatabase: Int?) throws {
        let files = try KineFiles()
        defer { files.remove() }
        let first = UInt64(inDatabase ?? 9) * 1000
        let cases = try Self.cases(first..<first + 200)
        try files.make(cases.map { rows(of: $0.store) }, inDatabase: inDatabase)
        var differing = 0
        for (number, trial) in cases.enumerated() where differing < 3 {
            let run = AuditRun(
                configurations: [trial.file], unwrapping: NoKMS(), options: AuditOptions(), jobs: 1)
            let kine = try run.audit(
                snapshot: files.path("\(number).db"), history: true, progress: AuditedFile.Silent())
            var options = ModelOptions()
            options.history = true
            let snapshot = try AuditedFile.audit(
                try trial.store.file(.absent, leafLimit: 1_000), under: trial.file, options)
            let (found, expected) = (try facts(kine), try facts(snapshot))
            if found != expected {
                differing += 1
                Issue.record("seed \(trial.seed)\n\(found)\n\(expected)")
            }
            #expect(kine.source.liveKeys == snapshot.source.liveKeys)
        }
    }

    /// Each row keeps a copy of the value before, also when that row was compacted.
    @Test func copiesOfEarlierValuesAreJudged() throws {
        let files = try KineFiles()
        defer { files.remove() }
        let file = try Self.cases(0..<1)[0].file
        let key = Array("/registry/secrets/a/n1".utf8)
        let object = ModelObject(apiVersion: "v1", kind: "Secret", namespace: "a", name: "n1", uid: "u")
        try files.make([
            [KineFiles.Row(5, key, object.json, previousValue: object.json)],
            [KineFiles.Row(5, key, [], isDeleted: true, previousValue: object.json)],
            [KineFiles.Row(5, key, object.json, isDeleted: true)],
        ])
        let run = AuditRun(configurations: [file], unwrapping: NoKMS(), options: AuditOptions(), jobs: 1)
        for number in 0..<3 {
            let path = files.path("\(number).db")
            let result = try run.audit(snapshot: path, history: true, progress: AuditedFile.Silent())
            let history = try #require(result.history)
            #expect(history.resources.values.reduce(0) { $0 + $1.plaintext } == 1, "\(number).db")
            let judgement = AuditJudgement(
                result, under: file.configuration, options: AuditOptions(), failOn: [.oldPlaintext])
            #expect(judgement.coverage.records.total == [2, 2, 1][number], "\(number).db")
            #expect(try run.audit(snapshot: path, progress: AuditedFile.Silent()).history == nil)
        }
    }

    /// kine has a number of its own for each change.
    private func rows(of store: ModelStore) -> [KineFiles.Row] {
        store.records.enumerated().map { index, record in
            KineFiles.Row(Int64(index + 1), record.key, record.value ?? [], isDeleted: record.value == nil)
        }
    }

    /// All but what rests on revisions and on the number of writes, which kine does not have.
    private func facts(_ result: AuditResult) throws -> [String] {
        let history = try #require(result.history)
        return [result.live, history].flatMap { census in
            var lines = census.resources.map { resource, numbers in
                var numbers = numbers
                for label in numbers.byLabel.keys {
                    numbers.byLabel[label]?.writes = 0
                    numbers.byLabel[label]?.revisions = nil
                }
                let labels = numbers.byLabel.map { "\($0.key) \($0.value)" }.sorted()
                numbers.byLabel = [:]
                return "\(resource): \(numbers) \(labels)"
            }.sorted()
            lines += census.findings.totals.map { "\($0.key) \($0.value)" }.sorted()
            lines += census.ledger.counts.map { "\($0.key) \($0.value)" }.sorted()
            lines.append("\(census.otherKeys) \(census.otherObjects) \(census.clusterUID ?? "")")
            return lines
        }
    }
}
