public import EtcdSnapshot

/// What a member holds: its database, and what its log adds to that.
///
/// ``remaining`` and ``changes`` together are what the member serves once it has started: of every key that exists, the
/// latest record. They are that for certain only if ``gaps`` is empty. Even then it is the state of one member: others of
/// its cluster may have gone on (``role``).
public struct ReplayedLog: Sendable {
    /// Why the content of the member is unknown; empty if it is known.
    public internal(set) var gaps: [LogGap] = []
    /// The live records of the database that the log does not change, in the order of their revisions.
    public internal(set) var remaining: [RecordLocation]
    /// The last change of every key that the log changes, in the order of their revisions: values and tombstones. Only
    /// changes that are certain.
    public internal(set) var changes: [LogChange] = []
    /// The records of the database and those that the log adds, by kind. A compaction in the log is not carried out.
    public internal(set) var counts: RecordCounts
    /// The revision of the store.
    public internal(set) var revision: Int64
    /// The oldest revision at which the member would answer a read.
    public internal(set) var compactedRevision: Int64
    /// The last entry of the log that the database holds.
    public let databaseIndex: UInt64
    /// The last entry that the member knows to be committed. If it is the only voter, all of its entries are.
    public internal(set) var commitIndex: UInt64 = 0
    /// The last entry of the log.
    public internal(set) var lastIndex: UInt64 = 0
    /// The number of entries after the database that were applied.
    public internal(set) var appliedCount = 0
    /// The member and the cluster whose log it is; 0 if the log does not name them.
    public internal(set) var memberID: UInt64 = 0
    public internal(set) var clusterID: UInt64 = 0
    public internal(set) var role = MemberRole.unknown

    /// Whether database and log show all that the member holds.
    public var isComplete: Bool { gaps.isEmpty }
}

extension ReplayedLog {
    /// What database and log say before any entry is applied.
    init(_ scan: LogScan, of member: MemberDatabase, live: LiveRecords) {
        let settings = member.settings
        gaps = scan.gaps
        (remaining, counts) = (live.locations, live.counts)
        // A store begins with revision 1 (server/storage/mvcc/kvstore.go, restore).
        revision = max(1, live.lastRevision, settings.compactedRevision)
        compactedRevision = settings.compactedRevision
        databaseIndex = settings.consistentIndex
        commitIndex = max(scan.state.commit, databaseIndex)
        lastIndex = scan.lastIndex
        if let metadata = scan.metadata {
            (memberID, clusterID) = (metadata.memberID, metadata.clusterID)
            role = scan.role(of: memberID, in: member, commit: commitIndex)
            if scan.isRemoved(memberID, from: member, commit: commitIndex) { gaps.append(.memberRemoved) }
        }
        if let term = scan.databaseTerm, settings.term != 0, term != settings.term {
            gaps.append(.otherTerm(index: databaseIndex))
        }
    }

    /// The number of entries after the database that are committed.
    var committedCount: Int {
        switch role {
        case .onlyVoter: .max
        case .oneVoter, .notVoting, .unknown: Int(clamping: commitIndex - databaseIndex)
        }
    }

    /// Whether not even committed entries are certain to do what they ask for.
    var hasUncertainBase: Bool {
        gaps.contains { $0 == .authentication || $0 == .alarm || $0 == .revisionNotKnown }
    }

    /// Notes what is not certain about the entries.
    mutating func note(_ requests: EntryRequests, of member: MemberDatabase, live: LiveRecords) {
        if let gap = requests.gap { add(gap) }
        guard requests.changeCount > 0 else { return }
        if requests.uncommittedChangeCount > 0 {
            add(.uncommittedChanges(count: requests.uncommittedChangeCount))
        }
        if member.hasAuthentication || requests.hasAuthentication { add(.authentication) }
        if member.hasAlarm || requests.hasAlarm { add(.alarm) }
        // etcd 3.5.14 and 3.6 go on from the scheduled compaction, others from the last record.
        if member.settings.scheduledCompaction > max(live.lastRevision, member.settings.finishedCompaction) {
            add(.revisionNotKnown)
        }
    }

    mutating func add(_ gap: LogGap) {
        if !gaps.contains(gap) { gaps.append(gap) }
    }

    /// Takes over what the certain entries have made of the database.
    mutating func take<Segment>(_ replay: borrowing LogReplay<Segment>, _ live: LiveRecords) {
        (revision, compactedRevision) = (replay.revision, max(compactedRevision, replay.compactedRevision))
        var replaced: [Int] = []
        for index in replay.space.states.indices where replay.space.states[index].isChanged {
            changes.append(replay.change(of: index))
            if let base = replay.space.states[index].base { replaced.append(base) }
        }
        changes.sort { ($0.revision, $0.subRevision) < ($1.revision, $1.subRevision) }
        if !replaced.isEmpty {
            replaced.sort()
            var next = replaced[...]
            remaining = []
            for (number, location) in live.locations.enumerated() {
                if number == next.first { next.removeFirst() } else { remaining.append(location) }
            }
        }
        let liveCount = remaining.count + changes.count { !$0.isTombstone }
        let total = live.counts.total + replay.putCount + replay.deletionCount
        let tombstones = live.counts.tombstones + replay.deletionCount
        counts = RecordCounts(
            live: liveCount, superseded: total - tombstones - live.counts.markers - liveCount, tombstones: tombstones,
            markers: live.counts.markers)
    }
}
