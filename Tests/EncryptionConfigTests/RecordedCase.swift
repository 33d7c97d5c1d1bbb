import EncryptionConfig
import Foundation
import GoText
import KubernetesResources
import KubernetesVersions
import TestSupport
import Testing

/// One file that was given to kube-apiserver, and its answers. See testdata/verdicts/README.md.
struct RecordedCase: Decodable {
    let file: String?
    let id: String?
    let content_b64: String?
    let `default`: RecordedVerdict
    let default_reload: RecordedVerdict
    let kmsv1: RecordedVerdict
    let kmsv1_reload: RecordedVerdict
    let effective: [String: EffectiveRule]?
    /// Resource to the prefix of a new value of it.
    let resolved: [String: String]?

    struct EffectiveRule: Decodable, Equatable {
        let write: PrefixedKey
        let read: [PrefixedKey]
    }

    struct PrefixedKey: Decodable, Equatable {
        let provider: String
        let key: String?
        let prefix: String
    }

    private static let kmsv1 = FeatureGates([.kmsv1: true])

    /// The modes with their verdicts.
    var modes: [(options: ServerOptions, verdict: RecordedVerdict)] {
        [
            (ServerOptions(), `default`), (ServerOptions(automaticReload: true), default_reload),
            (ServerOptions(gates: Self.kmsv1), kmsv1),
            (ServerOptions(automaticReload: true, gates: Self.kmsv1), kmsv1_reload),
        ]
    }

    /// The name that the recorded texts have for the file.
    var name: String { file ?? "config.yaml" }

    /// The file.
    func bytes() throws -> [UInt8] {
        if let file { return try TestData.bytes("verdicts/\(file)") }
        return [UInt8](Data(base64Encoded: content_b64 ?? "") ?? Data())
    }

    /// All files of `verdicts`.
    static func files() throws -> [RecordedCase] {
        struct Index: Decodable { let cases: [RecordedCase] }
        return try TestData.json("verdicts/index.json", as: Index.self).cases
    }

    /// The files that were made by mutation.
    static func mutants() throws -> [RecordedCase] { try GzipLines.decode("mutants.jsonl.gz") }
}

/// What kube-apiserver said of a file in one mode of operation.
struct RecordedVerdict: Decodable {
    let ok: Bool
    let stage: String?
    let error: String?
}

extension RecordedCase {
    /// Whether an accepted configuration has the keys that were recorded.
    func check(
        _ configuration: EncryptionConfiguration, effective: [String: EffectiveRule]?, resolved: [String: String]?,
        name: String
    ) {
        let resolution = ResourceResolution(configuration)
        let found = resolution.rules.map { rule in
            let read = rule.providers.flatMap(Self.prefixedKeys)
            return (rule.pattern.description, EffectiveRule(write: read[0], read: read))
        }
        #expect(Dictionary(found) { first, _ in first } == effective ?? self.effective, "\(name)")
        for (resource, prefix) in resolved ?? self.resolved ?? [:] {
            let rule = resolution.rule(for: GroupResource(parsing: resource))
            let writer = (rule?.providers ?? [.implicitIdentity]).flatMap(Self.prefixedKeys)[0]
            #expect(writer.prefix == prefix, "\(name): \(resource)")
        }
    }

    private static func prefixedKeys(of provider: Provider) -> [PrefixedKey] {
        let name = provider.name.rawValue
        switch provider.kind {
        case .identity: return [.init(provider: name, key: nil, prefix: "")]
        case .kms(let plugin):
            let prefix = "k8s:enc:kms:\(plugin.version.rawValue):\(plugin.name):"
            return [.init(provider: name, key: plugin.name.text, prefix: prefix)]
        default:
            return provider.keys.map {
                .init(provider: name, key: $0.name.text, prefix: "k8s:enc:\(name):v1:\($0.name):")
            }
        }
    }
}
