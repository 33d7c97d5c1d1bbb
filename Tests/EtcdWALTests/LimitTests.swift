import TestSupport
import Testing

@testable import EtcdWAL

/// Requests that no client sends: they are refused, or done in time that follows from the length of the log.
struct LimitTests {
    private func gaps(_ requests: [[UInt8]], _ records: [BoltBuilder.Element] = [.record(2, "a", "x")]) throws
        -> [LogGap]
    {
        var log = LogBuilder()
        log.change(1, 7)
        for (number, request) in requests.enumerated() { log.entry(UInt64(number + 2), request) }
        return try MemberReading(database: BoltBuilder.database(records, index: 1), log: log.segments).log.gaps
    }

    private func nested(_ depth: Int) -> [UInt8] {
        var transaction = field(2, field(2, Request.putBody("b", "x")))
        for _ in 1..<depth { transaction = field(2, field(4, transaction)) }
        return Request.request(6, transaction)
    }

    @Test func limitsTheDepthOfTransactions() throws {
        #expect(try gaps([nested(Transaction.depthLimit)]) == [])
        #expect(try gaps([nested(Transaction.depthLimit + 1)]) == [.tooMuchWork(index: 2)])
        #expect(try gaps([nested(20_000)]) == [.tooMuchWork(index: 2)])
    }

    @Test func limitsThePartsOfATransaction() throws {
        let read = field(2, field(1, field(1, [0x61])))
        func transaction(_ count: Int) -> [UInt8] {
            Request.request(6, (0..<count).flatMap { _ in read } + field(2, field(2, Request.putBody("b", "x"))))
        }
        #expect(try gaps([transaction(Transaction.partLimit - 1)]) == [])
        #expect(try gaps([transaction(Transaction.partLimit)]) == [.tooMuchWork(index: 2)])
    }

    /// Each comparison looks at every key. What deletes them all, again and again, looks at none that is gone.
    @Test func limitsComparisonsOfRanges() throws {
        let records = (2..<1000).map { BoltBuilder.Element.record($0, "key-\($0)", "x") }
        let comparison = field(1, field(1, 3) + field(2, 0) + field(3, [0x61]) + field(4, 7) + field(64, [0]))
        func transaction(_ count: Int) -> [UInt8] {
            Request.request(6, (0..<count).flatMap { _ in comparison } + field(2, field(2, Request.putBody("b", "x"))))
        }
        #expect(try gaps([transaction(100)], records) == [])
        #expect(try gaps([transaction(10_000)], records) == [.tooMuchWork(index: 2)])
        let deletions = (0..<3000).map { _ in Request.delete("a", to: "\0") }
        #expect(try gaps(deletions, records) == [])
    }
}
