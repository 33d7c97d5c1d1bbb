public import EncryptionConfig
internal import EnvelopeCrypto
internal import GoText
internal import KubernetesObjects
internal import KubernetesResources
internal import KubernetesVersions
public import ShownText
public import StorageAudit
public import Transformers

extension FindingCode {
    /// The findings of this code, in one clause of the verdict.
    public func clause(count: Int) -> Phrase {
        let values = counted(count, "value")
        return switch self {
        case .plaintext: "\(values) \(isAre(count)) plaintext"
        case .stale: "\(values) \(isAre(count)) stale"
        case .unreadable: "\(values) \(isAre(count)) unreadable"
        case .archived: "\(values) \(count == 1 ? "decrypts" : "decrypt") only with an archive"
        case .notObject: "\(values) \(isAre(count)) not an object"
        case .moved: "\(values) \(isAre(count)) moved"
        case .nonceReuse: "\(counted(count, "nonce")) \(isAre(count)) reused"
        case .padding: "\(values) \(count == 1 ? "has" : "have") too much padding"
        case .needsPlugin: "\(values) \(count == 1 ? "needs" : "need") a KMS plugin"
        case .writes: "\(counted(count, "AES-GCM key")) \(isAre(count)) due for rotation"
        case .uncovered: "\(counted(count, "plaintext value")) that no entry encrypts"
        case .oldPlaintext: "\(counted(count, "old revision")) \(isAre(count)) plaintext"
        case .oldUnreadable: "\(counted(count, "old revision")) \(isAre(count)) unreadable"
        case .freePlaintext: "\(counted(count, "plaintext value")) in free pages"
        case .keyInClear: "\(values) \(count == 1 ? "contains" : "contain") an unencrypted data key"
        case .digest: "the digest does not match: the file was modified after it was saved"
        case .policyProvider: "\(counted(count, "key")) \(isAre(count)) of a provider that the policy does not allow"
        case .policyAge: "\(counted(count, "write key")) \(isAre(count)) older than the policy allows"
        case .policyWrites: "\(counted(count, "AES-GCM key")) wrote more often than the policy allows"
        case .policyPlaintext:
            "\(counted(count, "resource")) that the policy wants encrypted \(count == 1 ? "is" : "are") not"
        }
    }

    /// The heading over the findings of this code.
    ///
    /// - Parameter file: The path of the configuration in force.
    public func heading(count: Int, file: String) -> Phrase {
        switch self {
        case .plaintext:
            "\(clause(count: count)), although \(fileName(file)) encrypts \(count == 1 ? "its" : "their") resource"
        case .uncovered:
            "\(counted(count, "value")) \(isAre(count)) plaintext, and no entry of \(fileName(file)) encrypts \(count == 1 ? "its" : "their") resource"
        case .needsPlugin:
            "\(counted(count, "value")) \(count == 1 ? "was" : "were") not checked; \(count == 1 ? "it needs" : "they need") a KMS plugin"
        default: clause(count: count)
        }
    }

    /// What to do at once about findings of this code.
    public var urgency: Phrase {
        switch self {
        case .nonceReuse: "rotate this key now:"
        case .keyInClear: "stop using this KMS plugin; treat its values as plaintext:"
        case .moved: "find out who wrote to etcd before you restore anything:"
        default: "find the key of these values before anything is deleted:"
        }
    }
}

/// The verb for a number of things.
private func isAre(_ count: Int) -> Phrase { count == 1 ? "is" : "are" }

extension AuditFinding {
    /// The etcd key.
    public var place: Phrase { Phrase(foreign: String(decoding: etcdKey, as: UTF8.self)) }

    /// What is wrong with the value beyond what the heading says; nil if the heading says it all.
    ///
    /// - Parameter configurations: The one in force first.
    public func detail(_ configurations: [ConfigurationFile]) throws(CommandFailure) -> Phrase? {
        let kubernetes = configurations.first?.configuration.kubernetes ?? .newest
        switch kind {
        case .plaintext, .uncovered: return nil
        case .stale(let label), .keyInClear(let label): return label.writer
        case .unreadable(let label, let error):
            return "unreadable: \(error.apiserverText(in: kubernetes) ?? "the request ends in a panic"); prefix "
                + "\(label.writer)"
        case .archived(let label, let error, let archive):
            return
                "kube-apiserver answers: \(error.apiserverText(in: kubernetes) ?? "the request ends in a panic"); "
                + "prefix \(label.writer); \(configurations[archive].path) decrypts it"
        case .notAnObject(let label, let check, let rightKey):
            let text = check.explained(provider: label.provider ?? .identity).text
            guard label.provider != .identity else { return text }
            guard let rightKey else { return "\(text) (\(label.writer))" }
            let note = try fingerprintNote(of: rightKey.key)
            return "\(text) (\(label.writer)); \(rightKey.provider.name) \(name: rightKey.key.name)\(note) decrypts it "
                + "to the object"
        case .otherObject(let label, let identity):
            return "moved: holds \(identity.kind.text) \(identity.place) (\(label.writer))"
        case .nonceReused(let label, let other):
            return
                "nonce reuse: same nonce as \(String(decoding: other, as: UTF8.self)) with \(label.writer); rotate this "
                + "key now"
        case .longPadding(let label, let count):
            return "\(count) bytes of AES-CBC padding; the maximum is 16 (\(label.writer))"
        case .pluginNeeded(let use, let reason):
            guard let reason else { return "needs KMS provider \(use.name)" }
            return "needs KMS provider \(use.name); the plugin did not decrypt it: \(reason.clause)"
        }
    }

    /// The finding in one clause, for a report in which nothing else says it.
    public func message(_ configurations: [ConfigurationFile]) throws(CommandFailure) -> Phrase {
        switch kind {
        case .plaintext: return "plaintext, although the configuration encrypts the resource"
        case .uncovered: return "plaintext, and no entry of the configuration encrypts the resource"
        case .stale(let label): return "stale: written by \(label.writer), which is not the write key"
        case .keyInClear(let label): return "contains its own data key unencrypted (\(label.writer))"
        default: return try detail(configurations) ?? ""
        }
    }
}

extension PluginUse {
    /// `cloud-kms (key ID 1)`
    public var name: Phrase {
        let keyID: Phrase = keyID.map { " (key ID \(name: $0))" } ?? ""
        return "\(name: provider)\(keyID)"
    }
}

extension StoredLabel {
    /// Provider and key for a sentence or a cell.
    public var writer: Phrase {
        switch provider {
        case nil: "an unknown provider"
        case .identity: "plaintext"
        case let provider?:
            key?.isEmpty == true
                ? "\(provider) without a key name" : key.map { "\(provider) \(name: $0)" } ?? "\(provider)"
        }
    }
}

extension AuditDoubt {
    /// The doubt in one clause of the verdict.
    public var clause: Phrase {
        switch self {
        case .noDigest: "the file has no digest, so writes may be missing"
        case .kineFile: "newer writes may be missing"
        case .changed: "the digest does not match, so values may be missing"
        case .log: "the WAL does not contain all writes of the member"
        case .damage(let places): "the file is damaged in \(counted(places, "place"))"
        case .noObjects: "no Kubernetes objects found"
        case .missing: "no object of the configured resources found"
        case .plugins(let count), .encoding(let count), .identity(let count), .unknownObjects(let count),
            .unknownKeys(let count, _):
            "\(counted(count, "value")) \(count == 1 ? "was" : "were") not checked"
        case .unknownGroup(let resource, _): "\(resource.description) was not checked"
        case .version(let version): "the rules of Kubernetes \(version) are not known"
        case .unexplained(let bytes): "\(counted(bytes, "free byte")) unexplained"
        case .keyAge(let keys): "the age of \(counted(keys, "write key")) is unknown"
        }
    }

    /// What was not checked, and why.
    ///
    /// - Parameter isAsked: Whether KMS plugins were asked.
    public func sentence(isAsked: Bool) -> Phrase {
        switch self {
        case .noDigest:
            "the file has no digest. It may be the db of a member, with more writes in its WAL."
        case .kineFile:
            "the file is a database of kine. It may be an old copy, or lack the newest writes."
        case .changed:
            "the digest does not match: the file was modified after it was saved, and values may be missing."
        case .log(let gaps):
            "the database and the WAL may lack writes of the member: "
                + gaps.prefix(3).map(\.explanation).joined(separator: "; ") + (gaps.count > 3 ? "; and more." : ".")
        case .damage(let places):
            "the file is damaged in \(counted(places, "place")). Values there were not counted."
        case .noObjects(0): "no etcd key found."
        case .noObjects(let keys): "none of \(counted(keys, "key")) names a Kubernetes object."
        case .missing(let patterns):
            "no object of \(patterns.map(\.description).listed) found. Check that this is the right etcd and not a part of it."
        case .plugins(let count):
            isAsked
                ? "\(counted(count, "value")) need\(count == 1 ? "s" : "") a KMS plugin, and no plugin decrypted \(count == 1 ? "it" : "them")."
                : "\(counted(count, "value")) need\(count == 1 ? "s" : "") a KMS plugin (--no-kms)."
        case .encoding(let count):
            "\(counted(count, "value")) \(isAre(count)) in an encoding that encconf does not read, such as YAML."
        case .identity(let count):
            "\(counted(count, "custom resource")) with a kind that may not belong to the etcd key; only the "
                + "CustomResourceDefinition shows it."
        case .unknownKeys(let values, let keys):
            "\(values) of \(counted(keys, "key")) outside any known resource \(values == 1 ? "holds an encrypted value" : "hold encrypted values")."
        case .unknownObjects(let count):
            "\(counted(count, "plaintext value")) under etcd keys that name no resource; objects may be among them."
        case .unknownGroup(let resource, let entries):
            "\(resource.description) is unknown to encconf. Its etcd keys have no group, so its objects may belong to \(entries.map(\.description).listed)."
        case .version(let version):
            "kube-apiserver is of Kubernetes \(version), whose rules are unknown to encconf. The values were "
                + "checked by those of \(KubernetesVersion.oldest)."
        case .unexplained(let bytes):
            "\(counted(bytes, "byte")) of free pages. They are neither zero nor explained by a value that was found."
        case .keyAge(let keys):
            "the age of \(counted(keys, "write key")). The policy limits it, and \(keys == 1 ? "its name has" : "their names have") no date."
        }
    }

    /// What to do about the doubt.
    public var advice: (reason: Phrase, command: Phrase?) {
        switch self {
        case .noDigest: ("save a snapshot of the running etcd with `encconf snapshot save`, and audit that", nil)
        case .kineFile: ("audit the running datastore: on a k3s server, `encconf audit --preset k3s` as root", nil)
        case .log: ("start the member again, and save a snapshot with `encconf snapshot save`", nil)
        case .changed, .damage: ("save a new snapshot", nil)
        case .noObjects, .missing: ("audit the etcd of --etcd-servers of kube-apiserver", nil)
        case .plugins: ("run the audit on the node of the KMS plugins; test them with `encconf kms status`", nil)
        case .encoding, .identity: ("decrypt these values with `encconf decrypt-secret` and -o raw", nil)
        case .unknownKeys, .unknownObjects: ("pass the etcd prefix of kube-apiserver with --etcd-prefix", nil)
        case .unknownGroup: ("check these objects with `encconf decrypt-secret`", nil)
        case .version: ("use the oldest known rules with --kubernetes \(KubernetesVersion.oldest)", nil)
        case .unexplained: ("defragment each etcd member, then audit a new snapshot", nil)
        case .keyAge: ("rotate to a key with a date in its name, as `encconf rotate` names it", nil)
        }
    }

    /// The reason for scripts.
    public var code: String {
        switch self {
        case .noDigest: "noDigest"
        case .kineFile: "kineFile"
        case .changed: "changed"
        case .log: "log"
        case .damage: "damage"
        case .noObjects: "noObjects"
        case .version: "version"
        case .missing: "missing"
        case .plugins: "plugins"
        case .encoding: "encoding"
        case .identity: "identity"
        case .unknownKeys: "unknownKeys"
        case .unknownObjects: "unknownObjects"
        case .unknownGroup: "unknownGroup"
        case .unexplained: "unexplained"
        case .keyAge: "keyAge"
        }
    }
}
