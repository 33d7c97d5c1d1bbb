internal import DurableFiles
internal import EnvelopeCrypto
internal import EtcdSnapshot
internal import EtcdWAL

/// What a write-ahead log adds to the database of its member.
struct LoggedChanges {
    let replayed: ReplayedLog
    private let log: MemberLog<MappedFile>
    /// The values that the member serves.
    private let live: [LogChange]
    /// The values that later changes replace, and those that are not certain. They are on the disk anyway.
    private let passing: [LogChange]

    /// Replays a log.
    ///
    /// - Parameter history: Whether ``passing`` is asked for.
    init(
        _ log: MemberLog<MappedFile>, onto database: SnapshotFile, live records: LiveRecords, history: Bool,
        _ problems: inout SnapshotProblems
    ) throws(SnapshotError) {
        self.log = log
        var passing: [LogChange] = []
        replayed = try log.replay(onto: database, live: records, &problems) { change in
            if history, !change.isTombstone { passing.append(change) }
        }
        live = replayed.changes.filter { !$0.isTombstone }
        let served = Set(live.map { Place($0) })
        self.passing = passing.filter { !$0.isCertain || !served.contains(Place($0)) }
    }

    /// The changes that are not certain, which ``ReplayedLog/counts`` leaves out.
    var uncertainCount: Int { passing.count { !$0.isCertain } }

    /// Audits the values that the member serves.
    func addLive(
        of database: SnapshotFile, to census: inout Census, _ nonces: inout NonceLog, _ auditor: Auditor
    ) throws(CipherError) {
        try add(live, of: database, to: &census, &nonces, auditor)
    }

    /// Audits all other values.
    func addPassing(
        of database: SnapshotFile, to census: inout Census, _ nonces: inout NonceLog, _ auditor: Auditor
    ) throws(CipherError) {
        try add(passing, of: database, to: &census, &nonces, auditor)
    }

    private func add(
        _ changes: [LogChange], of database: SnapshotFile, to census: inout Census, _ nonces: inout NonceLog,
        _ auditor: Auditor
    ) throws(CipherError) {
        try each(changes, of: database) { record throws(CipherError) in try auditor.add(record) }
        nonces.add(auditor.nonces)
        census.add(auditor.census)
    }

    /// Goes through all values.
    func each(
        of database: SnapshotFile, _ body: (borrowing AuditedRecord) throws(CipherError) -> Void
    ) throws(CipherError) {
        try each(live, of: database, body)
        try each(passing, of: database, body)
    }

    private func each(
        _ changes: [LogChange], of database: SnapshotFile,
        _ body: (borrowing AuditedRecord) throws(CipherError) -> Void
    ) throws(CipherError) {
        for change in changes {
            try body(
                AuditedRecord(
                    key: log.bytes(change.key, of: database), value: log.bytes(change.value, of: database),
                    revision: change.revision, version: change.version))
        }
    }

    /// No two changes have the same revision and place in its transaction.
    private struct Place: Hashable {
        let revision: Int64
        let subRevision: Int64

        init(_ change: LogChange) { (revision, subRevision) = (change.revision, change.subRevision) }
    }
}
