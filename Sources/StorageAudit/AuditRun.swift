internal import Dispatch
internal import DurableFiles
public import EncryptionConfig
public import EnvelopeCrypto
internal import Glibc
internal import KineDatabase

/// What audits of several sources have in common.
public struct AuditRun: Sendable {
    /// The configuration in force, then archives.
    public let configurations: [ConfigurationFile]
    /// Who decrypts the keys of KMS values; all sources share it, so that no key is asked for twice.
    public let unwrapping: any KMSUnwrapping & Sendable
    public let options: AuditOptions
    /// The number of threads.
    public let jobs: Int

    /// - Parameter jobs: The number of threads; nil for one on each processor.
    public init(
        configurations: [ConfigurationFile], unwrapping: any KMSUnwrapping & Sendable, options: AuditOptions,
        jobs: Int? = nil
    ) {
        self.configurations = configurations
        self.unwrapping = unwrapping
        self.options = options
        self.jobs = jobs ?? Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }

    /// Audits a snapshot file, or a database of kine.
    public func audit(
        snapshot path: String, history: Bool = false, remnants: Bool = false, isSalvage: Bool = false,
        progress: any AuditProgress
    ) throws(AuditError) -> AuditResult {
        let file: MappedFile
        do { file = try MappedFile(path) } catch { throw .file(error) }
        if KineDatabase.isDatabase(beginningWith: file.span) {
            if remnants { throw .notForKine(path, .remnants) }
            if isSalvage { throw .notForKine(path, .salvage) }
            let audit = KineAudit(
                file: file, configurations: configurations.map(\.configuration), unwrapping: unwrapping,
                options: options)
            return try timed { () throws(AuditError) in try audit.run(history: history, progress: progress) }
        }
        let audit = SnapshotAudit(
            file: file, configurations: configurations.map(\.configuration), unwrapping: unwrapping,
            options: options, jobs: jobs, isSalvage: isSalvage)
        return try timed { () throws(AuditError) in
            try audit.run(history: history, remnants: remnants, progress: progress)
        }
    }

    /// Audits the data directory of a stopped etcd member: its database, and what only its write-ahead log holds.
    public func audit(
        dataDirectory path: String, history: Bool = false, remnants: Bool = false, isSalvage: Bool = false,
        progress: any AuditProgress
    ) throws(AuditError) -> AuditResult {
        let directory: MemberDirectory
        do { directory = try MemberDirectory(path) } catch { throw .file(error) }
        let audit = SnapshotAudit(
            file: directory.database, configurations: configurations.map(\.configuration), unwrapping: unwrapping,
            options: options, jobs: jobs, isSalvage: isSalvage, log: directory.log)
        return try timed { () throws(AuditError) in
            let result = try audit.run(history: history, remnants: remnants, progress: progress)
            do throws(FileError) { try directory.checkUnchanged() } catch { throw .file(error) }
            return result
        }
    }

    /// Audits etcd.
    public func audit(_ source: EtcdSource, progress: any AuditProgress) throws(AuditError) -> AuditResult {
        var options = options
        options.prefix = source.prefix
        let audit = EtcdAudit(
            source: source, configurations: configurations.map(\.configuration), unwrapping: unwrapping,
            options: options, jobs: jobs)
        return try timed { () throws(AuditError) in try audit.run(progress: progress) }
    }

    private func timed(_ audit: () throws(AuditError) -> AuditResult) throws(AuditError) -> AuditResult {
        let start = DispatchTime.now().uptimeNanoseconds
        var result = try audit()
        result.elapsedSeconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
        return result
    }
}
