import EncryptionConfig
import EnvelopeCrypto
import GoText
import KubernetesResources
import KubernetesVersions
import TestSupport
import Testing
import Transformers

/// All values that were recorded from a real kube-apiserver, with its answers.
struct RecordedVectorTests {
    @Test(arguments: try RecordedVector.all())
    func opensAsKubernetesDoes(_ vector: RecordedVector) throws {
        let plugin = Base64KMS(keyID: ByteName(vector.kms?.current_key_id ?? "1"))
        let kubernetes: KubernetesVersion = vector.isOfDEKWriter ? KubernetesVersion(minor: 28) : .newest
        let transformers = TransformerSet(
            try configuration(vector.config, kubernetes: kubernetes), unwrapping: plugin)
        let transformer = try transformers.transformer(for: GroupResource(parsing: vector.resource))
        switch open(vector.value, etcdKey: vector.storage_path, with: transformer) {
        case .opened(let plaintext, let stale, let provider, let key):
            #expect(vector.ok)
            #expect(plaintext == vector.plaintext)
            #expect(stale == vector.stale)
            #expect(provider.rawValue == vector.provider)
            if !vector.provider.hasPrefix("kms") { #expect(key ?? "" == vector.key_name) }
        case .failed(let error):
            #expect(!vector.ok)
            // Where Kubernetes panics it has no error text, and neither have we.
            #expect(error.apiserverText() == vector.error)
            #expect((vector.panic != nil) == (error.apiserverText() == nil))
        }
    }

    @Test func allAreThere() throws {
        #expect(try RecordedVector.all().count == 1432)
    }
}
