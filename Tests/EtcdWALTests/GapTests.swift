import EtcdSnapshot
import TestSupport
import Testing

@testable import EtcdWAL

/// What keeps a log from being complete, each by itself; and logs that look odd and are complete.
struct GapTests {
    typealias Element = BoltBuilder.Element

    /// Records of revisions 2 and 3, and of entries 1 to 5 of a log.
    private static let records: [Element] = [.record(2, "a", "one"), .record(3, "b", "two")]
    private static let database = BoltBuilder.database(records, index: 5, term: 2)

    /// A log that begins with the cluster, and puts `c` and `a` behind the database.
    private static func builder(_ change: (inout LogBuilder) -> Void = { _ in }) -> LogBuilder {
        var log = LogBuilder()
        log.change(1, 7)
        log.entry(2, nil)
        log.entry(3, Request.announcement)
        log.entry(4, Request.put("a", "one"))
        log.entry(5, Request.put("b", "two"))
        log.state(commit: 5)
        log.entry(6, Request.put("c", "three"))
        log.entry(7, Request.put("a", "four"))
        log.state(commit: 7)
        change(&log)
        return log
    }

    private func read(_ log: LogBuilder, _ database: [UInt8] = database) throws -> MemberReading {
        try MemberReading(database: database, log: log.segments)
    }

    private func names(_ reading: MemberReading) -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: reading.live.map {
                (String(decoding: $0.key, as: UTF8.self), String(decoding: $0.value, as: UTF8.self))
            })
    }

    @Test func isCompleteAsEtcdWritesIt() throws {
        let reading = try read(Self.builder())
        #expect(reading.log.gaps.isEmpty && reading.log.isComplete)
        #expect(names(reading) == ["a": "four", "b": "two", "c": "three"])
        #expect(reading.log.revision == 5 && reading.log.appliedCount == 2 && reading.log.lastIndex == 7)
        #expect(reading.log.role == .onlyVoter && reading.log.memberID == 7 && reading.log.clusterID == 9)
        #expect(reading.log.counts == RecordCounts(live: 3, superseded: 1, tombstones: 0, markers: 0))
        #expect(reading.history.map(\.change.version) == [1, 2] && reading.log.remaining.count == 1)
    }

    struct Log: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let gaps: [LogGap]
        let live: [String: String]
        let database: [UInt8]
        let log: LogBuilder

        init(
            _ name: String, _ gaps: [LogGap], live: [String: String] = ["a": "four", "b": "two", "c": "three"],
            database: [UInt8] = GapTests.database, _ change: (inout LogBuilder) -> Void = { _ in }
        ) {
            (testDescription, self.gaps, self.live, self.database) = (name, gaps, live, database)
            log = GapTests.builder(change)
        }
    }

    private static let three = BoltBuilder.database(records, index: 5, term: 2, voters: ["7", "8", "9"])

    @Test(arguments: [
        Log("several segments", []) { log in
            log.cut()
            log.snapshot(7, voters: [7])
            log.entry(8, nil)
            log.cut()
            log.state(commit: 8)
        },
        Log("the only voter's entries all count", [], live: ["a": "four", "b": "five", "c": "three"]) {
            $0.entry(8, Request.put("b", "five"))
        },
        Log("one of three: committed", [], database: three) { $0.change(8, 8) },
        Log("one of three: not committed", [.uncommittedChanges(count: 1)], database: three) {
            $0.change(8, 8)
            $0.state(commit: 8)
            $0.entry(9, Request.put("b", "five"))
            $0.entry(10, nil)
        },
        Log("a second voter, not committed yet", [.uncommittedChanges(count: 1)]) {
            $0.change(8, 8)
            $0.entry(9, Request.put("b", "five"))
        },
        Log("a second voter that goes, not committed yet", [.uncommittedChanges(count: 1)]) {
            $0.change(8, 8)
            $0.state(commit: 8)
            $0.change(9, 8, kind: 1)
            $0.entry(10, Request.put("b", "five"))
        },
        Log("a second voter that went", [], live: ["a": "four", "b": "five", "c": "three"]) {
            $0.change(8, 8)
            $0.change(9, 8, kind: 1)
            $0.state(commit: 9)
            $0.entry(10, Request.put("b", "five"))
        },
        Log("entries that a new leader replaced", [], live: ["a": "four", "b": "two", "c": "six"]) {
            $0.entry(8, term: 2, Request.put("b", "five"))
            $0.state(term: 3, commit: 7)
            $0.entry(8, term: 3, Request.put("c", "six"))
            $0.state(term: 3, commit: 8)
        },
        Log("entries replaced from within the database on", [], live: ["a": "one", "b": "five"]) { log in
            log = LogBuilder()
            log.change(1, 7)
            for index in 2..<9 as Range<UInt64> { log.entry(index, term: 1, Request.put("gone", "x")) }
            log.state(term: 2, commit: 3)
            for index in 4...6 as ClosedRange<UInt64> {
                log.entry(index, term: 2, Request.put("b", index == 6 ? "five" : "two"))
            }
            log.state(term: 2, commit: 6)
        },
        Log(
            "a committed entry is missing", [.missingEntries(from: 8, to: 8)], database: three
        ) { $0.state(commit: 8) },
        Log("an entry is missing", [.missingEntries(from: 8, to: 8)]) { $0.entry(9, nil) },
        Log(
            "the log ends before the database", [.endsBeforeDatabase(lastIndex: 7, databaseIndex: 8)],
            live: ["a": "one", "b": "two"], database: BoltBuilder.database(records, index: 8)),
        Log(
            "another log", [.otherTerm(index: 5)], database: BoltBuilder.database(records, index: 5, term: 3)),
        Log(
            "a log that begins behind the database", [.missingEntries(from: 4, to: 5)], live: ["a": "one", "b": "two"],
            database: BoltBuilder.database(records, index: 3)
        ) { log in
            log = LogBuilder()
            log.entry(6, Request.put("c", "three"))
        },
        Log("a snapshot of the leader that the database is not of", [.snapshotNotInDatabase(index: 20)]) {
            $0.snapshot(20)
        },
        Log("a snapshot of another term", [.snapshotNotInDatabase(index: 6)]) { $0.snapshot(6, term: 3) },
        Log("a snapshot that the member took itself", []) { $0.snapshot(7) },
        Log("removed", [.memberRemoved]) {
            $0.change(8, 8)
            $0.change(9, 7, kind: 1)
            $0.state(commit: 9)
        },
        Log(
            "removed long ago", [.memberRemoved],
            database: BoltBuilder.database(
                records, index: 5, voters: ["8"],
                buckets: ["members_removed": [Element(key: Array("7".utf8), value: Array("removed".utf8))]])
        ) { log in
            log = LogBuilder()
            log.entry(5, nil)
            log.entry(6, Request.put("c", "three"))
            log.entry(7, Request.put("a", "four"))
            log.state(commit: 7)
        },
        Log(
            "authentication is on", [.authentication], live: ["a": "one", "b": "two"],
            database: BoltBuilder.database(
                records, index: 5, buckets: ["auth": [Element(key: Array("authEnabled".utf8), value: [1])]])),
        Log(
            "authentication is off", [],
            database: BoltBuilder.database(
                records, index: 5, buckets: ["auth": [Element(key: Array("authEnabled".utf8), value: [0])]])),
        Log("authentication goes on", [.authentication], live: ["a": "one", "b": "two"]) {
            $0.entry(8, Request.request(1000, []))
        },
        Log(
            "an alarm is on", [.alarm], live: ["a": "one", "b": "two"],
            database: BoltBuilder.database(
                records, index: 5, buckets: ["alarm": [Element(key: field(1, 7) + field(2, 1))]])),
        Log("an alarm goes off", [.alarm], live: ["a": "one", "b": "two"]) {
            $0.entry(8, Request.request(10, field(1, 2) + field(2, 7) + field(3, 1)))
        },
        Log("a question for alarms", []) { $0.entry(8, Request.request(10, [])) },
        Log(
            "a compaction that did not end", [.revisionNotKnown], live: ["a": "one", "b": "two"],
            database: BoltBuilder.database(
                records, index: 5, settings: ["scheduledCompactRev": BoltBuilder.Element.revision(4)])),
        Log("a request of the future", [.unknownRequest(index: 8, .unknownField(1400))]) {
            $0.entry(8, Request.request(1400, []))
            $0.entry(9, Request.put("d", "lost"))
        },
        Log("a field of the future", [.unknownRequest(index: 8, .unknownField(7))]) {
            $0.entry(8, Request.request(4, Request.putBody("d", "x") + field(7, 1)))
        },
        Log("two requests", [.unknownRequest(index: 8, .number)]) {
            $0.entry(8, Request.delete("a") + Request.delete("b"))
        },
        Log("no request", [.unforeseeableRequest(index: 8)]) { $0.entry(8, field(1, 5)) },
        Log("no message", [.unknownRequest(index: 8, .wire)]) { $0.entry(8, [0xff]) },
        Log("no key", [.unforeseeableRequest(index: 8)]) { $0.entry(8, Request.put("", "x")) },
        Log("an empty end", [.unforeseeableRequest(index: 8)]) { $0.entry(8, Request.delete("a", to: "")) },
    ])
    func namesTheGap(_ log: Log) throws {
        let reading = try read(log.log, log.database)
        #expect(reading.log.gaps == log.gaps)
        #expect(names(reading) == log.live)
        #expect(reading.log.counts.live == log.live.count)
        // What is not certain is told, and no part of the state.
        #expect(reading.log.changes.allSatisfy { $0.isCertain })
    }

    /// A log that no longer has the entries that made the cluster: whether the member votes alone is told by the mark of
    /// a snapshot, from etcd 3.5 on, and not by the database.
    @Test func doesNotTakeTheDatabasesWordForAnOnlyVoter() throws {
        func purged(_ voters: [UInt64], committed: Bool) -> LogBuilder {
            var log = LogBuilder()
            log.entry(4, nil)
            log.entry(5, nil)
            log.snapshot(5, voters: voters)
            log.state(commit: 5)
            log.entry(6, Request.put("c", "three"))
            if committed { log.state(commit: 6) }
            return log
        }
        let told = try read(purged([7], committed: false))
        #expect(told.log.isComplete && told.log.role == .onlyVoter && told.log.changes.count == 1)
        let three = try read(purged([7, 8, 9], committed: false))
        #expect(three.log.gaps == [.uncommittedChanges(count: 1)] && three.log.role == .oneVoter(of: 3))
        let untold = try read(purged([], committed: false))
        #expect(untold.log.gaps == [.uncommittedChanges(count: 1)] && untold.log.role == .unknown)
        #expect(try read(purged([], committed: true)).log.isComplete)
        // A log that is interrupted by a snapshot of the leader does not tell who came and went in between.
        var interrupted = LogBuilder()
        interrupted.change(1, 7)
        interrupted.snapshot(5)
        interrupted.state(commit: 5)
        interrupted.entry(6, Request.put("c", "three"))
        #expect(try read(interrupted).log.role == .unknown)
    }

    /// Neither term nor commit index ever goes back.
    @Test(arguments: [(2, 6), (1, 7)] as [(UInt64, UInt64)])
    func refusesAStateThatGoesBack(term: UInt64, commit: UInt64) throws {
        let log = Self.builder { $0.state(term: term, commit: commit) }
        let place = LogPlace(segment: log.files[0].name, offset: try #require(log.records.last).offset)
        #expect(try read(log).log.gaps == [.damagedRecord(place)])
    }

    /// What is not certain is shown to whoever looks for values.
    @Test func showsWhatIsNotCertain() throws {
        let reading = try read(
            Self.builder {
                $0.change(8, 8)
                $0.entry(9, Request.put("b", "doubtful"))
            })
        let last = try #require(reading.history.last)
        #expect(!last.change.isCertain && last.value == Array("doubtful".utf8))
        #expect(reading.history.dropLast().allSatisfy { $0.change.isCertain })
    }

    @Test func namesWhatIsWrongWithTheFiles() throws {
        let log = Self.builder {
            $0.cut()
            $0.entry(8, nil)
            $0.cut()
        }
        let whole = log.segments
        func gaps(_ files: [LogSegment]) throws -> [LogGap] {
            try MemberReading(database: Self.database, log: files).log.gaps
        }
        #expect(try gaps(whole.reversed()) == [])
        #expect(try gaps(whole + [LogSegment("0.tmp", [1]), LogSegment("\(whole[0].name).broken", [1])]) == [])
        #expect(try gaps([]) == [.noSegment])
        #expect(try gaps([LogSegment("0.tmp", [])]) == [.noSegment])
        #expect(try gaps([whole[0], whole[2]]) == [.segmentOrder(whole[2].name)])
        #expect(try gaps([whole[0], whole[0]]) == [.segmentOrder(whole[0].name)])
        #expect(try gaps(Array(whole.dropLast())) == [.noFreeSpace(whole[1].name)])
        let empty = LogSegment(whole[2].name, Array(repeating: 0, count: 4096))
        #expect(try gaps([whole[0], whole[1], empty]) == [.segmentStart(whole[2].name)])
        // A segment of another log.
        var other = LogBuilder(memberID: 8)
        other.cut()
        let foreign = LogSegment(whole[1].name, other.files[1].bytes)
        #expect(try gaps([whole[0], foreign]) == [.segmentStart(whole[1].name)])
    }

    /// Where the last record is not whole, etcd cuts it off; where something is wrong elsewhere, it gives up.
    @Test func tellsATornRecordFromADamagedOne() throws {
        var log = Self.builder()
        log.entry(8, Request.put("large", String(repeating: "v", count: 3000)))
        let (name, start) = (log.files[0].name, try #require(log.records.last).offset)
        func gaps(_ change: (inout [UInt8]) -> Void) throws -> [LogGap] {
            var bytes = log.files[0].bytes + Array(repeating: 0, count: 4096)
            change(&bytes)
            return try MemberReading(database: Self.database, log: [LogSegment(name, bytes)]).log.gaps
        }
        let place = LogPlace(segment: name, offset: start)
        #expect(
            try gaps { $0.replaceSubrange(start + 1024..<start + 2048, with: repeatElement(0, count: 1024)) }
                == [.tornRecord(place)])
        #expect(try gaps { $0.removeLast($0.count - start - 1000) } == [.tornRecord(place)])
        #expect(try gaps { $0.removeLast($0.count - start - 4) } == [.tornRecord(place)])
        #expect(try gaps { $0[start + 1000] ^= 1 } == [.damagedRecord(place)])
        #expect(try gaps { $0.removeLast($0.count - start) } == [.noFreeSpace(name)])
        #expect(
            try gaps { $0[$0.count - 1] = 1 }
                == [.bytesAfterEnd(LogPlace(segment: name, offset: log.files[0].bytes.count))])
        // The length of a record in the middle becomes 0: everything after it is lost.
        let middle = log.records[6].offset
        #expect(
            try gaps { $0.replaceSubrange(middle..<middle + 8, with: repeatElement(0, count: 8)) }
                == [.bytesAfterEnd(LogPlace(segment: name, offset: middle))])
        let first = log.records[4].offset
        #expect(try gaps { $0[first + 20] ^= 1 } == [.damagedRecord(LogPlace(segment: name, offset: first))])
    }
}
