/// The prefix of an encrypted value in etcd, which names the provider and the key.
///
/// (k8s.io/apiserver 1.36, pkg/server/options/encryptionconfig/config.go, `*TransformerPrefix*`.)
public enum EnvelopePrefix {
    /// What every encrypted value begins with (pkg/storage/value/encrypt/identity/identity.go, `encryptedPrefix`).
    public static let anyEncrypted = "k8s:enc:"
    public static let aescbc = "k8s:enc:aescbc:v1:"
    public static let aesgcm = "k8s:enc:aesgcm:v1:"
    public static let secretbox = "k8s:enc:secretbox:v1:"
    /// The name of the KMS provider and a colon follow.
    public static let kmsv1 = "k8s:enc:kms:v1:"
    /// The name of the KMS provider and a colon follow.
    public static let kmsv2 = "k8s:enc:kms:v2:"
}
