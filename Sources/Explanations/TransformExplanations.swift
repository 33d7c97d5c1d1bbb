public import ShownText
public import EncryptionConfig
internal import EnvelopeCrypto
internal import GoText
public import KubernetesObjects
public import KubernetesResources
internal import SecretMemory
public import Transformers

extension TransformError {
    /// The meaning of the error for a value of this label.
    public func meaning(for label: StoredLabel, resource: GroupResource) -> Phrase {
        var clauses: [Phrase] = []
        for failure in failures {
            let clause = failure.meaning(for: label, resource: resource)
            if !clauses.contains(clause) { clauses.append(clause) }
        }
        return clauses.joined(separator: "; ")
    }

    /// Whether a value that is cut or damaged would give this error too.
    public var mayBeIncomplete: Bool {
        failures.contains { failure in
            switch failure {
            case .cipher, .envelope: true
            default: false
            }
        }
    }

    /// Whether no key of the name in the value was found, although its provider was.
    public var lacksKey: Bool { failures.contains { if case .noMatchingKey = $0 { true } else { false } } }
}

extension TransformFailure {
    /// The cause, in one clause.
    fileprivate func meaning(for label: StoredLabel, resource: GroupResource) -> Phrase {
        switch self {
        case .noMatchingProvider where label.provider == .identity:
            "the value is plaintext, and the configuration has no identity provider for it"
        case .noMatchingProvider where label.provider == nil:
            "the value names a provider that Kubernetes does not have"
        case .noMatchingProvider:
            "the value needs \(label.text), and the configuration has no such provider for this resource"
        case .noMatchingKey: "the value needs \(label.text), and the configuration has no key of that name"
        case .encryptedWithoutRule:
            "the value needs \(label.text), and no entry of the configuration covers \(resource.description)"
        case .cipher(let error, let provider, let key): error.meaning(provider: provider, key: key)
        case .envelope(_, let provider): "the envelope of KMS provider \(name: provider) is damaged"
        case .plugin(_, let provider, _):
            "the plugin of KMS provider \(name: provider) did not decrypt the data "
                + "key"
        case .pluginNotAsked(let plugin, _), .pluginWithoutAnswer(let plugin, _, _):
            "the value needs the plugin of KMS provider \(name: plugin.name)"
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
            "\(name): the key bytes are not those that wrote the value, the value was written to another etcd key, "
                + "or it is damaged"
        case .secretboxRefused:
            "\(name): the key bytes are not those that wrote the value, or the value is damaged"
        case .notPadded, .inconsistentPadding:
            "\(name): the key bytes are not those that wrote the value, or the value is damaged"
        case .partialBlock: "\(name): the value is truncated, or has extra bytes"
        case .messageTooShort: "\(name): the value is truncated"
        case .noBlocks: "\(name): the value ends after its initialization vector; kube-apiserver panics on it"
        case .noContext: "\(name): the value cannot be checked without its etcd key"
        case .keyLength(let count, _): "\(name): the plugin returned a key of \(count) bytes"
        case .seedLength(let count): "\(name): the plugin returned a seed of \(count) bytes"
        case .messageTooLong: "\(name): the value is too long"
        case .library: libraryProblem(self)
        }
    }
}

extension IdentityCheck {
    /// The difference from the object that the etcd key names.
    public func explained(provider: ProviderName) -> (text: Phrase, hint: Phrase) {
        switch self {
        case .same: ("the object", "")
        case .other(let identity):
            (
                "moved: the value holds \(identity.kind.text) \(identity.place)",
                "check --etcd-key; if it is right, somebody copied the value in etcd"
            )
        case .undecodable(.tooManyParts), .undecodable(.nestedTooDeep):
            (
                "decrypts to an object with more parts or levels than encconf reads",
                "print the bytes with -o raw"
            )
        case .notAnObject where provider == .identity:
            ("plaintext, but not a Kubernetes object", "check the input, or print the bytes with -o raw")
        case .notAnObject where provider == .aescbc:
            (
                "decrypts to data that is not an object",
                "check the key bytes: a wrong AES-CBC key is undetected for about 1 in 255 values"
            )
        case .notAnObject:
            ("decrypts to data that is not an object", "print the bytes with -o raw")
        case .undecodable:
            (
                "decrypts to data that begins like an object but cannot be decoded",
                "the value is damaged; print the bytes with -o raw"
            )
        case .notRead(let encoding):
            (
                "decrypts to \(encoding.rawValue.uppercased()) in a form that encconf does not read",
                "print the bytes with -o raw"
            )
        case .cannotTell: ("the object, as far as its kind and its etcd key show", "")
        }
    }
}

extension ObjectIdentity {
    /// `namespace/name`, or the name of an object of the whole cluster.
    public var place: Phrase { namespace.isEmpty ? "\(name.text)" : "\(namespace.text)/\(name.text)" }
}
