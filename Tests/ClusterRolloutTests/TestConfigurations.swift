import EncryptionConfig
import SecretMemory

enum TestConfigurations {
    /// A file that covers everything by a wildcard.
    static func everything() throws -> EncryptionConfiguration {
        let text = Array(
            """
            apiVersion: apiserver.config.k8s.io/v1
            kind: EncryptionConfiguration
            resources:
            - resources: ["*.*"]
              providers:
              - aesgcm:
                  keys:
                  - {name: k1, secret: AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=}
            """.utf8)
        let document = try ConfigurationDocument.read(SecretBytes(copying: text.span.rawBytes), headerless: false)
        return try EncryptionConfiguration(checking: document, options: .lenient)
    }
}
