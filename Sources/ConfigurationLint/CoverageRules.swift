internal import Diagnostics
internal import EncryptionConfig
internal import GoText
internal import KubernetesResources

/// What is encrypted at all, and what stays readable.
extension LintRule {
    static let coverage: [LintRule] = [
        LintRule(
            "ENC0201", .warning, "new objects are stored in plaintext",
            meaning: "`identity` is the first provider of a list. The first one writes, so every object of these "
                + "resources that is created or changed goes into etcd in plaintext. Providers behind it only read.",
            check: "`encconf show` names the write key of each resource.",
            remedy: "Put a provider with a key first: `encconf rotate` with --step promote if a key "
                + "stands behind identity and every server runs this file, else `encconf rotate` with --to secretbox. "
                + "Then rewrite the objects. "
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
                        ? "when every server runs this file, `encconf rotate` with --step promote lets "
                            + "the key write"
                        : "`encconf rotate` with --to secretbox adds a key, in steps that are safe for several servers")
            }
        },
        LintRule(
            "ENC0202", .warning, "secrets are not encrypted",
            meaning: "No entry of the file covers `secrets`, so kube-apiserver stores every Secret in plaintext, "
                + "whatever else the file encrypts. Of all resources it is the one that encryption at rest is for. For "
                + "a file that names custom resources alone it is a note: another API server may read that file.",
            check: "`encconf show` lists what is covered; `encconf audit` counts the plaintext in a snapshot.",
            remedy: "Add `secrets` to the resources of an entry whose first provider has a key, with identity behind "
                + "it until every Secret has been rewritten; on several servers begin with identity first."
        ) { subject in
            let secrets = GroupResource(resource: "secrets")
            guard subject.resolution.rule(for: secrets) == nil else { return [] }
            guard !subject.mayBeOfOtherServer else {
                return [
                    LintFinding(
                        path: "resources", position: subject.position,
                        message: "only custom resources are named: if kube-apiserver reads this file, it stores all "
                            + "Secrets in plaintext",
                        hint:
                            "an aggregated API server stores no Secrets; in a file of kube-apiserver, add an entry for "
                            + "`secrets`", severity: .note)
                ]
            }
            return [
                LintFinding(
                    path: "resources", position: subject.position,
                    message: "all Secrets are stored in plaintext: no entry covers the resource `secrets`",
                    hint: "`encconf init --provider secretbox --resources secrets` shows an entry for it")
            ]
        },
        LintRule(
            "ENC0203", .warning, "the same data is stored in plaintext under another resource",
            meaning: "Controllers copy the pod template of a workload into the objects that they make: a Deployment's "
                + "into ReplicaSets and Pods, a CronJob's into Jobs and Pods. Where only the former is encrypted, "
                + "its environment variables and arguments still stand in etcd in plaintext.",
            check: "`encconf show`, and `encconf audit` over a snapshot.",
            remedy: "Encrypt the copies too, or keep secrets out of the template and in Secret objects."
        ) { subject in
            let exposures = copies.compactMap { original, copies -> Exposure? in
                guard let resource = subject.encrypted(original) else { return nil }
                return Exposure(
                    original: original, resource: resource, copies: copies.filter { subject.encrypted($0) == nil })
            }
            return exposures.grouped { $0.copies.isEmpty ? nil : $0.copies }.compactMap { copies, exposures in
                exposures.min { $0.resource.position < $1.resource.position }.map { first in
                    let copies = copies.map(\.description).inSentence
                    return LintFinding(
                        path: first.resource.path, position: first.resource.position,
                        message: "what \(exposures.map(\.original.description).inSentence) hold is encrypted there, "
                            + "but stored again in plaintext with \(copies)",
                        hint: "list \(copies) too")
                }
            }
        },
        LintRule(
            "ENC0204", .note, "plaintext cannot be read",
            meaning: "A list of providers without `identity` cannot read plaintext. Objects that were stored before "
                + "encryption was enabled answer `no matching prefix found`, and lists that contain one fail. With a "
                + "single key nothing in the file shows that encryption was not enabled only now.",
            check: "`encconf audit` counts the plaintext that is left.",
            remedy: "Append `- identity: {}` to the providers until an audit finds no plaintext; `encconf init` does "
                + "so unless it is told otherwise."
        ) { subject in
            guard subject.linter.storedPlaintext != false else { return [] }
            let isKnown = subject.linter.storedPlaintext == true
            return subject.entries.compactMap { entry in
                let exposed = entry.written.filter { resource in
                    let providers = subject.rule(of: resource)?.providers ?? []
                    return !providers.contains { $0.name == .identity }
                        && (isKnown || providers.count == 1 && providers[0].keys.count <= 1)
                }
                guard let first = entry.providers.first, !exposed.isEmpty else { return nil }
                return LintFinding(
                    path: "\(entry.path).providers", position: first.provider.position,
                    message: "plaintext of \(subject.listed(exposed)) cannot be read, as there is no identity "
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
            check: "`encconf audit` with --fail-on plaintext.",
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
    ]

    /// Resources that change all the time and hold nothing secret.
    static func isChurn(_ name: GroupResource) -> Bool { churn.contains(name) }

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
    /// The place in the file that has a resource encrypted; nil if it is stored in plaintext.
    fileprivate func encrypted(_ name: GroupResource) -> Resource? {
        guard let rule = resolution.rule(for: name), let first = rule.providers.first, first.name != .identity else {
            return nil
        }
        return entries.flatMap(\.resources).first { $0.pattern == rule.pattern }
    }
}

/// A resource that is encrypted, and where the same data is not.
private struct Exposure {
    let original: GroupResource
    let resource: LintSubject.Resource
    let copies: [GroupResource]
}
