internal import Dispatch
internal import EncryptionConfig
internal import EnvelopeCrypto
internal import EtcdClient
internal import SecretMemory
internal import Synchronization

/// Audits etcd at one revision, on several threads, while the next page is being read.
struct EtcdAudit {
    /// etcd may compact the revision during the audit, or during the read for nonces that follows. Then the audit
    /// starts again, up to this number of times.
    private static let restartLimit = 3

    let source: EtcdSource
    /// The configuration in force, then archives.
    let configurations: [EncryptionConfiguration]
    /// Who decrypts the keys of KMS values; all threads share it.
    let unwrapping: any KMSUnwrapping & Sendable
    let options: AuditOptions
    let jobs: Int

    func run(progress: any AuditProgress) throws(AuditError) -> AuditResult {
        do {
            var restartCount = 0
            while true {
                if let result = try attempt(progress, &restartCount) { return result }
                guard restartCount < Self.restartLimit else {
                    throw EtcdError.compactedTooOften(restarts: restartCount)
                }
                restartCount += 1
            }
        } catch EtcdError.compactedTooOften {
            throw .etcd(source.name, .compactedTooOften(restarts: Self.restartLimit))
        } catch {
            throw AuditError(error, source: source.name)
        }
    }

    /// - Parameter restartCount: How often it was started again, here or before.
    /// - Returns: Nil if the revision was compacted before all was known.
    private func attempt(_ progress: any AuditProgress, _ restartCount: inout Int) throws -> AuditResult? {
        let earlierCount = restartCount
        var settings = source.walk
        settings.restartLimit = Self.restartLimit - earlierCount
        let walk = source.client.walk(source.range, settings)
        var crew = AuditCrew(self)
        var (revision, keyCount, byteCount, clusterID) = (Int64(0), 0, 0, UInt64(0))
        while let event = try walk.next() {
            switch event {
            case .begin(let start):
                crew = AuditCrew(self)
                (revision, keyCount, byteCount) = (start.revision, 0, 0)
                restartCount = earlierCount + start.restartCount
                progress.start(total: Int(start.keyCount))
            case .page(let page):
                try crew.add(page)
                clusterID = page.header.clusterID
                keyCount += page.records.count
                byteCount += page.contentByteCount
                progress.advance(by: page.records.count)
            }
        }
        var live = Census(merging: crew.censuses, in: .etcdKey, findingLimit: options.findingLimit)
        let repeated = crew.nonces.repeated()
        if !repeated.isEmpty {
            guard let census = try checkNonces(repeated, at: revision) else { return nil }
            live.add(census)
        }
        progress.finish()
        return AuditResult(
            source: AuditedSource(
                revision: revision, liveKeys: keyCount, byteCount: byteCount,
                origin: .etcd(
                    AuditedSource.Etcd(
                        clusterID: clusterID, resources: source.resources, elsewhere: source.elsewhere,
                        transport: source.transport, onlyPrefix: source.onlyPrefix,
                        isSerializable: source.walk.isSerializable))),
            live: live)
    }

    /// The second look at nonces that may have been used twice.
    private func checkNonces(_ repeated: Set<UInt64>, at revision: Int64) throws -> Census? {
        var settings = source.walk
        settings.revision = revision
        let walk = source.client.walk(source.range, settings)
        let auditor = makeAuditor()
        var seen = NonceUses()
        do {
            while let event = try walk.next() {
                guard case .page(let page) = event else { continue }
                for record in page.records {
                    try page.lend(record) { record throws(CipherError) in
                        try auditor.checkNonce(record, repeated: repeated, seen: &seen)
                    }
                }
            }
        } catch EtcdError.compacted {
            return nil
        }
        return auditor.census
    }

    private func makeAuditor() -> Auditor { Auditor(configurations, unwrapping: unwrapping, options: options) }
}

/// Auditors that share each page between them.
private struct AuditCrew {
    /// Below this a page is not worth more than one thread.
    private static let shareLimit = 64

    /// One of them. Only one thread at a time has it.
    private final class Seat: Sendable {
        let auditor: Mutex<Auditor>

        init(_ auditor: sending Auditor) { self.auditor = Mutex(auditor) }
    }

    private let seats: [Seat]

    init(_ audit: EtcdAudit) {
        seats = (0..<audit.jobs).map { _ in
            Seat(Auditor(audit.configurations, unwrapping: audit.unwrapping, options: audit.options))
        }
    }

    func add(_ page: EtcdPage) throws(CipherError) {
        let count = page.records.count
        let shares = max(1, min(seats.count, count / Self.shareLimit))
        let failure = Mutex<CipherError?>(nil)
        DispatchQueue.concurrentPerform(iterations: shares) { number in
            let share = page.records[number * count / shares..<(number + 1) * count / shares]
            seats[number].auditor.withLock { auditor in
                do throws(CipherError) {
                    for record in share {
                        try page.lend(record) { record throws(CipherError) in try auditor.add(record) }
                    }
                } catch {
                    failure.withLock { $0 = error }
                }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    var censuses: [Census] { seats.map { $0.auditor.withLock { $0.census } } }

    var nonces: NonceLog {
        var nonces = NonceLog()
        for seat in seats { nonces.add(seat.auditor.withLock { $0.nonces }) }
        return nonces
    }
}

extension EtcdPage {
    /// Lends a record to an audit.
    fileprivate func lend(
        _ record: EtcdRecord, to body: (borrowing AuditedRecord) throws(CipherError) -> Void
    ) throws(CipherError) {
        let (key, value) = (key(of: record), value(of: record))
        try body(AuditedRecord(key: key, value: value, revision: record.modRevision, version: record.version))
    }

    /// The bytes of keys and values.
    fileprivate var contentByteCount: Int {
        records.reduce(0) { $0 + key(of: $1).byteCount + value(of: $1).byteCount }
    }
}
