internal import Diagnostics
internal import KubernetesResources
internal import SecretMemory

/// What is encrypted at all, and what stays readable.
extension LintRule {
    static let coverage: [LintRule] = [
        LintRule(
            "ENC0201", .warning, "new objects are stored in plaintext",
            meaning: "`identity` is the first provider of a list. The first one writes, so every object of these "
                + "resources that is created or changed goes into etcd in plaintext. Providers behind it only read.",
            check: "`encconf show FILE` names the write key of each resource.",
            remedy: "Put a provider with a key first: `encconf rotate --step promote` if a key stands behind identity "
                + "and every server runs this file, else `encconf rotate --to secretbox`. Then rewrite the objects. "
                + "An entry that keeps events or leases out of a wildcard on purpose is not reported."
        ) { subject in
            subject.entries.compactMap { entry in
                guard let first = entry.providers.first, first.provider.name == .identity else { return nil }
                let hasKeys = entry.providers.contains { $0.provider.name != .identity }
                let exposed = entry.written.filter { hasKeys || !isChurn($0.pattern.name) }
                guard !exposed.isEmpty else { return nil }
                return LintFinding(
                    path: first.provider.path, position: first.provider.position,
                    message: "new objects of \(subject.listed(exposed)) are stored in plaintext, since identity "
                        + (hasKeys ? "comes first; what stands behind it only reads" : "is the only provider"),
                    hint: hasKeys
                        ? "when every server runs this file, `encconf rotate --step promote` lets the key write"
                        : "`encconf rotate --to secretbox` adds a key, in steps that are safe for several servers")
            }
        },
        LintRule(
            "ENC0202", .warning, "secrets are not encrypted",
            meaning: "No entry of the file covers `secrets`, so kube-apiserver stores every Secret in plaintext, "
                + "whatever else the file encrypts. Of all resources it is the one that encryption at rest is for.",
            check: "`encconf show FILE` lists what is covered; `encconf audit` counts the plaintext in a snapshot.",
            remedy: "Add `secrets` to the resources of an entry whose first provider has a key, with identity behind "
                + "it until every Secret has been rewritten; on several servers begin with identity first."
        ) { subject in
            let secrets = GroupResource(resource: "secrets")
            guard subject.resolution.rule(for: secrets) == nil else { return [] }
            return [
                LintFinding(
                    path: "resources", position: subject.position,
                    message: "all Secrets are stored in plaintext: no entry covers the resource `secrets`",
                    hint: "`encconf init --resources secrets` shows an entry for it")
            ]
        },
        LintRule(
            "ENC0203", .warning, "the same data is stored in plaintext under another resource",
            meaning: "Controllers copy the pod template of a workload into the objects that they make: a Deployment's "
                + "into ReplicaSets and Pods, a CronJob's into Jobs and Pods. Where only the former is encrypted, "
                + "its environment variables and arguments still stand in etcd in plaintext.",
            check: "`encconf show FILE`, and `encconf audit` over a snapshot.",
            remedy: "Encrypt the copies too, or keep secrets out of the template and in Secret objects."
        ) { subject in
            copies.compactMap { original, copies in
                guard let resource = subject.encrypted(original) else { return nil }
                let exposed = copies.filter { subject.encrypted($0) == nil }
                guard !exposed.isEmpty else { return nil }
                return LintFinding(
                    path: resource.path, position: resource.position,
                    message: "\(original) is encrypted, but what it holds is stored again in plaintext with "
                        + exposed.map(\.description).inSentence,
                    hint: "list \(exposed.map(\.description).inSentence) too")
            }
        },
        LintRule(
            "ENC0204", .note, "plaintext cannot be read",
            meaning: "A list of providers without `identity` cannot read plaintext. Objects that were stored before "
                + "encryption was enabled answer `no matching prefix found`, and lists that contain one fail. With a "
                + "single key nothing in the file shows that encryption was not enabled only now.",
            check: "`encconf audit --config FILE SNAPSHOT` counts the plaintext that is left.",
            remedy: "Append `- identity: {}` to the providers until an audit finds no plaintext; `encconf init` does "
                + "so unless it is told otherwise."
        ) { subject in
            guard subject.linter.storedPlaintext != false else { return [] }
            return subject.entries.compactMap { entry in
                let providers = entry.written.first.flatMap { subject.rule(of: $0)?.providers } ?? []
                guard let first = providers.first, !providers.contains(where: { $0.name == .identity }) else {
                    return nil
                }
                let isKnown = subject.linter.storedPlaintext == true
                guard isKnown || providers.count == 1 && first.keys.count <= 1 else { return nil }
                return LintFinding(
                    path: "\(entry.path).providers", position: first.position,
                    message: "plaintext of \(subject.listed(entry.written)) cannot be read, as there is no identity "
                        + (isKnown ? "entry, and such values are stored" : "entry"),
                    hint: "append `- identity: {}` unless an audit has found no plaintext",
                    severity: isKnown ? .warning : nil)
            }
        },
        LintRule(
            "ENC0205", .note, "plaintext is still accepted",
            meaning: "`identity` behind the keys lets kube-apiserver read plaintext. It is needed until every object "
                + "has been rewritten. After that it hides mistakes: a value that something wrote to etcd in "
                + "plaintext is read without an error.",
            check: "`encconf audit --config FILE --fail-on plaintext SNAPSHOT`.",
            remedy: "Once an audit finds no plaintext and no value in the history, take `- identity: {}` out."
        ) { subject in
            guard subject.linter.storedPlaintext != true else { return [] }
            return subject.entries.compactMap { entry in
                guard let writer = entry.providers.first, writer.provider.name != .identity,
                    let identity = entry.providers.first(where: { $0.provider.name == .identity })
                else { return nil }
                let reason: String
                if subject.linter.storedPlaintext == false {
                    reason = "although none is stored"
                } else if let age = writer.keys.first.flatMap({ subject.linter.age(of: $0) }), age > longAfter {
                    reason = "although the write key is \(age / 86400) days old"
                } else {
                    return nil
                }
                return LintFinding(
                    path: identity.provider.path, position: identity.provider.position,
                    message: "plaintext of \(subject.listed(entry.resources)) is still accepted, \(reason)",
                    hint: "when `encconf audit` finds no plaintext, take identity out")
            }
        },
        LintRule(
            "ENC0206", .warning, "a resource stands in two entries",
            meaning: "kube-apiserver joins the providers of all entries that name a resource, in file order. The "
                + "first provider of the first entry writes; the later entry only adds keys to read with, whatever "
                + "its order suggests.",
            check: "`encconf show FILE` shows the joined list.",
            remedy: "Write one entry for each resource, with its providers in the order that is meant."
        ) { subject in
            var first: [ResourcePattern: LintSubject.Resource] = [:]
            return subject.entries.flatMap { entry in
                entry.resources.compactMap { resource in
                    guard let earlier = first[resource.pattern] else {
                        first[resource.pattern] = resource
                        return nil
                    }
                    return LintFinding(
                        path: resource.path, position: resource.position,
                        message: "\(subject.shown(resource.text)) stands in \(earlier.path) too; "
                            + "the providers of this entry only read for it",
                        hint: "join the two entries")
                }
            }
        },
        LintRule(
            "ENC0207", .warning, "an exact entry lacks keys of the wildcard",
            meaning: "Only one list serves a resource: that of its exact entry, else that of its group's wildcard, "
                + "else that of `*.*`. Objects that were written under the wildcard cannot be read once their "
                + "resource has an entry of its own, unless this repeats the wildcard's keys.",
            check: "`encconf diff OLD NEW` proves it for a change, `encconf audit` for what is stored.",
            remedy: "Repeat the keys of the wildcard behind those of the entry and drop them there after rewriting. "
                + "An entry that stood beside the wildcard from the first day needs none of them; without a key in "
                + "common it is a note therefore."
        ) { subject in
            subject.entries.flatMap { entry in entry.written.compactMap { subject.keysLeftBehind(by: $0) } }
        },
    ]

    /// Resources that change all the time and hold nothing secret.
    static func isChurn(_ name: GroupResource) -> Bool {
        churn.contains(name)
    }

    static let churn = [
        GroupResource(resource: "events"), GroupResource(resource: "leases", group: "coordination.k8s.io"),
    ]

    /// How long after its key was made an entry can be expected to have rewritten everything: 30 days, in which most
    /// clusters have restarted or rotated once. A finding by this is a note.
    private static let longAfter: Int64 = 30 * 86400

    /// What controllers copy pod templates into (kubernetes, pkg/controller: deployment, statefulset, daemon, cronjob).
    private static let copies: [(GroupResource, [GroupResource])] = [
        ("deployments.apps", ["replicasets.apps", "pods"]), ("replicasets.apps", ["pods"]),
        ("statefulsets.apps", ["controllerrevisions.apps", "pods"]),
        ("daemonsets.apps", ["controllerrevisions.apps", "pods"]), ("cronjobs.batch", ["jobs.batch", "pods"]),
        ("jobs.batch", ["pods"]), ("replicationcontrollers", ["pods"]),
    ].map { (GroupResource(parsing: $0), $1.map { GroupResource(parsing: $0) }) }
}

extension LintSubject {
    func rule(of resource: Resource) -> ResourceResolution.Rule? {
        resolution.rules.first { $0.pattern == resource.pattern }
    }

    /// The place in the file that has a resource encrypted; nil if it is stored in plaintext.
    fileprivate func encrypted(_ name: GroupResource) -> Resource? {
        guard let rule = resolution.rule(for: name), let first = rule.providers.first, first.name != .identity else {
            return nil
        }
        return entries.flatMap(\.resources).first { $0.pattern == rule.pattern }
    }

    /// Whether a resource lacks keys of the wildcard that would serve it without its own entry.
    fileprivate func keysLeftBehind(by resource: Resource) -> LintFinding? {
        let name = resource.pattern.name
        let wider: [ResourcePattern] = [.all(of: name.group), .everything].filter { $0 != resource.pattern }
        guard resource.pattern != .everything, let own = rule(of: resource)?.providers,
            // Left out of the wildcard on purpose; see ENC0241.
            !(LintRule.isChurn(name) && own.allSatisfy { $0.name == .identity }),
            let wildcard = wider.lazy.compactMap({ pattern in resolution.rules.first { $0.pattern == pattern } }).first
        else { return nil }
        let keys = wildcard.providers.flatMap(StoredForm.all)
        let missing = keys.filter { key in !own.flatMap(StoredForm.all).contains { $0 == key } }
        guard !missing.isEmpty else { return nil }
        return LintFinding(
            path: resource.path, position: resource.position,
            message: "\(shown(resource.text)) cannot be read where it was written under `\(wildcard.pattern)`: "
                + "\(missing.map { "\($0.provider.rawValue) \(shown($0.name))" }.inSentence) "
                + (missing.count == 1 ? "is not repeated here" : "are not repeated here"),
            hint: "repeat the keys of `\(wildcard.pattern)` behind its own until everything is rewritten",
            severity: missing.count == keys.count ? .note : nil)
    }
}

/// What decides whether a stored value can be read: the provider, the name in the value's prefix, and the bytes.
private struct StoredForm: Equatable {
    let provider: ProviderName
    let name: String
    let key: EncryptionKey?

    /// Everything that a provider can have written; plaintext is no key.
    static func all(of provider: Provider) -> [StoredForm] {
        if case .kms(let plugin) = provider.kind {
            return [StoredForm(provider: provider.name, name: plugin.name, key: nil)]
        }
        return provider.keys.map { StoredForm(provider: provider.name, name: $0.name, key: $0) }
    }

    static func == (left: Self, right: Self) -> Bool {
        guard left.provider == right.provider, left.name == right.name else { return false }
        guard let leftKey = left.key, let rightKey = right.key else { return left.key == nil && right.key == nil }
        return leftKey.secret.isEqual(to: rightKey.secret)
    }
}
