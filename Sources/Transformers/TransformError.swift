public import EncryptionConfig
public import EnvelopeCrypto
public import GoText
public import KubernetesVersions

/// One reason why a value could not be opened.
public enum TransformFailure: Error, Equatable {
    /// No provider of the list has the prefix of the value.
    case noMatchingProvider
    /// The provider has no key of the name in the value.
    case noMatchingKey(ProviderName)
    /// No entry covers the resource, so it is read as plaintext, and the value is encrypted.
    case encryptedWithoutRule
    /// A key or provider of the right name, and what its cipher says.
    case cipher(CipherError, provider: ProviderName, key: ByteName)
    /// The envelope of a KMS value is not acceptable.
    case envelope(KMSEnvelopeError, provider: ByteName)
    /// The plugin did not decrypt the DEK or seed.
    case plugin(String, provider: ByteName, version: KMSPlugin.Version)
    /// The plugin was not asked, so that nothing is known. A v1 and a v2 plugin can have the same name, so it is the
    /// plugin that counts, not the name in the request.
    case pluginNotAsked(KMSPlugin, KMSUnwrapRequest)
    /// The plugin gave no answer that settles it; nothing is known either.
    case pluginWithoutAnswer(KMSPlugin, KMSUnwrapRequest, KMSUncertainty)

    /// What a version of kube-apiserver says, word for word; nil where it would panic, or is not asked.
    public func apiserverText(in kubernetes: KubernetesVersion = .newest) -> String? {
        switch self {
        case .noMatchingProvider: "no matching prefix found"
        case .noMatchingKey(.secretbox): "no matching key was found for the provided Secretbox transformer"
        case .noMatchingKey: "no matching key was found for the provided AES transformer"
        case .encryptedWithoutRule: "identity transformer tried to read encrypted data"
        case .cipher(let error, _, _): error.apiserverText
        case .envelope(let error, _): error.apiserverText(in: kubernetes)
        case .plugin(let text, _, .v1): text
        case .plugin(let text, _, .v2): "failed to decrypt DEK, error: \(text)"
        case .pluginNotAsked, .pluginWithoutAnswer: nil
        }
    }

    /// Whether kube-apiserver would panic here instead of going on with the next key.
    var endsTheSearch: Bool {
        if case .cipher(let error, _, _) = self { error == .noBlocks || error == .noContext } else { false }
    }
}

/// Why a value could not be opened: the reason of each provider and key that was tried, in order.
public struct TransformError: Error, Equatable {
    /// Never empty.
    public let failures: [TransformFailure]

    /// What a resource without an entry answers for every encrypted value.
    public static let encryptedWithoutRule = TransformError(.encryptedWithoutRule)

    init(_ failures: [TransformFailure]) { self.failures = failures }
    init(_ failure: TransformFailure) { failures = [failure] }

    /// What a version of kube-apiserver says, word for word; nil where it would panic, or where a plugin would have to be
    /// asked.
    public func apiserverText(in kubernetes: KubernetesVersion = .newest) -> String? {
        let texts = failures.compactMap { $0.apiserverText(in: kubernetes) }
        return texts.count == failures.count ? aggregated(texts) : nil
    }

    /// If an answer of a plugin is missing: the plugin, the request, and why it did not answer (nil if it was not
    /// called).
    public var missingUnwrap: (plugin: KMSPlugin, request: KMSUnwrapRequest, reason: KMSUncertainty?)? {
        for failure in failures {
            switch failure {
            case .pluginNotAsked(let plugin, let request): return (plugin, request, nil)
            case .pluginWithoutAnswer(let plugin, let request, let reason): return (plugin, request, reason)
            default: continue
            }
        }
        return nil
    }
}
