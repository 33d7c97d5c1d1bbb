import EncryptionConfig
import EnvelopeCrypto
import KubernetesResources
import SecretMemory
import TestSupport
import Transformers

@testable import StorageAudit

/// A record that a test made.
struct MadeRecord {
    var key: String
    var value: [UInt8]
    var revision: Int64 = 1
    var version: Int64 = 1
}

/// What tests of the audit put together: configurations, objects, stored values and their census.
enum Made {
    static let secretA = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    static let secretB = "ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1+f4CBgoM="

    /// A configuration of some entries, each `resources: providers` in YAML's flow style.
    static func configuration(_ entries: (resources: String, providers: String)...) throws -> EncryptionConfiguration {
        let list = entries.map { "{resources: [\($0.resources)], providers: [\($0.providers)]}" }
        let text = """
            apiVersion: apiserver.config.k8s.io/v1
            kind: EncryptionConfiguration
            resources: [\(list.joined(separator: ", "))]
            """
        let document = try ConfigurationDocument.read(SecretBytes(copying: Array(text.utf8).span.rawBytes))
        return try EncryptionConfiguration(checking: document)
    }

    /// A provider with keys, in order.
    static func provider(_ name: String, _ keys: (name: String, secret: String)...) -> String {
        "\(name): {keys: [\(keys.map { "{name: '\($0.name)', secret: \($0.secret)}" }.joined(separator: ", "))]}"
    }

    /// An object as kube-apiserver stores custom resources, which every reader takes.
    static func object(
        _ name: String, namespace: String = "default", kind: String = "Secret", apiVersion: String = "v1",
        data: String = ""
    ) -> [UInt8] {
        Array(
            #"{"apiVersion":"\#(apiVersion)","kind":"\#(kind)","metadata":{"name":"\#(name)","namespace":"\#(namespace)"},"data":{"d":"\#(data)"}}"#
                .utf8)
    }

    /// The value that the first provider of a configuration would store for `resource`.
    static func sealed(
        _ plaintext: [UInt8], at etcdKey: String, by configuration: EncryptionConfiguration,
        for resource: String = "secrets"
    ) throws -> [UInt8] {
        let transformer = try TransformerSet(configuration, unwrapping: NoKMS())
            .transformer(for: GroupResource(parsing: resource))
        var value = SecretBuffer()
        try transformer.seal(
            plaintext.span.rawBytes, etcdKey: Array(etcdKey.utf8).span.rawBytes, appendingTo: &value)
        return value.bytes.copiedToArray()
    }

    static func auditor(_ configurations: [EncryptionConfiguration], _ options: AuditOptions = AuditOptions())
        -> Auditor
    {
        Auditor(configurations, unwrapping: NoKMS(), options: options)
    }
}

extension Auditor {
    func add(_ record: MadeRecord) throws {
        let (key, value) = (Array(record.key.utf8), record.value)
        try add(
            AuditedRecord(
                key: key.span.rawBytes, value: value.span.rawBytes, revision: record.revision, version: record.version))
    }

    /// The findings of the second look at nonces, over the same records.
    func nonceFindings(in records: [MadeRecord]) throws -> [AuditFinding] {
        let repeated = nonces.repeated()
        var seen = NonceUses()
        for record in records {
            let (key, value) = (Array(record.key.utf8), record.value)
            try checkNonce(
                AuditedRecord(
                    key: key.span.rawBytes, value: value.span.rawBytes, revision: record.revision,
                    version: record.version),
                repeated: repeated, seen: &seen)
        }
        return census.findings.kept[.nonceReuse] ?? []
    }
}

extension Census {
    /// The etcd keys of the findings, by code.
    var found: [FindingCode: [String]] {
        findings.kept.mapValues { $0.map { String(decoding: $0.etcdKey, as: UTF8.self) } }
    }

    subscript(_ resource: String) -> ResourceCensus { resources[GroupResource(parsing: resource)] ?? ResourceCensus() }
}
