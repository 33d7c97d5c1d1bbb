/// How much of a source an audit judged. The parts add up to what the source holds.
public struct AuditCoverage: Equatable, Sendable {
    public let records: RecordLedger
    /// The bytes of the source by what became of them.
    public let bytes: Bytes

    public struct Bytes: Equatable, Sendable {
        /// In use, or free and explained.
        public let judged: Int
        /// Free, looked at, and explained by nothing.
        public let unknown: Int
        /// Free, and not looked at.
        public let outOfScope: Int
    }

    init(_ result: AuditResult) {
        var ledger = result.live.ledger
        if let snapshot = result.source.snapshot {
            if let history = result.history {
                ledger.add(history.ledger)
                ledger.book(.outOfScope(.deletion), count: snapshot.tombstones)
                ledger.book(.outOfScope(.marker), count: snapshot.markers)
            }
            // What is not booked yet are records that nobody asked about.
            ledger.book(.outOfScope(.oldRevision), count: max(0, snapshot.records - ledger.total))
        }
        records = ledger
        let all = result.source.byteCount
        let free = result.source.snapshot?.freeBytes ?? 0
        if let remnants = result.remnants {
            bytes = Bytes(judged: all - remnants.unexplainedBytes, unknown: remnants.unexplainedBytes, outOfScope: 0)
        } else {
            bytes = Bytes(judged: all - free, unknown: 0, outOfScope: free)
        }
    }
}
