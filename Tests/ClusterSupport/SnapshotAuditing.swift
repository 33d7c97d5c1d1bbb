public import EncryptionConfig
public import EnvelopeCrypto
import Foundation
public import StorageAudit
import TestSupport

extension SnapshotBuilder {
    /// The audit of the file.
    ///
    /// - Parameters:
    ///   - configurations: The one in force first.
    ///   - change: What happens to the bytes of the file.
    public func audit(
        under configurations: [ConfigurationFile], _ options: AuditOptions = AuditOptions(), history: Bool = false,
        remnants: Bool = false, isSalvage: Bool = false, unwrapping: any KMSUnwrapping & Sendable = NoKMS(),
        changing change: (inout [UInt8]) -> Void = { _ in }
    ) throws -> AuditResult {
        var bytes = try file()
        change(&bytes)
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("encconf-\(UUID().uuidString).db")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(bytes).write(to: file)
        let run = AuditRun(configurations: configurations, unwrapping: unwrapping, options: options, jobs: 1)
        return try run.audit(
            snapshot: file.path, history: history, remnants: remnants, isSalvage: isSalvage, progress: NoProgress())
    }

    private struct NoProgress: AuditProgress {
        func start(total: Int) {}
        func advance(by count: Int) {}
        func finish() {}
    }
}
