public import EncryptionConfig
internal import EnvelopeCrypto
public import GoText

extension Provider {
    /// What the values of this provider begin with: for keys without their names, for KMS with the provider's, for
    /// identity nothing.
    public var storedPrefix: ByteName {
        switch kind {
        case .identity: ""
        case .aescbc: ByteName(EnvelopePrefix.aescbc)
        case .aesgcm: ByteName(EnvelopePrefix.aesgcm)
        case .secretbox: ByteName(EnvelopePrefix.secretbox)
        case .kms(let plugin):
            ByteName("\(plugin.version == .v1 ? EnvelopePrefix.kmsv1 : EnvelopePrefix.kmsv2)\(plugin.name):")
        }
    }
}
