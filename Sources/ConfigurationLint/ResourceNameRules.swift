internal import Diagnostics
internal import EncryptionConfig
internal import GoText
internal import KubernetesResources

/// Resource names that are wrong, expensive, or not supported yet.
extension LintRule {
    static let resourceNames: [LintRule] = [
        LintRule(
            "ENC0240", .warning, "no Kubernetes version has the resource",
            meaning: "kube-apiserver accepts any name. An unknown name encrypts nothing, without a warning. "
                + "Resources are named by their plural and group: `secrets`, `deployments.apps`. Names with a "
                + "foreign group that contains a dot are custom resources, and not reported.",
            check: "`kubectl api-resources` lists NAME and the group in APIVERSION.",
            remedy: "Correct the name. Until then the objects are stored as plaintext."
        ) { subject in
            subject.resources.lazy.filter { resource in
                !resource.text.isEmpty && !resource.pattern.isLiteral && !ResourceSpelling.isPlausible(resource.pattern)
            }
            .enumerated().map { index, resource in
                // Each is compared with every known resource, so only for those that are listed.
                let likely = index < DiagnosticLimit.count ? ResourceSpelling.likely(for: resource.pattern) : nil
                return LintFinding(
                    path: resource.path, position: resource.position,
                    message: "no Kubernetes version has a resource \(subject.shown(resource.text)): this encrypts "
                        + "nothing",
                    hint: likely.map { "did you mean \($0)?" } ?? "list names and groups with `kubectl "
                        + "api-resources`")
            }
        },
        LintRule(
            "ENC0241", .note, "events or leases are encrypted",
            meaning: "Events and leases are written all the time (each node renews its lease every 10 seconds) and "
                + "contain no secrets. To encrypt them costs time at every write, and uses up the writes of a key.",
            check: "`apiserver_storage_transformation_operations_total` by resource.",
            remedy: "Remove them, or put an entry for them with only `identity: {}` before the wildcard. Until they "
                + "are re-encrypted, keep the keys after identity."
        ) { subject in
            let encrypted = churn.compactMap { name in
                subject.resolution.rule(for: name).flatMap { $0.providers.first?.name == .identity ? nil : ($0, name) }
            }
            return encrypted.grouped { $0.0.pattern == .everything ? nil : $0.0.providers.first?.path }
                .compactMap { _, found in
                    let patterns = found.map(\.0.pattern)
                    guard let resource = subject.resources.first(where: { patterns.contains($0.pattern) }) else {
                        return nil
                    }
                    let names = found.map(\.1.description).inSentence
                    return LintFinding(
                        path: resource.path, position: resource.position,
                        message: "\(names) are encrypted: many writes, no secrets",
                        hint: patterns.contains(where: \.isWildcard)
                            ? "exclude \(names) with an entry with `identity: {}` before the wildcard"
                            : "remove them, and keep the keys after identity until they are re-encrypted")
                }
        },
        LintRule(
            "ENC0242", .note, "everything is encrypted",
            meaning: "`*.*` covers every resource, including resources that are added later. Events and leases cost "
                + "much time, and with a lost key the whole cluster is lost.",
            check: "`encconf show`.",
            remedy: "List the resources that contain secrets. To encrypt everything else too, exclude events and "
                + "leases with an entry with `identity: {}` before it, and keep a copy of the keys outside the "
                + "cluster."
        ) { subject in
            subject.resources.filter { $0.pattern == .everything }.compactMap { resource in
                guard let first = subject.rule(of: resource)?.providers.first, first.name != .identity else {
                    return nil
                }
                let covered = churn.filter { subject.resolution.rule(for: $0)?.pattern == .everything }
                return LintFinding(
                    path: resource.path, position: resource.position,
                    message: "`*.*` encrypts every resource"
                        + (covered.isEmpty ? "" : ", including \(covered.map(\.description).inSentence)"),
                    hint: "list the resources that contain secrets, or exclude events and leases")
            }
        },
        LintRule(
            "ENC0244", .warning, "wildcards do not work yet",
            meaning: "Kubernetes 1.26 reads a wildcard as the name of a resource, which does not exist, so it "
                + "encrypts nothing. Wildcards work from 1.27 on.",
            check: "`kubectl version`.", remedy: "Name each resource, or upgrade to 1.27 or later."
        ) { subject in
            subject.entries.compactMap { entry in
                let early = entry.resources.filter(\.pattern.isLiteral)
                guard let first = early.first else { return nil }
                return LintFinding(
                    path: first.path, position: first.position,
                    message:
                        "Kubernetes \(subject.kubernetes) has no wildcards: \(subject.listed(early)) encrypts nothing",
                    hint: "name each resource, or upgrade to 1.27 or later")
            }
        },
        LintRule(
            "ENC0245", .warning, "a resource name is empty",
            meaning: "kube-apiserver accepts an empty or null item in a list of resources and ignores it. A line "
                + "may be unfinished, and the intended resource is stored as plaintext.",
            check: "The list of resources.", remedy: "Complete the name, or remove the item."
        ) { subject in
            subject.resources.filter { $0.pattern.name.resource.isEmpty }.map { resource in
                LintFinding(
                    path: resource.path, position: resource.position,
                    message: "the resource name is empty: this encrypts nothing",
                    hint: "complete the name, or remove the item")
            }
        },
    ]
}
