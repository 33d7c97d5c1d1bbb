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
        var problems = isSalvage ? SnapshotProblems.collected : .refused
        do {
            let snapshot = try SnapshotFile(file.span, &problems)
            let settings = try snapshot.settings(&problems)
            let (live, digest) = try liveRecordsAndDigest(&problems)
            let logged = try log.map { try LoggedChanges($0, onto: snapshot, live: live, history: history, &problems) }
            let replayed = logged?.replayed
            let counts = replayed?.counts ?? live.counts
            let locations = replayed?.remaining ?? live.locations
            var result = AuditResult(
                source: AuditedSource(
                    revision: replayed?.revision ?? max(live.lastRevision, settings.compactedRevision),
                    liveKeys: counts.live, byteCount: snapshot.bytes.byteCount,
                    origin: .snapshot(
                        AuditedSource.Snapshot(
                            format: .etcd, digest: digest, compactRevision: settings.finishedCompaction,
                            isCompactionUnfinished: settings.isCompactionUnfinished,
                            records: counts.total + (logged?.uncertainCount ?? 0),
                            tombstones: counts.tombstones, markers: counts.markers,
                            log: replayed.map { AuditedSource.Log(appliedEntries: $0.appliedCount, gaps: $0.gaps) },
                            problems: problems.first, problemCount: problems.count))),
                live: Census(findingLimit: options.findingLimit))
            var nonces = NonceLog()
            progress.start(total: locations.count)
            result.live = try auditLive(locations, &nonces, progress)
            try logged?.addLive(of: snapshot, to: &result.live, &nonces, makeAuditor())
            if history {
                let replaced = replayed.map { Set(live.locations).subtracting($0.remaining) } ?? []
                var census = try auditHistory(snapshot, live, replaced, &nonces)
                try logged?.addPassing(of: snapshot, to: &census, &nonces, makeHistoryAuditor())
                result.history = census
            }
            let repeated = nonces.repeated()
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

    /// The live records and the digest, at the same time: each takes one thread, and goes through the whole file.
    private func liveRecordsAndDigest(
        _ problems: inout SnapshotProblems
    ) throws -> (LiveRecords, DigestCheck) {
        let earlier = problems
        let live = Mutex<Result<(LiveRecords, SnapshotProblems), any Error>?>(nil)
        let digest = Mutex<Result<DigestCheck, any Error>?>(nil)
        DispatchQueue.concurrentPerform(iterations: min(jobs, 2)) { number in
            if number == 0 {
                let outcome = Result { try liveRecords(earlier) }
                live.withLock { $0 = outcome }
            }
            if number == 1 || jobs == 1 {
                let outcome = Result { try checkDigest() }
                digest.withLock { $0 = outcome }
            }
        }
        guard let (records, problemsFound) = try live.withLock({ $0 })?.get(),
            let check = try digest.withLock({ $0 })?.get()
        else { preconditionFailure("a part of the work was not done") }
        problems = problemsFound
        return (records, check)
    }

    private func liveRecords(_ earlier: SnapshotProblems) throws -> (LiveRecords, SnapshotProblems) {
        var (ignored, problems) = (SnapshotProblems.collected, earlier)
        return (try LiveRecords(try SnapshotFile(file.span, &ignored), &problems), problems)
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

    /// Each thread takes a slice of the records, in order, so that the first findings are the first records'.
    private func auditLive(
        _ locations: [RecordLocation], _ nonces: inout NonceLog, _ progress: any AuditProgress
    ) throws -> Census {
        let sliceCount = max(1, min(jobs, locations.count / 500 + 1))
        let sliceLength = (locations.count + sliceCount - 1) / sliceCount
        let outcomes = Mutex<[Int: Result<(Census, NonceLog), any Error>]>([:])
        DispatchQueue.concurrentPerform(iterations: sliceCount) { number in
            let slice = locations[
                min(number * sliceLength, locations.count)..<min((number + 1) * sliceLength, locations.count)]
            let outcome = Result { try audit(slice, progress) }
            outcomes.withLock { $0[number] = outcome }
        }
        var census = Census(findingLimit: options.findingLimit)
        for number in 0..<sliceCount {
            guard let outcome = outcomes.withLock({ $0[number] }) else { continue }
            let (part, partNonces) = try outcome.get()
            census.add(part)
            nonces.add(partNonces)
        }
        return census
    }

    private func audit(_ locations: ArraySlice<RecordLocation>, _ progress: any AuditProgress) throws -> (
        Census, NonceLog
    ) {
        var problems = SnapshotProblems.collected
        let snapshot = try SnapshotFile(file.span, &problems)
        let auditor = makeAuditor()
        for (count, location) in locations.enumerated() {
            try add(try snapshot.record(at: location), of: snapshot, to: auditor)
            if count % 4096 == 4095 { progress.advance(by: 4096) }
        }
        return (auditor.census, auditor.nonces)
    }

    /// What is not live any more, but still in the file.
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
