internal import EncryptionConfig
internal import EnvelopeCrypto
internal import KubernetesObjects
internal import Transformers

extension TransformError {
    /// The error in kube-apiserver's words, and what it really means.
    var explained: (text: String, meaning: String) {
        let meaning = failures.map(\.meaning).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        return (apiserverText ?? "no answer: the request panics", meaning.joined(separator: "; "))
    }
}

extension TransformFailure {
    /// What is really wrong, in one clause.
    var meaning: String {
        switch self {
        case .noMatchingProvider:
            "no provider of the configuration has the prefix of this value, or it is plaintext and identity is missing"
        case .noMatchingKey(let provider):
            "the value names a \(provider.rawValue) key that the configuration does not have"
        case .encryptedWithoutRule:
            "no entry of the configuration covers this resource, and the value is encrypted"
        case .cipher(let error, let provider, let key): error.meaning(provider: provider, key: key.printable)
        case .envelope(_, let provider): "the envelope of KMS provider \(provider.printable) is damaged"
        case .plugin(_, let provider, _): "the plugin of KMS provider \(provider.printable) does not decrypt the key"
        case .pluginNotAsked(let request):
            "only the plugin of KMS provider \(request.provider.printable) can decrypt the key"
        case .notAccepted(let provider, let key):
            "\(provider.rawValue) \(key?.printable ?? "") opens it to something else"
        }
    }
}

extension CipherError {
    fileprivate func meaning(provider: ProviderName, key: String) -> String {
        let name = "\(provider.rawValue) \(key)"
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
    func explained(provider: ProviderName) -> (text: String, hint: String) {
        switch self {
        case .same: ("it is the object", "")
        case .other(let identity):
            (
                "it decrypts, but to another object: \(identity.kind.printable) \(identity.place)",
                "the value was moved in etcd, or --etcd-key is not where it came from"
            )
        case .notAnObject where provider == .identity:
            ("it is plaintext, but no stored object", "check the input, or take it as it is with -o raw")
        case .notAnObject where provider == .aescbc, .undecodable where provider == .aescbc:
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
        case .cborNotRead:
            ("it decrypts to an object in CBOR, which is not read yet", "-o raw shows the bytes as they are")
        }
    }
}

extension ObjectIdentity {
    /// `namespace/name`, or the name of an object of the whole cluster.
    var place: String { (namespace.isEmpty ? name : "\(namespace)/\(name)").printable }
}
