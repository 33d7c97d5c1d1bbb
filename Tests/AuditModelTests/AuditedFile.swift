import EncryptionConfig
import EnvelopeCrypto
import Foundation
import KubernetesResources
import StorageAudit

/// A snapshot file of a model store, and the audit of it.
enum AuditedFile {
    struct Silent: AuditProgress {
        func start(total: Int) {}
        func advance(by count: Int) {}
        func finish() {}
    }

    /// Audits the file through ``AuditRun``, as the command does.
    static func audit(
        _ bytes: [UInt8], under file: ConfigurationFile, _ options: ModelOptions, findingLimit: Int = 20, jobs: Int = 1
    ) throws -> AuditResult {
        let path = FileManager.default.temporaryDirectory.path + "/audit-model-\(UUID().uuidString).db"
        // Of another time than now, since a file of this very moment is read a little later.
        let attributes: [FileAttributeKey: Any] = [.modificationDate: Date(timeIntervalSince1970: 1_700_000_000.5)]
        guard FileManager.default.createFile(atPath: path, contents: Data(bytes), attributes: attributes) else {
            throw CocoaError(.fileWriteUnknown)
        }
        defer { try? FileManager.default.removeItem(atPath: path) }
        let run = AuditRun(
            configurations: [file], unwrapping: NoKMS(), options: auditOptions(options, findingLimit: findingLimit),
            jobs: jobs)
        return try run.audit(snapshot: path, history: options.history, progress: Silent())
    }

    static func auditOptions(_ options: ModelOptions, findingLimit: Int) -> AuditOptions {
        AuditOptions(
            findingLimit: findingLimit, resources: options.resources.map { Set($0.map(\.groupResource)) },
            prefix: options.prefix)
    }
}

extension ModelResource {
    var groupResource: GroupResource { GroupResource(parsing: description) }

    init(_ resource: GroupResource) {
        let parts = "\(resource)".split(separator: ".", maxSplits: 1)
        self.init(String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
    }
}
