import ConfigurationLint
import EncryptionConfig
import SecretMemory
import TestSupport
import Testing

/// Keys of which nothing may be shown that depends on their bytes.
struct WeakKeyTests {
    @Test(arguments: [
        ("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", true),  // counts
        ("AAAAAAAAAAAAAAAAAAAAAA==", true),  // one byte
        ("c2VjcmV0IGlzIHNlY3VyZQ==", true),  // documented, and text
        ("z01mye6j16bspJYtTB/5SFX8j7Ph4JXxM2Xuu4vsBPM=", true),  // documented
        ("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZTA=", true),  // hexadecimal digits
        ("mK1vQ2h8Zr0c5yU7d9wXeR3tB6nGpL4sJfHaVoIq+Wk=", false),
        ("mK1vQ2h8Zr0c5yU7d9wXeQ==", false),
    ])
    func isWeak(base64: String, isWeak: Bool) throws {
        let text = """
            apiVersion: apiserver.config.k8s.io/v1
            kind: EncryptionConfiguration
            resources: [{resources: [secrets], providers: [{aescbc: {keys: [{name: a, secret: "\(base64)"}]}}]}]
            """
        let document = try ConfigurationDocument.read(SecretBytes(copying: Array(text.utf8).span.bytes))
        let configuration = try EncryptionConfiguration(checking: document)
        #expect(configuration.keys.map(\.key.isWeak) == [isWeak])
    }
}
