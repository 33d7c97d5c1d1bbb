internal import Explanations
internal import Reports
internal import StorageAudit

extension AuditRun {
    /// Audits a snapshot file.
    func report(
        snapshot path: String, failOn: Set<String>, history: Bool = false, remnants: Bool = false,
        isSalvage: Bool = false
    ) throws(CommandFailure) -> AuditReport {
        do {
            let result = try audit(
                snapshot: path, history: history, remnants: remnants, isSalvage: isSalvage,
                progress: AuditProgressLine(path))
            return AuditReport(
                path: path, configurations: configurations, result: result, failOn: failOn, options: options)
        } catch {
            throw error.failure
        }
    }

    /// Audits etcd.
    func report(_ source: EtcdSource, failOn: Set<String>) throws(CommandFailure) -> AuditReport {
        do {
            let result = try audit(source, progress: AuditProgressLine(source.name))
            return AuditReport(
                path: source.name, configurations: configurations, result: result, failOn: failOn, options: options)
        } catch {
            throw error.failure
        }
    }
}
