import AuditControls
import ClusterSupport
import EncryptionConfig
import EtcdClient
import Foundation
import SecretMemory
import TestSupport

@testable import StorageAudit

/// A store, a configuration, a policy and an audit: what controls are judged by.
struct Scene {
    /// 2026-10-01.
    static let now: Int64 = 1_790_812_800
    /// A month before, and almost three years before.
    static let young = "key-20260901t000000z"
    static let old = "key-20240101t000000z"

    /// The configuration in short form.
    var configuration = "secrets: secretbox \(young)=1"
    /// In the file, this stands for that.
    var replacing: (old: String, new: String)?
    /// What writes the two Secrets of every store; nil for none.
    var writer: String? = "secrets: secretbox \(young)=1"
    /// What is put besides.
    var adding: (inout SnapshotBuilder) throws -> Void = { _ in }
    var policy: String? = """
        cryptoperiods: {aescbc: 365d, aesgcm: 365d, secretbox: 365d}
        mustEncrypt: [secrets]
        """
    /// Instead of ``policy``.
    var preset: PolicyPreset?
    var options = AuditOptions()
    var history = true
    var remnants = true
    var changing: (inout [UInt8]) -> Void = { _ in }
    /// Whether it was read from a running etcd, whose member may lag behind; nil for a snapshot.
    var isSerializable: Bool?
    /// Findings that take much to make.
    var findings: [FindingCode] = []

    struct Judged {
        let result: AuditResult
        let judgement: AuditJudgement
        let breaches: PolicyBreaches?
        let controls: [Control: ControlJudgement]

        func verdict(_ control: Control) -> ControlJudgement.Verdict? { controls[control]?.verdict }
    }

    private func file(_ short: String) throws -> ConfigurationFile {
        var text = ShortConfiguration(short).text
        if let replacing { text = text.replacingOccurrences(of: replacing.old, with: replacing.new) }
        let document = try ConfigurationDocument.read(SecretBytes(Array(text.utf8)))
        return ConfigurationFile(
            path: "enc.yaml", hash: "sha256:00",
            configuration: try EncryptionConfiguration(checking: document, options: .lenient))
    }

    func judged() throws -> Judged {
        let file = try file(configuration)
        var snapshot = SnapshotBuilder()
        if let writer {
            let writer = try self.file(writer).configuration
            for name in ["a", "b"] {
                let key = "/registry/secrets/default/\(name)"
                snapshot.put(key, try writer.sealed(MadeObject.secret(name), at: key))
            }
        }
        try adding(&snapshot)
        var result = try snapshot.audit(
            under: [file], options, history: history, remnants: remnants, changing: changing)
        for code in findings { result.live.findings.count(code) }
        if let isSerializable {
            result.source = AuditedSource(
                revision: result.source.revision, liveKeys: result.source.liveKeys, byteCount: 0,
                origin: .etcd(
                    AuditedSource.Etcd(
                        clusterID: 1, resources: nil, elsewhere: [], transport: .verified, onlyPrefix: nil,
                        isSerializable: isSerializable)))
        }
        var policy = preset?.policy
        if policy == nil, let text = self.policy {
            policy = try AuditPolicy(
                reading: SecretBytes(Array("apiVersion: encconf/v1\nkind: AuditPolicy\n\(text)\n".utf8)),
                path: "p.yaml",
                hash: "sha256:00")
        }
        let breaches = policy.map {
            PolicyBreaches(of: $0, in: result, under: file.configuration, now: Self.now)
        }
        let judgement = AuditJudgement(
            result, under: file.configuration, options: options,
            failOn: Set(FindingCode.allCases.filter(\.countsByDefault)), policy: breaches?.outcome ?? PolicyOutcome())
        let controls = ControlJudge(
            result, judgement, under: file.configuration, options: options,
            policy: policy.flatMap { policy in breaches.map { (policy, $0) } }
        ).judgements()
        return Judged(
            result: result, judgement: judgement, breaches: breaches,
            controls: Dictionary(uniqueKeysWithValues: controls.map { ($0.control, $0) }))
    }
}

extension SnapshotBuilder {
    mutating func put(plainSecret name: String) {
        put("/registry/secrets/default/\(name)", MadeObject.secret(name))
    }

    mutating func put(plainConfigMap name: String) {
        put("/registry/configmaps/default/\(name)", MadeObject.configMap(name))
    }
}
