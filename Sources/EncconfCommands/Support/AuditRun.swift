internal import Dispatch
internal import EnvelopeCrypto
internal import Glibc
internal import StorageAudit

/// What audits of several sources have in common.
struct AuditRun {
    /// The configuration in force, then archives.
    let configurations: [ConfigurationFile]
    /// Who decrypts the keys of KMS values; all sources share it, so that no key is asked for twice.
    let unwrapping: any KMSUnwrapping & Sendable
    let options: AuditOptions
    /// The codes of findings that are breaches.
    let failOn: Set<String>
    var jobs = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    /// Audits a snapshot file.
    func report(
        snapshot path: String, history: Bool = false, remnants: Bool = false, isSalvage: Bool = false
    ) throws(CommandFailure) -> AuditReport {
        let audit = SnapshotAudit(
            file: try MappedFile(path), configurations: configurations.map(\.configuration), unwrapping: unwrapping,
            options: options, jobs: jobs, isSalvage: isSalvage)
        return try report(path) { progress throws(CommandFailure) in
            try audit.run(history: history, remnants: remnants, progress: progress)
        }
    }

    /// Audits a living etcd.
    func report(_ source: EtcdSource) throws(CommandFailure) -> AuditReport {
        var options = options
        options.prefix = source.prefix
        let audit = EtcdAudit(
            source: source, configurations: configurations.map(\.configuration), unwrapping: unwrapping,
            options: options, jobs: jobs)
        return try report(source.name) { progress throws(CommandFailure) in try audit.run(progress: progress) }
    }

    private func report(
        _ name: String, _ audit: (Progress) throws(CommandFailure) -> AuditResult
    ) throws(CommandFailure) -> AuditReport {
        let start = DispatchTime.now().uptimeNanoseconds
        let result = try audit(Progress(name.printable))
        return AuditReport(
            path: name, configurations: configurations, result: result, failOn: failOn,
            isCensusOnly: options.isCensusOnly,
            elapsedSeconds: Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9, resources: options.resources)
    }
}
