import EncryptionConfig
import EnvelopeCrypto
import Foundation
import KubernetesResources
import KubernetesVersions
import SecretMemory
import TestSupport
import Testing
import Transformers

/// A provider as a test wants it, to be made into a configuration for secrets.
enum TestProvider: Sendable, Equatable {
    case identity
    case keys(ProviderName, [TestKey])
    case kms(ProviderName, String)

    var json: String {
        switch self {
        case .identity: return #"{"identity": {}}"#
        case .keys(let provider, let keys):
            let keys = keys.map { #"{"name": "\#($0.name)", "secret": "\#(Data($0.bytes).base64EncodedString())"}"# }
            return #"{"\#(provider.rawValue)": {"keys": [\#(keys.joined(separator: ", "))]}}"#
        case .kms(let version, let name):
            let api = version == .kmsv1 ? "v1" : "v2"
            return
                #"{"kms": {"apiVersion": "\#(api)", "name": "\#(name)", "endpoint": "unix:///\#(version.rawValue)/\#(name)"}}"#
        }
    }

    static func aescbc(_ keys: TestKey...) -> TestProvider { .keys(.aescbc, keys) }
    static func aesgcm(_ keys: TestKey...) -> TestProvider { .keys(.aesgcm, keys) }
    static func secretbox(_ keys: TestKey...) -> TestProvider { .keys(.secretbox, keys) }
}

struct TestKey: Sendable, Equatable {
    let name: String
    let bytes: [UInt8]

    init(_ name: String, _ bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    /// A key of one byte, over and over.
    init(_ name: String, _ byte: UInt8, count: Int = 32) {
        self.init(name, [UInt8](repeating: byte, count: count))
    }
}

let secretEtcdKey = "/registry/secrets/default/foo"

/// The transformer of secrets under these providers.
func transformer(
    _ providers: [TestProvider], _ kubernetes: KubernetesVersion = .newest, unwrapping: any KMSUnwrapping = NoKMS()
) throws -> ResourceTransformer {
    let text = """
        {"apiVersion": "apiserver.config.k8s.io/v1", "kind": "EncryptionConfiguration", "resources": [
        {"resources": ["secrets"], "providers": [\(providers.map(\.json).joined(separator: ", "))]}]}
        """
    let transformers = TransformerSet(try configuration(text, kubernetes: kubernetes), unwrapping: unwrapping)
    return try transformers.transformer(for: GroupResource(parsing: "secrets"))
}

extension ResourceTransformer {
    /// Seals a value under the etcd key of the tests.
    func seal(_ plaintext: [UInt8], etcdKey: String = secretEtcdKey) throws -> [UInt8] {
        let key = Array(etcdKey.utf8)
        var output = SecretBuffer()
        try seal(plaintext.span.rawBytes, etcdKey: key.span.rawBytes, appendingTo: &output)
        return output.bytes.copiedToArray()
    }
}

/// Seals with one key directly, and puts the prefixes in front.
func seal(_ plaintext: [UInt8], _ provider: ProviderName, _ key: TestKey, etcdKey: String = secretEtcdKey) throws
    -> [UInt8]
{
    let context = Array(etcdKey.utf8)
    let secret = SecretKey(key.bytes)
    var output = SecretBuffer()
    output.append("k8s:enc:\(provider.rawValue):v1:\(key.name):")
    switch provider {
    case .aescbc: try AESCBC(key: secret.bytes).seal(plaintext.span.rawBytes, appendingTo: &output)
    case .aesgcm:
        try AESGCM(key: secret.bytes).seal(
            plaintext.span.rawBytes, authenticating: context.span.rawBytes, appendingTo: &output)
    case .secretbox: try Secretbox(key: secret).seal(plaintext.span.rawBytes, appendingTo: &output)
    case .identity, .kmsv1, .kmsv2: Issue.record("no key of its own")
    }
    return output.bytes.copiedToArray()
}
