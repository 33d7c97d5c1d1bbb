import ClusterSupport
import EncryptionConfig
import KubernetesResources
import TestSupport
import Testing

@testable import StorageEvidence

/// What is missing to a proof of absence, source by source. Nothing is only where a complete source of this cluster was
/// seen.
struct CompletenessTests {
    /// The file that servers run: k2 writes, k1 is to go.
    private static let file = "secrets: secretbox k2=2 k1=1; identity"
    private static let right = ["a": "secrets: secretbox k2=2"]
    /// The name of the write key with other bytes.
    private static let foreign = ["a": "secrets: secretbox k2=9"]
    private static let plain = ["a": "secrets: identity"]

    // MARK: One snapshot

    @Test(
        arguments: [
            (MadeSource(secrets: right), nil), (MadeSource(secrets: right, digest: .absent), "noDigest s.db"),
            (MadeSource(secrets: right, digest: .differs), "changed s.db"),
            (MadeSource(secrets: right, isDamaged: true), "damaged s.db"),
            // A value that the write key's name is on, and that another key has written.
            (MadeSource(secrets: foreign), "otherCluster s.db 1"),
            // A value that a key opens which does not write shows the cluster of some time or other.
            (MadeSource(secrets: ["a": "secrets: secretbox k1=1"]), "otherCluster s.db 1"),
            (MadeSource(secrets: plain), "otherCluster s.db 1"),
            (MadeSource(values: ["/registry/configmaps/default/c": MadeObject.configMap("c")]), "unseen"),
        ] as [(MadeSource, String?)])
    func aSnapshot(_ source: MadeSource, gap: String?) throws {
        let evidence = try StorageEvidence(under: Self.file, [source])
        #expect(evidence.gapName() == gap)
        #expect((CompleteSource(evidence.sources[0], of: evidence) != nil) == (gap == nil))
        let labels = evidence.labels(of: .exact(GroupResource(resource: "secrets")))
        #expect(labels.isComplete == (gap == nil))
    }

    /// A wildcard covers what another etcd may hold.
    @Test func aSnapshotUnderAWildcard() throws {
        let evidence = try StorageEvidence(
            under: "*.*: secretbox k2=2 k1=1; identity", [MadeSource(secrets: Self.right)])
        #expect(evidence.gapName(.everything) == "openEnded")
    }

    /// Objects of a resource that is not known may be those of an entry for another group.
    @Test func anUnknownGroup() throws {
        let evidence = try StorageEvidence(
            under: "foos.example.com: secretbox k2=2",
            [MadeSource(secrets: [:], values: ["/registry/foos/default/f": Array("k8s:enc:secretbox:v1:k2:x".utf8)])])
        #expect(
            evidence.gapName(.exact(GroupResource(resource: "foos", group: "example.com"))) == "unknownGroup foos")
    }

    // MARK: Whose cluster it is

    /// A source without a value of the write key is of this cluster if its namespace kube-system is that of one with.
    @Test(
        arguments: [
            ("one", nil), ("two", "otherCluster other.db 1"), (nil, "otherCluster other.db 1"),
        ] as [(String?, String?)])
    func theClusterUIDIdentifiesAFurtherSource(uid: String?, gap: String?) throws {
        let sources = [
            MadeSource(name: "known.db", secrets: Self.right, uid: "one", revision: 90),
            MadeSource(name: "other.db", secrets: ["b": "secrets: secretbox k1=1"], uid: uid),
        ]
        for sources in [sources, sources.reversed()] {
            #expect(try StorageEvidence(under: Self.file, sources).gapName() == gap)
        }
    }

    /// A UID that no source with a value of the write key has identifies nothing.
    @Test func theClusterUIDAloneProvesNothing() throws {
        let sources = ["a.db", "b.db"].map { MadeSource(name: $0, secrets: Self.foreign, uid: "one") }
        #expect(try StorageEvidence(under: Self.file, sources).gapName() == "otherCluster a.db 1")
    }

    /// Where identity writes, values carry no key; an older snapshot of the same cluster shows whose they are.
    @Test(
        arguments: [
            ("one", MadeSource.Digest.matches, nil), ("two", .matches, "plaintextCluster now.db"),
            (nil, .matches, "plaintextCluster now.db"),
            // What identifies the cluster need not be complete.
            ("one", .absent, nil),
        ] as [(String?, MadeSource.Digest, String?)])
    func aFileThatWritesPlaintext(uid: String?, digest: MadeSource.Digest, gap: String?) throws {
        let file = "secrets: identity; secretbox k1=1"
        let now = MadeSource(name: "now.db", secrets: Self.plain, uid: "one")
        #expect(try StorageEvidence(under: file, [now]).gapName() == "plaintextCluster now.db")
        let before = MadeSource(
            name: "before.db", secrets: ["a": "secrets: secretbox k1=1"], uid: uid, revision: 50, digest: digest)
        let evidence = try StorageEvidence(under: file, [before, now])
        #expect(evidence.gapName() == gap)
        // Two sources of one cluster: the newer one tells what is stored, and that needs no k1 any more.
        let uses = evidence.uses(of: StoredKeyLabel(provider: .secretbox, key: "k1"))
        #expect(uses.isEmpty == (uid == "one"))
    }

    /// Values that need plugins, of which none was asked.
    @Test func pluginsThatAreSilent() throws {
        let file = "secrets: kms v2 vault@run/vault.sock; secretbox k1=1"
        let envelope: [UInt8] =
            [0x0a, 30] + [UInt8](repeating: 1, count: 30) + [0x12, 1, 0x37, 0x1a, 2, 8, 9, 0x28, 1]
        let values = ["/registry/secrets/default/a": Array("k8s:enc:kms:v2:vault:".utf8) + envelope]
        #expect(try StorageEvidence(under: file, [MadeSource(values: values)]).gapName() == "silentPlugins s.db")
        // In the etcd that the server's own manifest names, they are its own.
        let store = MadeSource(name: "etcd", values: values, etcd: .init(isOfManifest: true))
        #expect(try StorageEvidence(under: file, [store], isWholeStore: true).gapName() == nil)
        #expect(try StorageEvidence(under: file, [store], isWholeStore: false).gapName() == "silentPlugins etcd")
    }

    // MARK: A running etcd

    @Test(
        arguments: [
            (MadeSource.Etcd(), nil), (.init(isSerializable: true), "lagging etcd"),
            (.init(onlyPrefix: "/registry"), "partOfKeys etcd"),
        ] as [(MadeSource.Etcd, String?)])
    func etcd(_ etcd: MadeSource.Etcd, gap: String?) throws {
        let evidence = try StorageEvidence(
            under: Self.file, [MadeSource(name: "etcd", secrets: Self.right, etcd: etcd)])
        #expect(evidence.gapName() == gap)
        #expect((CompleteSource(evidence.sources[0], of: evidence) != nil) == (gap == nil))
    }

    /// The etcd that the manifest of a server names is all that it stores in: also what it lacks is shown.
    @Test(
        arguments: [
            (right, true, false, nil), (right, false, false, "unseen"), (foreign, true, false, "otherCluster etcd 1"),
            ([:], true, false, "silentStore"), (right, true, true, "lagging etcd"),
        ] as [([String: String], Bool, Bool, String?)])
    func theWholeStore(secrets: [String: String], isWholeStore: Bool, isSerializable: Bool, gap: String?) throws {
        let store = MadeSource(
            name: "etcd", secrets: secrets, etcd: .init(isOfManifest: true, isSerializable: isSerializable))
        let evidence = try StorageEvidence(
            under: "secrets: secretbox k2=2 k1=1; identity\nconfigmaps: secretbox k2=2 k1=1; identity\n"
                + "*.apps: secretbox k2=2 k1=1; identity", [store], isWholeStore: isWholeStore)
        #expect(evidence.gapName() == (secrets.isEmpty || isWholeStore ? gap : nil))
        let absent = evidence.gapName(.exact(GroupResource(resource: "configmaps")))
        let wildcard = evidence.gapName(.all(of: "apps"))
        let store0 = isWholeStore && !isSerializable && secrets == Self.right
        #expect((absent == nil) == store0 && (wildcard == nil) == store0, "\(absent ?? "") \(wildcard ?? "")")
        if !isWholeStore { #expect(absent == "unseen" && wildcard == "openEnded") }
    }

    /// A snapshot beside the store of the server proves nothing for it: the store has to show itself.
    @Test func theStoreHasToShowItself() throws {
        let file = "*.apps: secretbox k2=2 k1=1; identity\nsecrets: secretbox k2=2 k1=1; identity"
        let store = MadeSource(
            name: "etcd", values: ["/registry/configmaps/default/c": MadeObject.configMap("c")],
            etcd: .init(isOfManifest: true))
        let snapshot = MadeSource(secrets: Self.right)
        let evidence = try StorageEvidence(under: file, [snapshot, store], isWholeStore: true)
        #expect(evidence.gapName(.all(of: "apps")) == "silentStore")
    }

    // MARK: Several sources of one cluster

    /// Of several sources of one cluster the newest tells what is stored.
    @Test(
        arguments: [
            ("one", 200, nil), ("one", 50, 1), ("one", 100, 1), ("two", 200, 1), (nil, 200, 1),
        ] as [(String?, Int64, Int?)])
    func theNewestTells(uid: String?, revision: Int64, uses: Int?) throws {
        let old = MadeSource(
            name: "old.db", secrets: ["a": "secrets: secretbox k1=1", "b": "secrets: secretbox k2=2"], uid: "one")
        let new = MadeSource(
            name: "new.db", secrets: ["a": "secrets: secretbox k2=2", "b": "secrets: secretbox k2=2"], uid: uid,
            revision: revision)
        for sources in [[old, new], [new, old]] {
            let evidence = try StorageEvidence(under: Self.file, sources)
            #expect(
                evidence.uses(of: StoredKeyLabel(provider: .secretbox, key: "k1")).map(\.count)
                    == [uses].compactMap { $0 })
        }
    }

    /// A newer source that can lack records takes nothing from an older one.
    @Test(arguments: [MadeSource.Digest.absent, .differs])
    func anIncompleteSourceDoesNotReplaceAnother(digest: MadeSource.Digest) throws {
        let old = MadeSource(name: "old.db", secrets: ["a": "secrets: secretbox k1=1"], uid: "one")
        let new = MadeSource(name: "new.db", secrets: Self.right, uid: "one", revision: 200, digest: digest)
        let damaged = MadeSource(name: "new.db", secrets: Self.right, uid: "one", revision: 200, isDamaged: true)
        for new in [new, damaged] {
            let evidence = try StorageEvidence(under: Self.file, [old, new])
            #expect(evidence.uses(of: StoredKeyLabel(provider: .secretbox, key: "k1")).map(\.count) == [1])
        }
    }

    /// A file cannot be newer than the etcd that it is of. One that says so is of a copy, and what etcd holds counts.
    @Test func aFileDoesNotReplaceARunningEtcd() throws {
        let etcd = MadeSource(
            name: "etcd", secrets: ["a": "secrets: secretbox k1=1", "b": "secrets: secretbox k2=2"], uid: "one",
            etcd: .init(isOfManifest: true))
        let copy = MadeSource(name: "copy.db", secrets: Self.right, uid: "one", revision: 200)
        for isWholeStore in [false, true] {
            let evidence = try StorageEvidence(under: Self.file, [etcd, copy], isWholeStore: isWholeStore)
            #expect(evidence.uses(of: StoredKeyLabel(provider: .secretbox, key: "k1")).map(\.count) == [1])
        }
    }

    // MARK: Sources that cannot be used

    @Test(
        arguments: [
            (MadeSource(secrets: right), nil), (MadeSource(secrets: right, digest: .differs), "changed s.db"),
            (MadeSource(values: ["/x": Array("k8s:enc:secretbox:v1:k2:x".utf8)]), "noObjects s.db"),
            (MadeSource(), "noObjects s.db"),
            (MadeSource(secrets: right, values: ["/x": Array("k8s:enc:secretbox:v1:k2:x".utf8)]), "unknownKeys s.db 1"),
            (
                MadeSource(values: ["/registry/configmaps/default/c": MadeObject.configMap("c")]),
                "nothingConfigured [\"s.db\"]"
            ),
            // An etcd that a manifest has for some resources may be empty, but something that is configured must be seen.
            (MadeSource(etcd: .init(resources: [GroupResource(resource: "events")])), "nothingConfigured [\"s.db\"]"),
            // A file without a digest shows what it holds.
            (MadeSource(secrets: right, digest: .absent), nil),
        ] as [(MadeSource, String?)])
    func unusable(_ source: MadeSource, problem: String?) throws {
        let file = try ShortConfiguration(Self.file).file()
        let found = StorageEvidence.unusable([try source.source(under: file)], under: file).map { problem in
            switch problem {
            case .changed(let name): "changed \(name)"
            case .noObjects(let name): "noObjects \(name)"
            case .unknownKeys(let name, let values): "unknownKeys \(name) \(values)"
            case .nothingConfigured(let names): "nothingConfigured \(names)"
            }
        }
        #expect(found == problem)
    }
}
