internal import EtcdSnapshot
public import EtcdWAL
public import ShownText

extension LogGap {
    /// Why database and log do not show all, in one clause.
    public var explanation: Phrase {
        switch self {
        case .noSegment: "the folder wal has no segment"
        case .segmentOrder(let name): "segment \(name) does not follow the one before"
        case .segmentStart(let name): "segment \(name) does not continue the checksum of the one before"
        case .tooLarge(let name): "segment \(name) is too large"
        case .damagedRecord(let place): "\(place.segment): the record at byte \(place.offset) is damaged"
        case .tornRecord(let place): "\(place.segment): the last record, at byte \(place.offset), is cut off"
        case .bytesAfterEnd(let place): "\(place.segment): bytes after the end of the log, at byte \(place.offset)"
        case .noFreeSpace(let name): "segment \(name) may be cut off at its end"
        case .missingEntries(let from, let to): "entries \(from) to \(to) are missing"
        case .endsBeforeDatabase(let last, let database):
            "the log ends with entry \(last), the database with entry \(database): they do not belong together"
        case .otherTerm(let index): "entry \(index) is another one in the database: they do not belong together"
        case .snapshotNotInDatabase(let index): "the member received a later database, with entry \(index)"
        case .uncommittedChanges(let count):
            "\(counted(count, "change")) may or may not have been made by the cluster"
        case .memberRemoved: "the member was removed from its cluster"
        case .unknownRequest(let index, _): "entry \(index) asks for something unknown"
        case .unforeseeableRequest(let index): "the effect of entry \(index) is unknown"
        case .authentication: "etcd has authentication, and the log does not show which changes were permitted"
        case .alarm: "etcd has an alarm, and the log does not show which changes were refused"
        case .revisionNotKnown: "a compaction was interrupted, so the revisions are unknown"
        case .tooMuchWork(let index): "entry \(index) takes too long to apply"
        }
    }
}
