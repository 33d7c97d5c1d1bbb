import GoText
import EncryptionConfig
import StorageAudit
import StorageEvidence
import TestSupport
import Testing
import Transformers

/// The smallest cases of false proofs that the model has found.
struct FoundEvidenceTests {
    private static func key(_ name: String, _ byte: UInt8) -> ModelKey {
        ModelKey(name: Array(name.utf8), bytes: [UInt8](repeating: byte, count: 31) + [0])
    }

    private static func configuration(_ keys: [ModelKey]) -> ModelConfiguration {
        ModelConfiguration(entries: [.init(patterns: [.init(.secrets)], providers: [.keys(.aesgcm, keys)])])
    }

    /// Secrets that some keys have written, and the namespace that identifies the cluster.
    private func source(
        _ name: String, _ keys: [ModelKey], under file: ConfigurationFile, from revision: Int64 = 2,
        isOfManifest: Bool = false
    ) throws -> EvidenceSource {
        var random = SeededGenerator(seed: 1)
        var store = ModelStore()
        func add(_ etcdKey: String, _ value: [UInt8]) {
            let main = revision + Int64(store.records.count)
            store.records.append(
                ModelRecord(
                    key: Array(etcdKey.utf8), place: .nowhere, value: value, main: main, sub: 0, createRevision: main,
                    version: 1))
        }
        let namespace = ModelObject(apiVersion: "v1", kind: "Namespace", namespace: "", name: "kube-system")
        add("/registry/namespaces/kube-system", namespace.protobuf)
        for (number, key) in keys.enumerated() {
            let object = ModelObject(apiVersion: "v1", kind: "Secret", namespace: "a", name: "n\(number)")
            let etcdKey = "/registry/secrets/a/n\(number)"
            add(
                etcdKey,
                try ReferenceCipher.seal(object.protobuf, .aesgcm, key, at: Array(etcdKey.utf8), using: &random))
        }
        let result = try AuditedFile.audit(store.file(.right, leafLimit: 100), under: file, ModelOptions())
        return EvidenceSource(name: name, result: result, isOfManifest: isOfManifest)
    }

    private func judge(
        removing name: String, from old: ConfigurationFile, keeping keys: [ModelKey], _ sources: [EvidenceSource],
        isWholeStore: Bool = false
    ) throws -> RemovedKeys.Verdict {
        RemovedKeys(
            [StoredKeyLabel(provider: .aesgcm, key: ByteName(name))], of: [ResourcePattern(parsing: "secrets")],
            from: old.configuration, to: try Self.configuration(keys).file().configuration
        ).judge(
            StorageEvidence(
                under: old, sources, isWholeStore: isWholeStore,
                convergence: Convergence(revision: 1, isBeforeReading: true))
        ).verdict
    }

    /// Two names that are equal in Unicode only are two names.
    @Test func composedNames() throws {
        let (write, composed, decomposed) = (Self.key("k", 1), Self.key("cl\u{e9}", 2), Self.key("cle\u{301}", 3))
        let file = try Self.configuration([write, composed, decomposed]).file()
        let source = try source("s.db", [write, composed], under: file)
        let labels = source.result.live.resources[ModelResource.secrets.groupResource]?.byLabel ?? [:]
        #expect(labels[StoredLabel(provider: .aesgcm, key: ByteName(composed.text))]?.objects == 1)
        #expect(labels[StoredLabel(provider: .aesgcm, key: ByteName(decomposed.text))] == nil)
        let verdict = try judge(removing: composed.text, from: file, keeping: [write, decomposed], [source])
        guard case .used(let uses) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        #expect(uses.map(\.count) == [1])
        guard
            case .unused = try judge(removing: decomposed.text, from: file, keeping: [write, composed], [source])
        else {
            Issue.record("the other name is used")
            return
        }
    }

    /// The AES-GCM writes of two such keys are not added up.
    @Test func writesOfComposedNames() throws {
        let keys = [Self.key("cl\u{e9}", 2), Self.key("cle\u{301}", 3)]
        let source = try source("s.db", keys, under: Self.configuration(keys).file())
        #expect(source.result.gcmWrites.map(\.writes) == [1, 1])
    }

    /// A value does not tell which of two keys of one name has written it.
    @Test func twoKeysOfOneName() throws {
        let (first, second) = (Self.key("k", 1), Self.key("k", 2))
        let file = try Self.configuration([first, second]).file()
        let source = try source("s.db", [first, second], under: file)
        let verdict = try judge(removing: "k", from: file, keeping: [first], [source])
        guard case .unknown(let gaps) = verdict, case .sharedName(let label, _)? = gaps.first?.kind else {
            Issue.record("\(verdict)")
            return
        }
        #expect(label == StoredKeyLabel(provider: .aesgcm, key: "k") && gaps.count == 1)
        // The same key twice is no key lost.
        guard case .unused = try judge(removing: "k", from: file, keeping: [second, first], [source]) else {
            Issue.record("a key that stays")
            return
        }
    }

    /// An etcd that was restored from an old backup holds less than a later snapshot, and is what the servers store in.
    @Test func aRestoredStore() throws {
        let (write, retired) = (Self.key("new", 1), Self.key("old", 2))
        let file = try Self.configuration([write, retired]).file()
        let etcd = try source("etcd", [write, retired], under: file, isOfManifest: true)
        let later = try source("later.db", [write, write], under: file, from: 50)
        guard
            case .used = try judge(
                removing: "old", from: file, keeping: [write], [etcd, later], isWholeStore: true)
        else {
            Issue.record("the server's own etcd was passed over")
            return
        }
        // Of two snapshots the later one counts.
        let earlier = try source("earlier.db", [write, retired], under: file)
        guard case .unused = try judge(removing: "old", from: file, keeping: [write], [earlier, later]) else {
            Issue.record("the later snapshot was passed over")
            return
        }
    }
}
