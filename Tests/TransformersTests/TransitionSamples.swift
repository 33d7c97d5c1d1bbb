import EncryptionConfig
import GoText
import EnvelopeCrypto
import KeyTransition
import KubernetesResources
import SecretMemory
import TestSupport
import Transformers

/// Values as each key of the alphabets writes them.
///
/// For AES-CBC one value for each wrong key is among them that this key opens by chance: of a few hundred values one is,
/// so what happens by chance is no matter of chance here.
struct TransitionSamples: Sendable {
    struct Sample: Sendable {
        let plaintext: [UInt8]
        let value: [UInt8]
        /// Whether a wrong AES-CBC key opens it.
        let isUnlucky: Bool
    }

    static let etcdKey = "/registry/anything/default/one"
    static let shared = Result { try TransitionSamples() }

    private let keys: [Writer: [Sample]]
    let plaintext = [Sample(plaintext: Array("k8s\0plain".utf8), value: Array("k8s\0plain".utf8), isUnlucky: false)]

    private struct Writer: Hashable {
        let provider: ProviderName
        let key: TransitionPlan.Key
    }

    /// The values of a key.
    func samples(of key: StorageKey) throws -> [Sample] {
        switch key {
        case .plaintext: return plaintext
        case .plugin(let plugin): return [try PluginStandIn.sample(of: plugin)]
        case .key(let key, let provider):
            guard
                let name = TransitionPlan.names.firstIndex(where: { $0.utf8.elementsEqual(key.name.utf8) }),
                let bytes = TransitionPlan.secrets.firstIndex(where: {
                    key.secret.isEqual(to: $0)
                })
            else { return [] }
            return keys[Writer(provider: provider, key: .init(name: name, bytes: bytes))] ?? []
        }
    }

    private init() throws {
        var keys: [Writer: [Sample]] = [:]
        for bytes in TransitionPlan.secrets.indices {
            let unlucky = try Self.unluckyMessages(of: bytes)
            for name in TransitionPlan.names.indices {
                let key = TransitionPlan.Key(name: name, bytes: bytes)
                for provider in [ProviderName.aescbc, .aesgcm, .secretbox] {
                    guard provider != .secretbox || TransitionPlan.secrets[bytes].bytes.count == 32 else { continue }
                    var samples = try Self.sealed(by: key, of: provider)
                    if provider == .aescbc {
                        let prefix = Array("k8s:enc:aescbc:v1:\(TransitionPlan.names[name]):".utf8)
                        samples += unlucky.map {
                            Sample(plaintext: $0.plaintext, value: prefix + $0.value, isUnlucky: true)
                        }
                    }
                    keys[Writer(provider: provider, key: key)] = samples
                }
            }
        }
        self.keys = keys
    }

    /// A value of one block and one of two, written under a configuration of this key alone, that no wrong key opens.
    private static func sealed(by key: TransitionPlan.Key, of provider: ProviderName) throws -> [Sample] {
        var plan = TransitionPlan(entries: [])
        plan.entries = [.init(resources: ["secrets"], providers: [.keys(provider.rawValue, [key])])]
        let set = TransformerSet(try configuration(plan.text), unwrapping: PluginStandIn(endpoints: [:]))
        let transformer = try set.transformer(for: GroupResource(parsing: "secrets"))
        let prefixCount = "k8s:enc:\(provider.rawValue):v1:\(TransitionPlan.names[key.name]):".utf8.count
        return try ["k8s\0short", "k8s\0 and a second block"].map { text in
            let plaintext = Array(text.utf8)
            while true {
                var output = SecretBuffer()
                try transformer.seal(
                    plaintext.span.rawBytes, etcdKey: Array(etcdKey.utf8).span.rawBytes, appendingTo: &output)
                let value = output.bytes.copiedToArray()
                let message = Array(value.dropFirst(prefixCount))
                guard try provider != .aescbc || openers(of: message) == [key.bytes] else { continue }
                return Sample(plaintext: plaintext, value: value, isUnlucky: false)
            }
        }
    }

    /// For each wrong key a message of the right one that it opens.
    private static func unluckyMessages(of bytes: Int) throws -> [Sample] {
        let cipher = try AESCBC(key: TransitionPlan.secrets[bytes].bytes)
        let plaintext = Array("k8s\0luck".utf8)
        return try TransitionPlan.secrets.indices.filter { $0 != bytes }.map { wrong in
            while true {
                var output = SecretBuffer()
                try cipher.seal(plaintext.span.rawBytes, appendingTo: &output)
                let message = output.bytes.copiedToArray()
                guard try openers(of: message) == [bytes, wrong].sorted() else { continue }
                return Sample(plaintext: plaintext, value: message, isUnlucky: true)
            }
        }
    }

    /// The keys that open a message without an error.
    private static func openers(of message: [UInt8]) throws -> [Int] {
        try TransitionPlan.secrets.indices.filter { index in
            let cipher = try AESCBC(key: TransitionPlan.secrets[index].bytes)
            var output = SecretBuffer()
            return (try? cipher.open(message.span.rawBytes, appendingTo: &output)) != nil
        }
    }
}

/// The KMS plugins of one configuration: each endpoint decrypts what it encrypted itself, and nothing else.
final class PluginStandIn: KMSUnwrapping {
    private static let dek = [UInt8](repeating: 0x44, count: 32)
    /// By version and name.
    private let endpoints: [String: String]

    init(endpoints: [String: String]) { self.endpoints = endpoints }

    func unwrap(_ request: KMSUnwrapRequest) throws(KMSUnwrapError) -> SecretKey {
        let version = request.version2 == nil ? "v1" : "v2"
        guard let endpoint = endpoints["\(version) \(request.provider)"], request.encryptedKey == Array(endpoint.utf8)
        else { throw .plugin("not mine") }
        return SecretKey(SecretBytes(copying: Self.dek.span.rawBytes))
    }

    func currentKeyID(of plugin: KMSPluginIdentity) throws(KMSUnwrapError) -> ByteName { "1" }

    /// A value as kube-apiserver writes it with the plugin.
    static func sample(of plugin: KMSPlugin) throws -> TransitionSamples.Sample {
        let plaintext = Array("k8s\0kms".utf8)
        let encryptedKey = Array(plugin.endpoint.utf8)
        let cipher = try AESGCM(key: SecretBytes(copying: dek.span.rawBytes))
        var output = SecretBuffer()
        let etcdKey = Array(TransitionSamples.etcdKey.utf8)
        try cipher.seal(plaintext.span.rawBytes, authenticating: etcdKey.span.rawBytes, appendingTo: &output)
        let message = output.bytes.copiedToArray()
        let prefix = Array("k8s:enc:kms:\(plugin.version.rawValue):\(plugin.name):".utf8)
        let count = UInt8(encryptedKey.count)
        let envelope: [UInt8] =
            switch plugin.version {
            case .v1: [0, count] + encryptedKey + message
            // Fields 1, 2 and 3 of EncryptedObject.
            case .v2:
                [0x0a, UInt8(message.count)] + message + [0x12, 1, UInt8(ascii: "1"), 0x1a, count] + encryptedKey
            }
        return .init(plaintext: plaintext, value: prefix + envelope, isUnlucky: false)
    }
}
