internal import EncryptionConfig
internal import KubernetesObjects
internal import Transformers

/// Why kube-apiserver cannot read a stored value.
public enum UnreadableCause: String, Sendable, CaseIterable {
    /// The value is plaintext, and the entry of its resource has no identity.
    case identityMissing
    /// The value is encrypted, and no entry covers its resource.
    case entryMissing
    /// The entry of its resource has no provider for the prefix of the value.
    case providerMissing
    /// The provider has no key of the name in the value.
    case keyMissing
    /// A key of the name is there with other bytes: a key at hand decrypts the value.
    case keyDiffers
    /// A key of the name is there, and no key at hand decrypts the value: its key is lost, or the value is damaged.
    case undecryptable
    /// The envelope of a KMS value is damaged.
    case envelopeDamaged
    /// The KMS plugin refuses the value.
    case pluginRefuses
    /// The value has a prefix that no provider of Kubernetes has.
    case prefixUnknown
    /// The value decrypts, or is plaintext, and it is not an object.
    case notAnObject

    /// - Parameters:
    ///   - error: What kube-apiserver answers.
    ///   - label: What the value says of itself.
    ///   - isFound: Whether a key at hand decrypts the value.
    init(_ error: TransformError, label: StoredLabel, isFound: Bool) {
        guard label.provider != .identity else {
            self = .identityMissing
            return
        }
        guard label.provider != nil else {
            self = .prefixUnknown
            return
        }
        // The errors of one value are those of the keys of its name, or one that says that there is none.
        for failure in error.failures {
            switch failure {
            case .encryptedWithoutRule: self = .entryMissing
            case .noMatchingProvider: self = .providerMissing
            case .noMatchingKey: self = .keyMissing
            case .cipher: self = isFound ? .keyDiffers : .undecryptable
            case .envelope: self = .envelopeDamaged
            case .plugin: self = .pluginRefuses
            case .pluginNotAsked, .pluginWithoutAnswer: continue
            }
            return
        }
        self = .undecryptable
    }
}
