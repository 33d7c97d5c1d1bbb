import EtcdSnapshot
import EtcdWAL
import Foundation
import PatientTesting
import TestSupport
import Testing

/// The log of a real member that was killed: what database and log say together is what it serves after its restart.
@Suite(.patient, .serialized)
struct RealEtcdTests {
    /// The database of the member gets nothing for as long as it lives, but what a snapshot forces into it.
    private static let lazily = ["--backend-batch-interval", "10m", "--backend-batch-limit", "1000000"]

    @Test func replaysEveryKindOfRequest() throws {
        let etcd = try EtcdMember(options: Self.lazily)
        try etcd.change((0..<40).map { "put base/\($0) \"value \($0)\"" })
        try etcd.change((0..<9).map { "put gone/\($0) \"value \($0)\"" })
        let (old, short) = (try lease(etcd), try lease(etcd))
        try etcd.etcdctl(["put", "leased/old", "x", "--lease", old])
        try etcd.etcdctl(["put", "leased/kept", "x", "--lease", old])
        // A snapshot, and a compaction in 3.4, force all changes into the database.
        try etcd.etcdctl(["compact", "3"])
        let base = try etcd.state()

        try etcd.etcdctl(["put", "base/1", "again"])
        try etcd.etcdctl(["put", "new", "\u{0}binary\u{1}"])
        try etcd.etcdctl(["del", "base/2"])
        try etcd.etcdctl(["del", "base/2"])
        try etcd.etcdctl(["put", "base/2", "once more"])
        try etcd.etcdctl(["del", "gone/", "--prefix"])
        try etcd.etcdctl(["del", "zzz", "--from-key"])
        try etcd.etcdctl(["put", "base/3", "--ignore-value", "--lease", short])
        try etcd.etcdctl(["put", "leased/kept", "y", "--ignore-lease"])
        try etcd.etcdctl(["put", "leased/moved", "x", "--lease", old])
        try etcd.etcdctl(["put", "leased/moved", "y"])
        try etcd.etcdctl(["put", "leased/new", "x", "--lease", old])
        let later = try lease(etcd)
        try etcd.etcdctl(["put", "leased/later", "x", "--lease", later])
        try etcd.etcdctl(["lease", "revoke", old])
        try etcd.etcdctl(["lease", "revoke", later])
        for (compare, isSuccess) in [
            ("mod(\"base/5\") > \"0\"", true), ("mod(\"base/5\") = \"0\"", false), ("ver(\"nothing\") = \"0\"", true),
            ("c(\"base/6\") < \"3\"", true), ("val(\"base/7\") = \"value 7\"", true), ("val(\"none\") = \"\"", false),
            ("val(\"base/7\") > \"value 8\"", false), ("ver(\"base/1\") = \"2\"\nver(\"base/8\") = \"1\"", true),
            ("ver(\"base/1\") = \"2\"\nver(\"base/8\") = \"2\"", false),
        ] {
            let text =
                "\(compare)\n\nput chosen/yes \"\(compare.count)\"\nget base/9\ndel base/9\n\nput chosen/no \"\(compare.count)\"\n\n"
            let answer = String(decoding: try etcd.etcdctl(["txn"], input: text), as: UTF8.self)
            #expect(answer.hasPrefix(isSuccess ? "SUCCESS" : "FAILURE"))
        }
        try etcd.change(["put several/1 \"a\"", "put several/2 \"b\"", "del base/10", "del base/11"])
        try etcd.etcdctl(["put", "last", "of all"])
        try check(etcd, after: base)
    }

    /// Everything in the log: no database was ever written.
    @Test func replaysAnEmptyDatabase() throws {
        let etcd = try EtcdMember(options: Self.lazily)
        try etcd.change(["put a \"1\"", "put b \"2\""])
        try etcd.etcdctl(["put", "a", "3"])
        let reading = try check(etcd, after: nil)
        #expect(reading.log.remaining.isEmpty && reading.log.changes.count == 2 && reading.log.revision == 3)
    }

    /// A member that ended by itself has everything in its database.
    @Test func findsNothingBehindAStoppedMember() throws {
        let etcd = try EtcdMember()
        try etcd.change(["put a \"1\"", "put b \"2\""])
        let state = try etcd.state()
        etcd.stop()
        let reading = try etcd.reading()
        #expect(reading.log.gaps.isEmpty && reading.log.changes.isEmpty && reading.history.isEmpty)
        #expect(reading.live == state.live && reading.log.revision == state.header.revision)
        #expect(reading.log.role == .onlyVoter && reading.log.memberID != 0 && reading.log.clusterID != 0)
    }

    /// Requests of all kinds, many of which fail; the database was last written somewhere among them.
    @Test(arguments: 0..<4 as Range<UInt64>)
    func replaysRandomLoads(seed: UInt64) throws {
        let etcd = try EtcdMember(options: Self.lazily)
        var load = RandomLoad(seed: seed)
        try load.run(150, on: etcd)
        _ = try etcd.snapshot()
        load.isForcingCommits = false
        try load.run(500, on: etcd)
        let reading = try check(etcd, after: nil)
        #expect(reading.history.count > 150 && reading.history.contains { $0.change.isTombstone })
        #expect(reading.history.allSatisfy { $0.change.isCertain })
        // The history of the log is the one that the member has.
        let last = reading.log.revision
        for revision in [last - 100, last - 40, last - 7, last] {
            #expect(try reading.live(at: revision) == etcd.state(at: revision).live)
        }
    }

    /// 64 MB of one segment are full, and the log goes on in the next.
    @Test func replaysSeveralSegments() throws {
        let etcd = try EtcdMember(options: Self.lazily + ["--snapshot-count", "30"])
        let value = Data(repeating: 0x76, count: 1_000_000).base64EncodedString()
        for number in 0..<70 {
            try etcd.post(
                "/v3/kv/put",
                #"{"key":"\#(Data("large/\(number % 9)".utf8).base64EncodedString())","value":"\#(value)"}"#)
        }
        let state = try etcd.state()
        etcd.kill()
        let files = try etcd.log()
        #expect(files.keys.count { $0.hasSuffix(".wal") } == 2)
        let reading = try MemberReading(database: etcd.database(), log: files)
        #expect(reading.log.gaps.isEmpty && !reading.history.isEmpty)
        #expect(reading.live == state.live && reading.log.revision == state.header.revision)
    }

    /// A restored member begins a log of its own; etcd 3.4 leaves the members of the old cluster in its database.
    @Test func replaysARestoredMember() throws {
        let first = try EtcdMember()
        try first.change(["put a \"1\"", "put b \"2\""])
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("restored-\(UUID().uuidString).db")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(first.snapshot()).write(to: file)
        let etcd = try EtcdMember(restoring: file.path, options: Self.lazily)
        try etcd.etcdctl(["put", "a", "3"])
        try etcd.etcdctl(["del", "b"])
        try check(etcd, after: nil)
    }

    /// A member of three does not know of its last entries whether they are committed. What it knows is right.
    @Test func knowsWhatAMemberOfThreeCannotTell() throws {
        let cluster = try EtcdCluster()
        let first = cluster.members[0]
        var load = RandomLoad(seed: 7)
        try load.run(200, on: first)
        for number in [1, 2] {
            let member = cluster.members[number]
            try load.run(50, on: first)
            member.kill()
            let reading = try member.reading()
            #expect(reading.log.role == .oneVoter(of: 3))
            let doubtful = reading.history.filter { !$0.change.isCertain }
            switch reading.log.gaps.first {
            case nil: #expect(doubtful.isEmpty)
            case .uncommittedChanges(let count): #expect(count > 0)
            case let gap?: Issue.record("gap: \(gap)")
            }
            #expect(reading.log.gaps.count <= 1)
            #expect(try reading.live == first.state(at: reading.log.revision).live)
            try member.restart()
        }
    }

    /// A leader writes a change that no other member answers. If the others were only slow, they make it later; if they
    /// never got it, a new leader replaces it.
    @Test(arguments: [true, false])
    func tellsWhatALeaderCouldNotCommit(areOthersSlow: Bool) throws {
        let cluster = try EtcdCluster()
        let members = cluster.members
        try members[0].etcdctl(["put", "first", "1"])
        let leader = try #require(try members.first { try isLeader($0) })
        let others = members.filter { $0 !== leader }
        for other in others { if areOthersSlow { other.pause() } else { other.kill() } }
        let request = #"{"key":"\#(Data("doubtful".utf8).base64EncodedString())","value":"eA=="}"#
        Thread.detachNewThread { _ = try? leader.post("/v3/kv/put", request) }
        Thread.sleep(forTimeInterval: 0.5)
        leader.kill()
        let doubtful = try leader.reading()
        #expect(doubtful.log.gaps == [.uncommittedChanges(count: 1)])
        #expect(doubtful.live.map(\.key) == [Array("first".utf8)])
        #expect(doubtful.history.contains { !$0.change.isCertain && $0.key == Array("doubtful".utf8) })

        for other in others { if areOthersSlow { other.resume() } else { try other.startAgain() } }
        try others[0].waitUntilReady()
        try others[0].etcdctl(["put", "second", "2"])
        try leader.restart()
        try leader.etcdctl(["put", "third", "3"])
        leader.kill()
        let replaced = try leader.reading()
        if !areOthersSlow { #expect(!replaced.live.contains { $0.key == Array("doubtful".utf8) }) }
        #expect(try replaced.live == others[0].state(at: replaced.log.revision).live)
        #expect(replaced.log.revision >= 3)
    }

    private func isLeader(_ member: EtcdMember) throws -> Bool {
        struct Answer: Decodable {
            struct Status: Decodable {
                struct Header: Decodable { let member_id: UInt64 }
                let header: Header
                let leader: UInt64
            }
            let Status: Status
        }
        let json = try member.etcdctl(["endpoint", "status", "-w", "json"])
        let status = try #require(JSONDecoder().decode([Answer].self, from: json).first).Status
        return status.leader == status.header.member_id
    }

    /// A request that ends etcd 3.4 whenever it meets it: what comes of the log cannot be told.
    @Test func refusesARequestThatNoMemberSurvives() throws {
        let etcd = try EtcdMember(options: Self.lazily)
        try etcd.post("/v3/kv/put", #"{"key":"YQ==","value":"YQ=="}"#)
        _ = try etcd.snapshot()
        try etcd.post("/v3/kv/put", #"{"key":"Yg==","value":"Yg=="}"#)
        let delete = #"{"request_delete_range":{"key":"YQ==","range_end":"AA=="}}"#
        let put = #"{"request_put":{"key":"Yg==","ignore_value":true}}"#
        #expect(throws: EtcdMember.Failure.self) {
            try etcd.post("/v3/kv/txn", #"{"success":[\#(delete),\#(put)]}"#)
        }
        etcd.kill()
        let reading = try etcd.reading()
        #expect(!reading.log.isComplete)
        guard case .unforeseeableRequest = reading.log.gaps.first else {
            Issue.record("gaps: \(reading.log.gaps)")
            return
        }
        // What came before it is certain all the same.
        #expect(reading.live.map(\.key) == [[0x61], [0x62]])
    }

    /// A member that is killed again and again: its log begins ever further behind its database.
    @Test func replaysALogOfSeveralLives() throws {
        let etcd = try EtcdMember(options: Self.lazily + ["--snapshot-count", "40"])
        var load = RandomLoad(seed: 100)
        for round in 0..<3 {
            try load.run(120, on: etcd)
            if round == 1 { try etcd.etcdctl(["defrag"]) }
            try check(etcd, after: nil)
        }
    }

    /// Kills the member, compares what its files say with what it serves once it runs again, and then stops it.
    @discardableResult
    private func check(_ etcd: EtcdMember, after base: EtcdMember.State?) throws -> MemberReading {
        let served = try etcd.state()
        etcd.kill()
        let reading = try etcd.reading()
        var problems = SnapshotProblems.refused
        let database = try etcd.database()
        let live = try LiveRecords(SnapshotFile(database.span.bytes, &problems), &problems)
        if let base { #expect(live.locations.count == base.live.count && live.lastRevision == base.header.revision) }
        try etcd.restart()
        let state = try etcd.state()
        #expect(reading.log.gaps.isEmpty)
        #expect(reading.live == state.live && reading.live == served.live)
        #expect(reading.log.revision == state.header.revision)
        #expect(reading.log.counts.live == state.live.count)
        #expect(reading.log.counts.total == live.counts.total + reading.history.count)
        #expect(reading.log.role == .onlyVoter)
        return reading
    }

    private func lease(_ etcd: EtcdMember) throws -> String {
        String(String(decoding: try etcd.etcdctl(["lease", "grant", "3600"]), as: UTF8.self).split(separator: " ")[1])
    }
}
