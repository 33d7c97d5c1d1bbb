internal import EncryptionConfig
internal import EnvelopeCrypto
internal import DurableFiles
internal import EtcdSnapshot
internal import KineDatabase
internal import SecretMemory

/// Audits a database of kine.
///
/// Besides its own value, each row has a copy of the value of the previous row. Compaction removes that row and keeps
/// the copy: after every object was re-encrypted, the plaintext of each is still in the database until the object is
/// written again. An audit of the history judges these copies too.
struct KineAudit {
    let file: MappedFile
    /// The configuration in force, then archives.
    let configurations: [EncryptionConfiguration]
    /// Who decrypts the keys of KMS values.
    let unwrapping: any KMSUnwrapping & Sendable
    let options: AuditOptions

    /// Goes through the live values, and with `history` through all others.
    func run(history: Bool, progress: any AuditProgress) throws(AuditError) -> AuditResult {
        var opened: KineDatabase?
        do {
            let database = try KineDatabase(file)
            opened = database
            let result = try audit(database, history: history, progress)
            try database.checkUnchanged()
            return result
        } catch {
            throw failure(error, of: opened)
        }
    }

    /// A file that changed while it was read looks damaged.
    private func failure(_ error: any Error, of database: KineDatabase?) -> AuditError {
        do {
            try file.checkUnchanged()
            try database?.checkUnchanged()
        } catch {
            return AuditError(error, source: file.path)
        }
        return AuditError(error, source: file.path)
    }

    private func audit(
        _ database: KineDatabase, history: Bool, _ progress: any AuditProgress
    ) throws -> AuditResult {
        let index = database.index
        let auditors = Auditors(self, history: history)
        progress.start(total: index.live.count)
        try database.eachRow { row, isLive throws(CipherError) in
            try auditors.add(row, isLive: isLive)
            if isLive { progress.advance(by: 1) }
        }
        var live = auditors.live.census
        let repeated = auditors.nonces.repeated()
        if !repeated.isEmpty { live.add(try checkNonces(repeated, in: database, history: history)) }
        progress.finish()
        return AuditResult(
            source: AuditedSource(
                revision: max(index.lastRevision, index.compactRevision), liveKeys: index.live.count,
                byteCount: database.byteCount, origin: .snapshot(Self.facts(of: database))),
            live: live, history: auditors.old?.census)
    }

    private static func facts(of database: KineDatabase) -> AuditedSource.Snapshot {
        let index = database.index
        return AuditedSource.Snapshot(
            format: .kine(hasLog: database.hasLog), digest: .absent, compactRevision: index.compactRevision,
            isCompactionUnfinished: false, records: index.rows + index.previousValues, tombstones: index.emptyDeletions,
            markers: index.markers, log: nil, problems: [], problemCount: 0)
    }

    private func makeAuditor() -> Auditor { Auditor(configurations, unwrapping: unwrapping, options: options) }

    /// A second look at nonces of AES-GCM that may have been used twice.
    private func checkNonces(
        _ repeated: Set<UInt64>, in database: KineDatabase, history: Bool
    ) throws -> Census {
        let auditor = makeAuditor()
        var seen = NonceUses()
        try database.eachRow { row, isLive throws(CipherError) in
            if isLive || history, row.value.byteCount > 0 {
                try auditor.checkNonce(row.record, repeated: repeated, seen: &seen)
            }
            if history, row.previousValue.byteCount > 0 {
                try auditor.checkNonce(row.previousRecord, repeated: repeated, seen: &seen)
            }
        }
        return auditor.census
    }

    /// Who judges the rows.
    private struct Auditors {
        let live: Auditor
        /// Nil if the history is not asked for.
        let old: Auditor?

        init(_ audit: KineAudit, history: Bool) {
            live = audit.makeAuditor()
            old =
                history
                ? Auditor(
                    audit.configurations, unwrapping: audit.unwrapping, options: audit.options.ofOldRevisions) : nil
        }

        func add(_ row: borrowing KineRow, isLive: Bool) throws(CipherError) {
            if isLive {
                try live.add(row.record)
            } else if row.value.byteCount > 0 || !row.isDeleted {
                try old?.add(row.record)
            }
            if row.previousValue.byteCount > 0 { try old?.add(row.previousRecord) }
        }

        var nonces: NonceLog {
            var nonces = live.nonces
            if let old { nonces.add(old.nonces) }
            return nonces
        }
    }
}

extension KineRow {
    /// How often the key has been written is not stored: once at least.
    private static var knownWrites: Int64 { 1 }

    fileprivate var record: AuditedRecord {
        @_lifetime(copy self)
        get { AuditedRecord(key: name, value: value, revision: id, version: Self.knownWrites) }
    }

    /// The copy of the value before.
    fileprivate var previousRecord: AuditedRecord {
        @_lifetime(copy self)
        get { AuditedRecord(key: name, value: previousValue, revision: id, version: Self.knownWrites) }
    }
}
