internal import EtcdSnapshot
public import EtcdWAL
public import ShownText

extension LogGap {
    /// Why database and log are incomplete, in one clause.
    public var explanation: Phrase {
        switch self {
        case .noSegment: "the folder wal has no segment"
        case .segmentOrder(let name): "segment \(name) does not follow the previous one"
        case .segmentStart(let name): "segment \(name) does not continue the checksum of the previous one"
        case .tooLarge(let name): "segment \(name) is too large"
        case .damagedRecord(let place): "\(place.segment): the record at byte \(place.offset) is damaged"
        case .tornRecord(let place): "\(place.segment): the last record, at byte \(place.offset), is cut off"
        case .bytesAfterEnd(let place): "\(place.segment): bytes after the end of the log, at byte \(place.offset)"
        case .noFreeSpace(let name): "segment \(name) may be cut off at its end"
        case .missingEntries(let from, let to): "entries \(from) to \(to) are missing"
        case .endsBeforeDatabase(let last, let database):
            "the log ends with entry \(last), the database with entry \(database): they are not of the same member"
        case .otherTerm(let index): "entry \(index) differs in the database: they are not of the same member"
        case .snapshotNotInDatabase(let index): "the member received a later database, with entry \(index)"
        case .uncommittedChanges(let count):
            "cannot tell whether the cluster made \(counted(count, "change"))"
        case .memberRemoved: "the member was removed from its cluster"
        case .unknownRequest(let index, _): "entry \(index) has an unknown request"
        case .unforeseeableRequest(let index): "the effect of entry \(index) is unknown"
        case .authentication: "etcd has authentication, and the log does not show which changes were permitted"
        case .alarm: "etcd has an alarm, and the log does not show which changes were refused"
        case .revisionNotKnown: "a compaction was interrupted, so the revisions are unknown"
        case .tooMuchWork(let index): "entry \(index) takes too long to apply"
        }
    }
}

extension MemberRole {
    /// Why the state of the member may not be the newest of its cluster; nil if there is no other member.
    public var limit: Phrase? {
        switch self {
        case .onlyVoter: nil
        case .oneVoter(let count): "only this member of \(count) was read; the others may have newer writes"
        case .notVoting: "this member does not vote; the others may have newer writes"
        case .unknown: "the number of members is unknown; others may have newer writes"
        }
    }
}
