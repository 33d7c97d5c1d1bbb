internal import Dispatch
internal import DurableFiles
internal import EncryptionConfig
internal import EnvelopeCrypto
internal import EtcdSnapshot
internal import EtcdWAL
internal import SecretMemory
internal import Synchronization

/// Audits one snapshot file, on several threads.
struct SnapshotAudit {
    let file: MappedFile
    /// The configuration in force, then archives.
    let configurations: [EncryptionConfiguration]
    /// Who decrypts the keys of KMS values; all threads share it.
    let unwrapping: any KMSUnwrapping & Sendable
    let options: AuditOptions
    let jobs: Int
    let isSalvage: Bool
    /// The write-ahead log beside the file; nil for a snapshot.
    var log: MemberLog<MappedFile>?

    /// Goes through the live records, and what else is asked for.
    func run(history: Bool, remnants: Bool, progress: any AuditProgress) throws(AuditError) -> AuditResult {
        do {
            var (found, digest, crew) = try auditLive(history: history, progress)
            // Its problems are noted already.
            var repeatedProblems = SnapshotProblems.collected
            let snapshot = try SnapshotFile(file.span, &repeatedProblems)
            let (live, logged) = (found.live, found.logged)
            let replayed = logged?.replayed
            let counts = replayed?.counts ?? live.counts
            let problems = found.problems
            var result = AuditResult(
                source: AuditedSource(
                    revision: replayed?.revision ?? max(live.lastRevision, found.settings.compactedRevision),
                    liveKeys: counts.live, byteCount: snapshot.bytes.byteCount,
                    origin: .snapshot(
                        AuditedSource.Snapshot(
                            format: .etcd, digest: digest, compactRevision: found.settings.finishedCompaction,
                            isCompactionUnfinished: found.settings.isCompactionUnfinished,
                            records: counts.total + (logged?.uncertainCount ?? 0),
                            tombstones: counts.tombstones, markers: counts.markers,
                            log: replayed.map {
                                AuditedSource.Log(appliedEntries: $0.appliedCount, gaps: $0.gaps, role: $0.role)
                            },
                            problems: problems.first, problemCount: problems.count))),
                live: crew.census)
            try logged?.addLive(of: snapshot, to: &result.live, &crew.nonces, makeAuditor())
            if history {
                let replaced = replayed.map { Set(live.locations).subtracting($0.remaining) } ?? []
                var census = try auditHistory(snapshot, live, replaced, &crew.nonces)
                try logged?.addPassing(of: snapshot, to: &census, &crew.nonces, makeHistoryAuditor())
                result.history = census
            }
            let repeated = crew.nonces.repeated()
            if !repeated.isEmpty {
                result.live.add(try checkNonces(snapshot, live, repeated, logged, history: history))
            }
            if remnants { result.remnants = try RemnantCount(snapshot) }
            progress.finish()
            try file.checkUnchanged()
            return result
        } catch {
            throw AuditError(error, source: file.path)
        }
    }

    /// What the file holds, before any value is opened.
    private struct Found: Sendable {
        let settings: SnapshotSettings
        let live: LiveRecords
        let logged: LoggedChanges?
        let problems: SnapshotProblems

        /// The records whose values are live.
        var locations: [RecordLocation] { logged?.replayed.remaining ?? live.locations }
    }

    /// - Parameter threads: The number of threads that have nothing else to do.
    private func find(history: Bool, threads: Int) throws -> Found {
        var problems = isSalvage ? SnapshotProblems.collected : .refused
        let snapshot = try SnapshotFile(file.span, &problems)
        let settings = try snapshot.settings(&problems)
        let live = try findLive(in: snapshot, threads: threads) ?? LiveRecords(snapshot, &problems)
        let logged = try log.map { try LoggedChanges($0, onto: snapshot, live: live, history: history, &problems) }
        return Found(settings: settings, live: live, logged: logged, problems: problems)
    }

    /// The live records, found by several threads; nil if the file cannot be divided, or is damaged.
    private func findLive(in snapshot: SnapshotFile, threads: Int) -> LiveRecords? {
        guard let parts = RecordParts(snapshot, count: threads) else { return nil }
        let found = Mutex<[LivePart?]>(Array(repeating: nil, count: parts.count))
        DispatchQueue.concurrentPerform(iterations: parts.count) { number in
            var ignored = SnapshotProblems.collected
            guard let snapshot = try? SnapshotFile(file.span, &ignored),
                let part = LivePart(number, of: parts, in: snapshot)
            else { return }
            found.withLock { $0[number] = part }
        }
        let all = found.withLock { $0 }.compactMap(\.self)
        return all.count == parts.count ? LiveRecords(consume all, of: parts, in: snapshot) : nil
    }

    /// Audits the live records, and computes the digest.
    ///
    /// The digest takes one thread as long as everything else takes another, so both start together: one thread finds
    /// the live records and decrypts them, and every thread that becomes free takes a share of the remaining ones.
    /// Threads start in the order of their numbers, so the work that others wait for is already started. Without a digest
    /// all threads find the live records first.
    private func auditLive(
        history: Bool, _ progress: any AuditProgress
    ) throws -> (Found, DigestCheck, (census: Census, nonces: NonceLog)) {
        let shares = RecordShares()
        let found = Mutex<Result<Found, any Error>?>(nil)
        let digest = Mutex<Result<DigestCheck, any Error>?>(nil)
        let crew = Mutex<[Result<(Census, NonceLog), any Error>]>([])
        @Sendable func begin(threads: Int) {
            let outcome = Result { try find(history: history, threads: threads) }
            found.withLock { $0 = outcome }
            let locations = (try? outcome.get())?.locations ?? []
            progress.start(total: locations.count)
            shares.open(locations, for: jobs)
        }
        var ignored = SnapshotProblems.collected
        let hasDigest = try SnapshotFile(file.span, &ignored).hasDigest
        if !hasDigest { begin(threads: jobs) }
        DispatchQueue.concurrentPerform(iterations: jobs) { number in
            if number == 1 || jobs == 1 {
                let outcome = Result { try checkDigest() }
                digest.withLock { $0 = outcome }
            }
            if hasDigest, number == 0 { begin(threads: 1) }
            shares.wait()
            let outcome = Result { try audit(shares, progress) }
            crew.withLock { $0.append(outcome) }
        }
        guard let found = try found.withLock({ $0 })?.get(), let digest = try digest.withLock({ $0 })?.get()
        else { preconditionFailure("a part of the work was not done") }
        let parts = try crew.withLock { $0 }.map { try $0.get() }
        var nonces = NonceLog()
        for (_, part) in parts { nonces.add(part) }
        let census = Census(merging: parts.map(\.0), in: .revision, findingLimit: options.findingLimit)
        return (found, digest, (census, nonces))
    }

    private func checkDigest() throws -> DigestCheck {
        var ignored = SnapshotProblems.collected
        return try SnapshotFile(file.span, &ignored).checkDigest { bytes throws(CipherError) in
            try Digest.sha256(bytes)
        }
    }

    private func makeAuditor() -> Auditor { Auditor(configurations, unwrapping: unwrapping, options: options) }

    private func makeHistoryAuditor() -> Auditor {
        Auditor(configurations, unwrapping: unwrapping, options: options.ofOldRevisions)
    }

    /// Audits shares of the records until none is left.
    private func audit(_ shares: RecordShares, _ progress: any AuditProgress) throws -> (Census, NonceLog) {
        var problems = SnapshotProblems.collected
        let snapshot = try SnapshotFile(file.span, &problems)
        let auditor = makeAuditor()
        while let share = try shares.next(of: snapshot) {
            let prefetch = RecordPrefetch(share)
            for index in share.indices {
                prefetch.prepare(behind: index, of: snapshot)
                try add(try snapshot.record(at: share[index]), of: snapshot, to: auditor)
            }
            progress.advance(by: share.count)
        }
        return (auditor.census, auditor.nonces)
    }

    /// Old revisions that are still in the file.
    ///
    /// - Parameter replaced: Records that the log makes old.
    private func auditHistory(
        _ snapshot: SnapshotFile, _ live: LiveRecords, _ replaced: Set<RecordLocation>, _ nonces: inout NonceLog
    ) throws -> Census {
        let auditor = makeHistoryAuditor()
        var problems = SnapshotProblems.collected
        var walk = try HistoryWalk(snapshot, live: live, &problems)
        while let (record, isLive) = try walk.next(&problems) {
            let isOld = !isLive || replaced.contains(record.location)
            if isOld, !record.isTombstone { try add(record, of: snapshot, to: auditor) }
        }
        nonces.add(auditor.nonces)
        return auditor.census
    }

    private func checkNonces(
        _ snapshot: SnapshotFile, _ live: LiveRecords, _ repeated: Set<UInt64>,
        _ logged: LoggedChanges?, history: Bool
    ) throws -> Census {
        let auditor = makeAuditor()
        var seen = NonceUses()
        var problems = SnapshotProblems.collected
        var walk = try HistoryWalk(snapshot, live: live, &problems)
        while let (record, isLive) = try walk.next(&problems) {
            guard !record.isTombstone, isLive || history else { continue }
            try auditor.checkNonce(
                AuditedRecord(
                    key: snapshot.key(of: record), value: snapshot.value(of: record), revision: record.revision,
                    version: record.version),
                repeated: repeated, seen: &seen)
        }
        try logged?.each(of: snapshot) { record throws(CipherError) in
            try auditor.checkNonce(record, repeated: repeated, seen: &seen)
        }
        return auditor.census
    }

    private func add(
        _ record: StoredRevision, of snapshot: SnapshotFile, to auditor: Auditor
    ) throws(CipherError) {
        try auditor.add(
            AuditedRecord(
                key: snapshot.key(of: record), value: snapshot.value(of: record), revision: record.revision,
                version: record.version))
    }
}
