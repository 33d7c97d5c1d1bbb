public import EncryptionConfig
import EnvelopeCrypto
import KubernetesResources
import SecretMemory
import TestSupport
import Transformers

extension EncryptionConfiguration {
    /// What a server with this configuration would store. The recorded vectors of TransformersTests show that values
    /// made like this are those of kube-apiserver.
    public func sealed(_ plaintext: [UInt8], at etcdKey: String, for resource: String = "secrets") throws -> [UInt8] {
        let transformer = try TransformerSet(self, unwrapping: NoKMS())
            .transformer(for: GroupResource(parsing: resource))
        var value = SecretBuffer()
        try transformer.seal(
            plaintext.span.rawBytes, etcdKey: Array(etcdKey.utf8).span.rawBytes, appendingTo: &value)
        return value.bytes.copiedToArray()
    }
}

extension SnapshotBuilder {
    /// Puts a Secret of the namespace `default`, stored as the configuration has it.
    public mutating func put(secret name: String, by short: String) throws {
        let key = "/registry/secrets/default/\(name)"
        put(key, try ShortConfiguration(short).configuration().sealed(MadeObject.secret(name), at: key))
    }
}
