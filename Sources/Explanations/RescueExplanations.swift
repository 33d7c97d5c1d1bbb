internal import EncryptionConfig
public import KeyRescue
internal import KubernetesObjects
internal import KeyTransition
public import KubernetesVersions
public import ShownText
public import StorageAudit
internal import Transformers

extension UnreadableCause {
    /// Why kube-apiserver cannot read a value, in one sentence.
    public var sentence: Phrase {
        switch self {
        case .identityMissing: "The value is plaintext, and the entry of its resource has no identity."
        case .entryMissing: "The value is encrypted, and no entry covers its resource."
        case .providerMissing: "The entry of its resource has no provider for the prefix of the value."
        case .keyMissing: "The provider has no key of this name."
        case .keyDiffers: "The key of this name has other bytes than the key that encrypted the value."
        case .undecryptable: "The key of this name does not decrypt it: the key is lost, or the value is damaged."
        case .envelopeDamaged: "The KMS envelope is damaged."
        case .pluginRefuses: "The KMS plugin refuses it."
        case .prefixUnknown: "No provider of Kubernetes has this prefix."
        case .notAnObject: "It is not an object: the value is damaged."
        }
    }
}

extension UnreadableGroup {
    /// The error of kube-apiserver for a value, word for word; nil if the server panics, or says it in its own words.
    public func apiserverText(in kubernetes: KubernetesVersion) -> String? {
        switch failure {
        case .transform(let error): error.apiserverText(in: kubernetes)
        case .decoding: nil
        }
    }

    /// What kube-apiserver does with a value.
    public func answer(in kubernetes: KubernetesVersion) -> Phrase {
        switch failure {
        case .transform(let error):
            error.apiserverText(in: kubernetes).map { "\($0)" } ?? "the request ends in a panic"
        case .decoding(let check): "cannot decode it (\(check.explained(provider: label.provider ?? .identity).text))"
        }
    }
}

extension UnreadableGroup.Value {
    /// The etcd key.
    public var place: Phrase { Phrase(foreign: String(decoding: etcdKey, as: UTF8.self)) }
}

extension RescueObstacle {
    /// Why the key is not added, in one clause.
    public var explanation: Phrase {
        switch self {
        case .confuses(let counterexample):
            "other values could no longer be read correctly: \(counterexample.sentence(old: "the file", new: "the new file"))"
        case .changesWriting: "new objects would be stored with another key"
        case .rejected(let error): "kube-apiserver rejects the file with it: \(error)"
        case .notEdited(let refusal): "the file cannot be edited: \(refusal.explanation)"
        case .deprecated: "encconf adds no KMS v1 provider; add it by hand"
        }
    }
}
