public import Diagnostics
public import KubernetesVersions
public import SecretMemory

/// A value of the file, and its place.
public struct Located<Value: Sendable>: Sendable {
    public let value: Value
    public let position: SourcePosition
}

/// A parsed `EncryptionConfiguration`: every field that the file sets, valid or not.
///
/// The names are those of the fields of the API (k8s.io/apiserver 1.36, pkg/apis/apiserver/v1/types_encryption.go).
/// What kube-apiserver defaults is still nil here.
public struct ConfigurationDocument: Sendable {
    /// How the file says what it is.
    public enum Form: String, Sendable {
        /// `apiserver.config.k8s.io/v1`, `EncryptionConfiguration`.
        case current
        /// `v1`, `EncryptionConfig`, which kube-apiserver still reads.
        case legacy
        /// No `apiVersion` and no `kind`, as Talos stores it. kube-apiserver would reject the file.
        case headerless
    }

    public let form: Form
    public let resources: [ResourceConfiguration]
    /// The place of the list of resources, or of the document without a list.
    public let position: SourcePosition
    /// Knows the secrets of the file, for every text that quotes it.
    let redactor: SecretRedactor
    /// The version of kube-apiserver that read it, whose rules are those of the file.
    public let kubernetes: KubernetesVersion
    /// The fields that the version ignored, in file order; always empty for a strict version.
    public let ignored: [IgnoredField]
}

/// One item of `resources`.
public struct ResourceConfiguration: Sendable {
    public let resources: [Located<String>]
    public let providers: [ProviderConfiguration]
    public let position: SourcePosition
}

/// One item of `providers`. Exactly one field should be set.
public struct ProviderConfiguration: Sendable {
    public let aesgcm: KeyListConfiguration?
    public let aescbc: KeyListConfiguration?
    public let secretbox: KeyListConfiguration?
    public let identity: Located<Void>?
    public let kms: KMSConfiguration?
    public let position: SourcePosition
}

/// The keys of a provider, in order.
public struct KeyListConfiguration: Sendable {
    public let keys: [KeyConfiguration]
    /// Whether the file has no list at all, which kube-apiserver prints in another way than an empty one.
    let isNull: Bool
    public let position: SourcePosition
}

/// One key, still in base64.
public struct KeyConfiguration: Sendable {
    public let name: Located<String>?
    public let secret: Located<SecretKey>?
    public let position: SourcePosition
}

/// One KMS plugin.
public struct KMSConfiguration: Sendable {
    public let apiVersion: Located<String>?
    public let name: Located<String>?
    public let cachesize: Located<Int32>?
    public let endpoint: Located<String>?
    /// In nanoseconds.
    public let timeout: Located<Int64>?
    public let position: SourcePosition
}
