/// How much of a source an audit judged. The parts add up to what the source holds.
public struct AuditCoverage: Equatable, Sendable {
    public let records: RecordLedger
    /// The bytes of the source by what became of them.
    public let bytes: Bytes

    public struct Bytes: Equatable, Sendable {
        /// Values that were looked at; with `--remnants` all bytes that are in use or explained.
        public let judged: Int
        /// Free bytes that nothing explains.
        public let unknown: Int
        /// Bytes that were not looked at.
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
            // The records that are not counted yet are out of scope.
            ledger.book(.outOfScope(.oldRevision), count: max(0, snapshot.records - ledger.total))
        }
        records = ledger
        let all = result.source.byteCount
        if let remnants = result.remnants {
            bytes = Bytes(judged: all - remnants.unexplainedBytes, unknown: remnants.unexplainedBytes, outOfScope: 0)
        } else if result.source.snapshot == nil {
            bytes = Bytes(judged: all, unknown: 0, outOfScope: 0)
        } else {
            let values = [result.live, result.history].compactMap { $0 }.flatMap(\.resources.values)
            let judged = min(all, values.reduce(0) { $0 + $1.bytes })
            bytes = Bytes(judged: judged, unknown: 0, outOfScope: all - judged)
        }
    }
}
