import EncryptionConfig
import KubernetesResources
import StorageEvidence
import Testing

/// Evidence has time: it shows that something is not stored only from the revision on at which every server ran the file.
struct LatenessTests {
    private static let file = "secrets: secretbox new=2 old=1; identity"
    private static let uid = "0a1b2c3d-0000-4000-8000-000000000001"

    private func earliness(_ source: MadeSource, _ convergence: Convergence?) throws -> EvidenceGap.Earliness? {
        let evidence = try StorageEvidence(under: Self.file, [source], convergence: convergence)
        return evidence.earliness(of: evidence.sources[0])
    }

    private static let snapshot = MadeSource(secrets: ["a": "secrets: secretbox new=2"], uid: uid, revision: 100)
    private static let etcd = MadeSource(
        secrets: ["a": "secrets: secretbox new=2"], uid: uid, revision: 100, etcd: MadeSource.Etcd())

    @Test func aSnapshotCountsFromARevision() throws {
        #expect(try earliness(Self.snapshot, nil) == .unknown)
        // That servers run the file now says nothing of when they did not.
        #expect(try earliness(Self.snapshot, Convergence(revision: nil, isBeforeReading: true)) == .unknown)
        for isBeforeReading in [false, true] {
            for (revision, expected) in [(99, nil), (100, nil), (101, .before(101))]
                as [(Int64, EvidenceGap.Earliness?)]
            {
                let convergence = Convergence(revision: revision, isBeforeReading: isBeforeReading)
                #expect(try earliness(Self.snapshot, convergence) == expected)
            }
        }
    }

    @Test func whatIsReadNowCountsOnceServersWereConfirmed() throws {
        #expect(try earliness(Self.etcd, nil) == .unknown)
        #expect(try earliness(Self.etcd, Convergence(revision: nil, isBeforeReading: false)) == .unknown)
        #expect(try earliness(Self.etcd, Convergence(revision: nil, isBeforeReading: true)) == nil)
        #expect(try earliness(Self.etcd, Convergence(revision: 100, isBeforeReading: false)) == nil)
        #expect(try earliness(Self.etcd, Convergence(revision: 101, isBeforeReading: false)) == .before(101))
    }

    /// A receipt is about one cluster, whatever files others run.
    @Test func aReceiptIsOfOneCluster() throws {
        for source in [Self.snapshot, Self.etcd] {
            let own = Convergence(revision: 90, clusterUID: Self.uid, isBeforeReading: true)
            #expect(try earliness(source, own) == nil)
            let other = Convergence(revision: 90, clusterUID: "another", isBeforeReading: true)
            #expect(try earliness(source, other) == .otherCluster)
            var nameless = source
            nameless.uid = nil
            #expect(try earliness(nameless, own) == .otherCluster)
        }
    }

    /// An etcd for some resources counts revisions of its own, and has no namespaces.
    @Test func anotherEtcdCountsItsOwnRevisions() throws {
        var events = Self.etcd
        events.uid = nil
        events.etcd?.isOfManifest = true
        events.etcd?.resources = [GroupResource(resource: "secrets")]
        #expect(try earliness(events, Convergence(revision: 1, isBeforeReading: false)) == .unknown)
        #expect(
            try earliness(events, Convergence(revision: 1, clusterUID: Self.uid, isBeforeReading: true)) == nil)
    }

    /// Each early source is a gap of its own, and nothing is proven then.
    @Test func earlySourcesProveNothing() throws {
        let evidence = try StorageEvidence(under: Self.file, [Self.snapshot], convergence: nil)
        #expect(evidence.gapName() == nil)
        let removed = RemovedKeys(
            [StoredKeyLabel(provider: .secretbox, key: "old")], of: [ResourcePattern(parsing: "secrets")],
            from: evidence.file.configuration, to: evidence.file.configuration)
        guard case .unknown(let gaps) = removed.judge(evidence).verdict, case .early? = gaps.first?.kind else {
            Issue.record("an early source is taken for a proof")
            return
        }
        #expect(gaps.count == 1)
    }
}
