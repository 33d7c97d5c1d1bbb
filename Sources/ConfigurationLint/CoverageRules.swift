internal import Diagnostics
internal import EncryptionConfig
internal import GoText
internal import KubernetesResources

/// What is encrypted at all, and what stays readable.
extension LintRule {
    static let coverage: [LintRule] = [
        LintRule(
            "ENC0201", .warning, "new objects are plaintext",
            meaning: "`identity` is the first provider of the entry. The first provider writes, so every created or "
                + "changed object of these resources is stored as plaintext. Later providers only decrypt.",
            check: "`encconf show` names the write key of each resource.",
            remedy: "Put a provider with a key first. If the entry has a key and every server runs this file, use "
                + "`encconf rotate` with --step promote, otherwise --to secretbox. Then re-encrypt the objects. An "
                + "entry that excludes events or leases from a wildcard is not reported."
        ) { subject in
            subject.entries.compactMap { entry in
                guard let first = entry.providers.first, first.provider.name == .identity else { return nil }
                let hasKeys = entry.providers.contains { $0.provider.name != .identity }
                let exposed = entry.written.filter { hasKeys || !isChurn($0.pattern.name) }
                guard !exposed.isEmpty else { return nil }
                return LintFinding(
                    path: first.provider.path, position: first.provider.position,
                    message: "new objects of \(subject.listed(exposed)) are stored as plaintext: identity is the "
                        + (hasKeys ? "first provider; later providers only decrypt" : "only provider"),
                    hint: hasKeys
                        ? "when every server runs this file, use `encconf rotate` with --step promote"
                        : "add a key in safe steps with `encconf rotate` and --to secretbox")
            }
        },
        LintRule(
            "ENC0202", .warning, "secrets are not encrypted",
            meaning: "No entry of the file covers `secrets`, so kube-apiserver stores every Secret as plaintext. "
                + "Secrets are the main reason for encryption at rest. For a file with only custom resources it is "
                + "a note: another API server may use that file.",
            check: "`encconf show` lists the resources of the file; `encconf audit` counts the plaintext in a "
                + "snapshot.",
            remedy: "Add an entry with identity first and a key after it, as `encconf init --provider secretbox "
                + "--identity-first --resources secrets` prints it. When every server runs the file, promote the key "
                + "with `encconf rotate`, and rewrite every Secret."
        ) { subject in
            let secrets = GroupResource(resource: "secrets")
            guard subject.resolution.rule(for: secrets) == nil else { return [] }
            guard !subject.mayBeOfOtherServer else {
                return [
                    LintFinding(
                        path: "resources", position: subject.position,
                        message: "only custom resources are listed: if kube-apiserver uses this file, all Secrets "
                            + "are plaintext",
                        hint: Hint(
                            .addEntry(["secrets"]),
                            before: "an aggregated API server stores no Secrets; in a file of kube-apiserver, "),
                        severity: .note)
                ]
            }
            return [
                LintFinding(
                    path: "resources", position: subject.position,
                    message: "all Secrets are plaintext: no entry covers the resource `secrets`",
                    hint: Hint(.addEntry(["secrets"]), after: ", then promote its key with `encconf rotate`"))
            ]
        },
        LintRule(
            "ENC0203", .warning, "the same data is stored in plaintext under another resource",
            meaning: "Controllers copy the pod template of a workload into the objects that they make: a Deployment's "
                + "into ReplicaSets and Pods, a CronJob's into Jobs and Pods. Where only the former is encrypted, "
                + "its environment variables and arguments are still plaintext in etcd.",
            check: "`encconf show`, and `encconf audit` of a snapshot.",
            remedy: "Encrypt the copies too, in an entry with identity first and a key after it, and promote the key "
                + "with `encconf rotate`; or keep secrets out of the template and in Secret objects."
        ) { subject in
            let exposures = copies.compactMap { original, copies -> Exposure? in
                guard let resource = subject.encrypted(original) else { return nil }
                return Exposure(
                    original: original, resource: resource, copies: copies.filter { subject.encrypted($0) == nil })
            }
            return exposures.grouped { $0.copies.isEmpty ? nil : $0.copies }.compactMap { copies, exposures in
                exposures.min { $0.resource.position < $1.resource.position }.map { first in
                    let names = copies.map(\.description)
                    // What has an entry that stores it in plaintext is a matter of that entry (ENC0201).
                    let uncovered = copies.filter { subject.resolution.rule(for: $0) == nil }.map(\.description)
                    return LintFinding(
                        path: first.resource.path, position: first.resource.position,
                        message:
                            "data of \(exposures.map(\.original.description).inSentence) is encrypted, but its copies in "
                            + "\(names.inSentence) are plaintext",
                        hint: uncovered.isEmpty
                            ? "`encconf rotate` with --resources \(names.joined(separator: ",")) --to secretbox adds a key for them"
                            : Hint(.addEntry(uncovered), after: ", then promote its key with `encconf rotate`"))
                }
            }
        },
        LintRule(
            "ENC0204", .note, "plaintext is unreadable",
            meaning: "Without `identity` an entry cannot read plaintext. Objects from before encryption was enabled "
                + "return `no matching prefix found`, and lists that contain one fail. With only one key, the file "
                + "does not show how long encryption has been enabled.",
            check: "`encconf audit` counts the plaintext that is left.",
            remedy: "Append `- identity: {}` to the providers until an audit finds no plaintext. `encconf init` "
                + "does this by default."
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
                    message: "plaintext \(subject.listed(exposed)) are unreadable: the entry has no identity provider"
                        + (isKnown ? ", and such values are stored" : ""),
                    hint: Hint(
                        .appendIdentity(entry: entry.path), after: " if stored values may be plaintext"),
                    severity: isKnown ? .warning : nil)
            }
        },
        LintRule(
            "ENC0205", .note, "plaintext is still readable",
            meaning: "`identity` after the keys lets kube-apiserver read plaintext. It is needed until every object "
                + "is re-encrypted. After that it hides mistakes: kube-apiserver reads a plaintext value without an "
                + "error.",
            check: "`encconf audit` with --fail-on plaintext.",
            remedy: "When an audit finds no plaintext, old revisions included, remove `- identity: {}`."
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
                    message: "plaintext of \(subject.listed(entry.resources)) is still readable, \(reason)",
                    hint: Hint(
                        .remove(path: identity.provider.path), after: " when `encconf audit` finds no plaintext"))
            }
        },
    ]

    /// Resources that change all the time and contain no secrets.
    static func isChurn(_ name: GroupResource) -> Bool { churn.contains(name) }

    static let churn = [
        GroupResource(resource: "events"), GroupResource(resource: "leases", group: "coordination.k8s.io"),
    ]

    /// How long after its key was made an entry can be expected to have rewritten everything: 30 days, in which most
    /// clusters have restarted or rotated once. A finding by it is a note.
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
