public import ShownText
public import EncryptionConfig
internal import EnvelopeCrypto
internal import GoText
public import KubernetesObjects
public import KubernetesResources
internal import SecretMemory
public import Transformers

extension TransformError {
    /// What the error really means for a value of this label.
    public func meaning(for label: StoredLabel, resource: GroupResource) -> Phrase {
        var clauses: [Phrase] = []
        for failure in failures {
            let clause = failure.meaning(for: label, resource: resource)
            if !clauses.contains(clause) { clauses.append(clause) }
        }
        return clauses.joined(separator: "; ")
    }
}

extension TransformFailure {
    /// What is really wrong, in one clause.
    fileprivate func meaning(for label: StoredLabel, resource: GroupResource) -> Phrase {
        switch self {
        case .noMatchingProvider where label.provider == .identity:
            "the value is plaintext, and the configuration has no identity provider for it"
        case .noMatchingProvider where label.provider == nil:
            "the value names a provider that Kubernetes does not have"
        case .noMatchingProvider:
            "the value was written by \(label.text), and the configuration has no such provider for this resource"
        case .noMatchingKey: "the value was written by \(label.text), and the configuration has no key of that name"
        case .encryptedWithoutRule:
            "the value was written by \(label.text), and no entry of the configuration covers "
                + "\(resource.description)"
        case .cipher(let error, let provider, let key): error.meaning(provider: provider, key: key)
        case .envelope(_, let provider): "the envelope of KMS provider \(name: provider) is damaged"
        case .plugin(_, let provider, _): "the plugin of KMS provider \(name: provider) does not decrypt the key"
        case .pluginNotAsked(let plugin, _), .pluginWithoutAnswer(let plugin, _, _):
            "only the plugin of KMS provider \(name: plugin.name) can decrypt the key"
        }
    }
}

extension StoredLabel {
    /// `aescbc key1`
    public var text: Phrase { writer }
}

extension CipherError {
    fileprivate func meaning(provider: ProviderName, key: ByteName) -> Phrase {
        let name: Phrase = "\(provider) \(name: key)"
        return switch self {
        case .authenticationFailed:
            "\(name): the key has other bytes than the one that wrote the value, the value was written to another "
                + "etcd key, or it is damaged"
        case .secretboxRefused:
            "\(name): the key has other bytes than the one that wrote the value, or the value is damaged"
        case .notPadded, .inconsistentPadding:
            "\(name): the key has other bytes than the one that wrote the value, or the value is damaged"
        case .partialBlock: "\(name): the value is cut short, or has bytes too many"
        case .messageTooShort: "\(name): the value is cut short"
        case .noBlocks: "\(name): the value ends after its initialisation vector; kube-apiserver panics on it"
        case .noContext: "\(name): without its etcd key the value cannot be checked"
        case .keyLength(let count, _): "\(name): the plugin answered with a key of \(count) bytes"
        case .seedLength(let count): "\(name): the plugin answered with a seed of \(count) bytes"
        case .messageTooLong: "\(name): the value is too long"
        case .library: libraryProblem(self)
        }
    }
}

extension IdentityCheck {
    /// What came out instead of the object that the etcd key names.
    public func explained(provider: ProviderName) -> (text: Phrase, hint: Phrase) {
        switch self {
        case .same: ("it is the object", "")
        case .other(let identity):
            (
                "it decrypts, but to another object: \(identity.kind.text) \(identity.place)",
                "the value was moved in etcd, or --etcd-key is not where it came from"
            )
        case .undecodable(.tooManyParts), .undecodable(.nestedTooDeep):
            (
                "it decrypts to an object with more parts or levels than this program reads",
                "-o raw shows the bytes as they are"
            )
        case .notAnObject where provider == .identity:
            ("it is plaintext, but no stored object", "check the input, or take it as it is with -o raw")
        case .notAnObject where provider == .aescbc:
            (
                "it decrypts, but not to an object",
                "likely another key under the same name: AES-CBC opens about one value in 255 with a wrong key"
            )
        case .notAnObject:
            ("it decrypts, but not to an object", "-o raw shows the bytes as they are")
        case .undecodable:
            (
                "it decrypts to something that begins like an object but cannot be decoded",
                "the value is damaged; -o raw shows the bytes as they are"
            )
        case .notRead(let encoding):
            (
                "it decrypts to \(encoding.rawValue.uppercased()) that encconf does not read",
                "-o raw shows the bytes as they are"
            )
        case .cannotTell: ("it is the object, as far as its kind and its etcd key tell", "")
        }
    }
}

extension ObjectIdentity {
    /// `namespace/name`, or the name of an object of the whole cluster.
    public var place: Phrase { namespace.isEmpty ? "\(name.text)" : "\(namespace.text)/\(name.text)" }
}
