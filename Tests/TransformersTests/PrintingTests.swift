import EncryptionConfig
import EnvelopeCrypto
import Foundation
import KubernetesResources
import SecretMemory
import TestSupport
import Testing
import Transformers

/// That whatever holds keys of a configuration can be printed without showing them.
struct PrintingTests {
    private static let secrets = ["correct horse battery staple 32B", "sixteen bytes ok"]
    private static let text = """
        {"apiVersion": "apiserver.config.k8s.io/v1", "kind": "EncryptionConfiguration", "resources": [
        {"resources": ["secrets"], "providers": [
        \(TestProvider.aescbc(TestKey("one", Array(secrets[0].utf8)), TestKey("two", Array(secrets[1].utf8))).json),
        \(TestProvider.aesgcm(TestKey("one", Array(secrets[0].utf8))).json),
        \(TestProvider.secretbox(TestKey("one", Array(secrets[0].utf8))).json),
        {"identity": {}}]}]}
        """

    /// How the keys could show themselves: as text, base64, hexadecimal, numbers.
    private static let traces = secrets.flatMap { secret in
        let bytes = Array(secret.utf8)
        return [
            secret, String(secret.prefix(6)), String(Data(bytes).base64EncodedString().prefix(8)),
            Digest.hexadecimal(bytes.prefix(6)), bytes.prefix(6).map { "\($0)" }.joined(separator: ", "),
        ]
    }

    @Test(arguments: [
        "document", "configuration", "entry", "provider", "key", "keys", "resolution", "rule", "opened", "failure",
    ])
    func showsNoKey(_ what: String) throws {
        let configuration = try configuration(Self.text)
        let bytes = Array(Self.text.utf8)
        let entry = configuration.entries[0]
        let resolution = ResourceResolution(configuration)
        let transformer = try ResourceTransformer(resolution.rules[0], unwrapping: NoKMS())
        var output = SecretBuffer()
        let sealed = try transformer.seal([1, 2, 3])
        let etcdKey = Array(secretEtcdKey.utf8)
        let value: Any =
            switch what {
            case "document": try ConfigurationDocument.read(SecretBytes(copying: bytes.span.rawBytes))
            case "configuration": configuration
            case "entry": entry
            case "provider": entry.providers[0]
            case "key": entry.providers[0].keys[0]
            case "keys": configuration.keys
            case "resolution": resolution
            case "rule": resolution.rules[0]
            case "opened":
                try transformer.open(
                    sealed.span.rawBytes, etcdKey: etcdKey.span.rawBytes, appendingTo: &output)
            default: open(Array(sealed.dropLast(1)), etcdKey: secretEtcdKey, with: transformer)
            }
        var dumped = ""
        dump(value, to: &dumped)
        for shown in ["\(value)", String(describing: value), String(reflecting: value), dumped] {
            for trace in Self.traces { #expect(!shown.contains(trace)) }
        }
        if what != "failure" { #expect(dumped.contains("<secret, ")) }
    }
}
