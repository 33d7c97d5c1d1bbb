public import EncryptionConfig
internal import EnvelopeCrypto

extension Provider {
    /// What the values of this provider begin with: for keys without their names, for KMS with the provider's, for
    /// identity nothing.
    public var storedPrefix: String {
        switch kind {
        case .identity: ""
        case .aescbc: EnvelopePrefix.aescbc
        case .aesgcm: EnvelopePrefix.aesgcm
        case .secretbox: EnvelopePrefix.secretbox
        case .kms(let plugin):
            (plugin.version == .v1 ? EnvelopePrefix.kmsv1 : EnvelopePrefix.kmsv2) + plugin.name + ":"
        }
    }
}
