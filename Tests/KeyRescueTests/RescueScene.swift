import ClusterSupport
import EncryptionConfig
import EnvelopeCrypto
import KeyRescue
import KubernetesResources
import SecretMemory
import StorageAudit
import TestSupport

/// A store, the file that servers run, and archives.
struct RescueScene {
    var snapshot = SnapshotBuilder()
    /// The text of the file in force.
    let text: String
    let archives: [EncryptionConfiguration]

    /// - Parameter file: In short form.
    init(_ file: String, archives: String...) throws {
        text = ShortConfiguration(file).text
        self.archives = try archives.map { try ShortConfiguration($0).configuration() }
    }

    init(text: String, archives: [EncryptionConfiguration]) {
        self.text = text
        self.archives = archives
    }

    static let options: AuditOptions = {
        var options = AuditOptions(findingLimit: 1000)
        options.isTriage = true
        return options
    }()

    func configuration(_ text: SecretKey) throws -> EncryptionConfiguration {
        try EncryptionConfiguration(
            checking: ConfigurationDocument.read(SecretBytes(copying: text.span)), options: .lenient)
    }

    func audit(under configuration: EncryptionConfiguration) throws -> AuditResult {
        let all = [configuration] + archives
        return try snapshot.audit(
            under: all.map { ConfigurationFile(path: "x", hash: "", configuration: $0) }, Self.options)
    }

    /// The plan and its judgement.
    func rescue() throws -> (plan: RescuePlan, judgement: RescueJudgement) {
        let text = SecretKey(SecretBytes(Array(text.utf8)))
        let configuration = try configuration(text)
        let before = try audit(under: configuration)
        let plan = RescuePlan(
            of: [before.live.unreadable.groups], for: configuration, text: text, RescuePlan.Rules(options: .lenient))
        // What the text says is what the plan promises.
        let rescued = try self.configuration(plan.text)
        #expect(plan.proof.rolling == .yes)
        #expect(
            StorageKey.list(of: rescued.entries.flatMap(\.providers)).map(\.label)
                == StorageKey.list(of: plan.configuration.entries.flatMap(\.providers)).map(\.label))
        let after = try audit(under: rescued)
        return (
            plan,
            RescueJudgement(["snapshot.db"], before: [before], after: [after], under: rescued, Self.options)
        )
    }

    /// Puts a Secret, encrypted with the write key of a configuration in short form.
    mutating func put(secret name: String, by short: String) throws { try snapshot.put(secret: name, by: short) }
}

extension RescuePlan {
    /// The added keys, each with its entry.
    var additions: [String] {
        added.map { "\($0.path) \($0.key.key.provider.rawValue) \($0.key.storedName?.text ?? "-")" }
    }
}

import Testing
