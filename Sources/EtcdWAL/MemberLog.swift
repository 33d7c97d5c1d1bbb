public import EtcdSnapshot

/// The write-ahead log of an etcd member: the files of `member/wal` beside its database, `member/snap/db`.
///
/// A member writes every entry to its log before it answers, and to its database later. The database of a member that
/// was stopped holds all entries; that of one that was killed lacks those that its log has beyond it.
///
/// The member has to be stopped: a log that is being written to has no end.
public struct MemberLog<Segment: WALSegment> {
    /// The files that are segments of a log, in their order.
    public let segments: [Segment]

    /// - Parameter files: All files of `member/wal`, in any order. Those with other names than segments have are left out.
    public init(_ files: [Segment]) { segments = LogScan.ordered(files) }

    /// The bytes of a key or of a value.
    ///
    /// - Parameter database: The database that the place is of.
    @_lifetime(borrow self, copy database)
    public func bytes(_ place: StoredBytes, of database: SnapshotFile) -> RawSpan {
        switch place.file {
        case .database: return database.bytes.extracting(place.range)
        case .segment(let number):
            let segment = segments[number]
            let bytes = segment.bytes.extracting(place.range)
            // The array keeps the object, and the object its bytes, for as long as `self` is.
            return unsafe _overrideLifetime(bytes, borrowing: self)
        }
    }

    /// Reads all of the log, and applies the entries that the database does not hold.
    ///
    /// Needs 24 bytes of memory for each of those entries, some 150 for each key that they touch, and 8 for each live
    /// key. Whatever the bytes are, it ends in time that follows from the size of both.
    ///
    /// - Parameters:
    ///   - database: The database of the same member.
    ///   - live: Its live records.
    ///   - onChange: Gets every change in its order, also those of keys that are changed again, and those that are not
    ///     certain.
    /// - Throws: ``SnapshotError`` for a damaged database. What is wrong with the log is among ``ReplayedLog/gaps``.
    public func replay(
        onto database: SnapshotFile, live: LiveRecords, _ problems: inout SnapshotProblems,
        onChange: (LogChange) -> Void = { _ in }
    ) throws(SnapshotError) -> ReplayedLog {
        let member = try MemberDatabase(database, &problems)
        let scan = LogScan(segments, databaseIndex: member.settings.consistentIndex)
        var result = ReplayedLog(scan, of: member, live: live)
        let requests = EntryRequests(
            scan, committedCount: result.committedCount, in: ByteSources(segments, database: database.bytes))
        result.note(requests, of: member, live: live)
        var replay = try LogReplay(
            ByteSources(segments, database: database.bytes), requests, onto: database, member, live: live,
            revision: result.revision)
        let certainCount = result.hasUncertainBase ? 0 : min(result.committedCount, requests.readableCount)
        apply(scan, 0..<certainCount, &replay, &result, onChange)
        result.take(replay, live)
        replay.isCertain = false
        apply(scan, certainCount..<requests.readableCount, &replay, &result, onChange)
        return result
    }

    /// Applies some of the entries, up to the first that cannot be.
    private func apply(
        _ scan: LogScan, _ positions: Range<Int>, _ replay: inout LogReplay<Segment>, _ result: inout ReplayedLog,
        _ onChange: (LogChange) -> Void
    ) {
        for position in positions {
            let entry = scan.entries[position]
            do throws(RequestFault) {
                let request = try EntryRequests.request(entry, in: replay.sources)
                try replay.apply(request, segment: Int(entry.segment), onChange)
            } catch {
                result.add(error.gap(at: scan.databaseIndex + 1 + UInt64(position)))
                return
            }
            if replay.isCertain { result.appliedCount += 1 }
        }
    }
}

extension MemberLog: Sendable where Segment: Sendable {}
