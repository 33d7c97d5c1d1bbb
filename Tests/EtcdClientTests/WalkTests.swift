import EtcdClient
import Foundation
import PatientTesting
import SecretMemory
import Synchronization
import TestSupport
import Testing

/// Walks through a real etcd, against what `etcdctl get` says.
@Suite(.patient) struct WalkTests {
    private static let prefix = "/registry/"

    @Test func bringsWhatEtcdctlReads() throws {
        let etcd = try EtcdMember()
        let lease = try String(decoding: etcd.etcdctl(["lease", "grant", "3600"]), as: UTF8.self)
        try etcd.fill(20_000)
        try etcd.etcdctl(["put", "/registry/leased", "x", "--lease", String(lease.split(separator: " ")[1])])
        try etcd.change(["del /registry/secrets/ns/000007", "put /registry/secrets/ns/000008 again", "put /s other"])
        let client = etcd.client()
        for settings in [WalkSettings.pages(of: 257), WalkSettings()] {
            let walk = client.walk(KeyRange(prefix: Array(Self.prefix.utf8)), settings)
            // Other keys, and the same ones, are written in between.
            let walked = try Walked(walk) { page in
                guard page < 4 else { return }
                try etcd.change([
                    "put /registry/secrets/ns/new\(page) x", "del /registry/secrets/ns/01900\(page)",
                    "put /registry/secrets/ns/01800\(page) changed",
                ])
            }
            let start = try #require(walked.starts.first)
            let expected = try etcd.entries(at: start.revision, prefix: Self.prefix)
            #expect(walked.entries == expected)
            #expect(walked.starts.count == 1 && start.restartCount == 0)
            #expect(start.keyCount == expected.count && walk.keyCount == expected.count)
        }
        // An older revision, and everything.
        var settings = WalkSettings()
        settings.revision = 5
        let old = try Walked(client.walk(.everything, settings))
        #expect(try old.entries == etcd.entries(at: 5))
        #expect(old.starts.first?.revision == 5)
        settings.isKeysOnly = true
        let keys = try Walked(client.walk(.everything, settings)).entries
        #expect(keys.map(\.key) == old.entries.map(\.key) && keys.allSatisfy { $0.value.isEmpty })
    }

    @Test func findsNothingInAnEmptyRange() throws {
        let etcd = try EtcdMember()
        let walked = try Walked(etcd.client().walk(KeyRange(prefix: Array("/nothing".utf8))))
        #expect(walked.starts.map(\.keyCount) == [0] && walked.entries.isEmpty)
    }

    /// The revision of a walk is compacted under way: what came before is dropped, and all of the newer one comes.
    @Test func beginsAnewAfterCompaction() throws {
        let etcd = try EtcdMember()
        try etcd.fill(2000)
        let walk = etcd.client().walk(.everything, .pages(of: 100))
        var isCompacted = false
        let walked = try Walked(walk) { page in
            guard page == 5, !isCompacted else { return }
            isCompacted = true
            try Self.compact(etcd)
        }
        #expect(walked.starts.map(\.restartCount) == [0, 1])
        #expect(try walked.entries == etcd.entries(at: walked.starts.last?.revision ?? 0))
        #expect(walked.entries.count == 2001)
    }

    @Test func givesUpWhenCompactedAgainAndAgain() throws {
        let etcd = try EtcdMember()
        try etcd.fill(1000)
        let client = etcd.client()
        let walk = client.walk(.everything, .pages(of: 100))
        let error = etcdError { _ = try Walked(walk) { page in if page == 2 { try Self.compact(etcd) } } }
        #expect(error == .compactedTooOften(restarts: 3))
        // Whoever names a revision wants that one or none.
        var settings = WalkSettings.pages(of: 100)
        settings.revision = try etcd.state().header.revision
        let named = client.walk(.everything, settings)
        let second = etcdError { _ = try Walked(named) { page in if page == 2 { try Self.compact(etcd) } } }
        #expect(second == .compacted(revision: settings.revision ?? 0))
        #expect(try named.next() == nil)
        settings.revision = nil
        settings.restartLimit = 0
        let once = client.walk(.everything, settings)
        let third = etcdError { _ = try Walked(once) { page in if page == 2 { try Self.compact(etcd) } } }
        #expect(third == .compactedTooOften(restarts: 0))
    }

    /// Makes a revision, and forgets all before it.
    private static func compact(_ etcd: EtcdMember) throws {
        try etcd.etcdctl(["put", "newest", "x"])
        try etcd.etcdctl(["compact", String(try etcd.state().header.revision)])
    }

    /// A page that is too large for a message is asked for in parts.
    @Test func asksForLessWhenAPageIsTooLarge() throws {
        let etcd = try EtcdMember()
        try etcd.fill(300, byteCount: 2000)
        var settings = EtcdSettings()
        settings.messageByteCountLimit = 10_000
        let walked = try Walked(etcd.client(nil, settings).walk(.everything, WalkSettings()))
        #expect(try walked.entries == etcd.entries(at: 0))
        #expect(walked.pageSizes.allSatisfy { $0 <= 4 })
        // Not even one fits.
        settings.messageByteCountLimit = 2000
        let error = etcdError { _ = try Walked(etcd.client(nil, settings).walk()) }
        guard case .answerTooLarge = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    /// A pace changes nothing but the time.
    @Test func keepsThePace() throws {
        let etcd = try EtcdMember()
        try etcd.fill(100, byteCount: 2000)
        var settings = WalkSettings.pages(of: 30)
        settings.maxBytesPerSecond = 400_000
        let walked = try Walked(etcd.client().walk(.everything, settings))
        #expect(try walked.entries == etcd.entries(at: 0))
        #expect(walked.pageSizes == [24, 30, 30, 16])
    }

    @Test func endsWhenCancelled() throws {
        let etcd = try EtcdMember()
        try etcd.fill(1000)
        let isCancelled = Atomic(false)
        let settings = Self.cancellable { isCancelled.load(ordering: .relaxed) }
        let client = etcd.client(nil, settings)
        // While it waits for its pace, which would take hours.
        var pace = WalkSettings.pages(of: 100)
        pace.maxBytesPerSecond = 1
        let walk = client.walk(.everything, pace)
        let error = etcdError { _ = try Walked(walk) { _ in isCancelled.store(true, ordering: .relaxed) } }
        #expect(error == .cancelled)
        // From the start.
        #expect(etcdError { _ = try client.range(RangeRequest(.everything)) } == .cancelled)
        #expect(etcdError { _ = try client.snapshot { _, _ in true } } == .cancelled)
        isCancelled.store(false, ordering: .relaxed)
        #expect(try client.range(RangeRequest(.everything)).records.count == 1000)
    }

    /// Whoever drops a walk is not kept waiting by the page that is on its way.
    @Test func canBeDropped() throws {
        let etcd = try EtcdMember()
        try etcd.fill(1000)
        var settings = WalkSettings.pages(of: 100)
        settings.maxBytesPerSecond = 1
        var walk: EtcdWalk? = etcd.client().walk(.everything, settings)
        _ = try walk?.next()
        _ = try walk?.next()
        walk = nil
        #expect(try etcd.client().range(RangeRequest(.everything)).records.count == 1000)
    }

    private static func cancellable(_ isCancelled: @escaping @Sendable () -> Bool) -> EtcdSettings {
        var settings = EtcdSettings()
        settings.isCancelled = isCancelled
        return settings
    }
}
