internal import Diagnostics
internal import EncryptionConfig
internal import GoText
internal import KubernetesResources

/// Resources that are not what was meant, cost much, or come too early.
extension LintRule {
    static let resourceNames: [LintRule] = [
        LintRule(
            "ENC0240", .warning, "no Kubernetes version knows the resource",
            meaning: "kube-apiserver takes any name. One that no resource has encrypts nothing, without a word. "
                + "Resources are named by their plural and group: `secrets`, `deployments.apps`. Names whose group "
                + "is not one of Kubernetes' own and has a dot in it are custom resources, and not reported.",
            check: "`kubectl api-resources` lists NAME and the group in APIVERSION.",
            remedy: "Correct the name; until then the objects are stored in plaintext."
        ) { subject in
            subject.resources.lazy.filter { resource in
                !resource.text.isEmpty && !resource.pattern.isLiteral && !ResourceSpelling.isPlausible(resource.pattern)
            }
            .enumerated().map { index, resource in
                // It is compared with every resource there is, so not for more than are listed.
                let likely = index < DiagnosticLimit.count ? ResourceSpelling.likely(for: resource.pattern) : nil
                return LintFinding(
                    path: resource.path, position: resource.position,
                    message: "no Kubernetes version stores a resource named \(subject.shown(resource.text)); this "
                        + "encrypts nothing",
                    hint: likely.map { "\($0) may be meant" } ?? "`kubectl api-resources` lists names and groups")
            }
        },
        LintRule(
            "ENC0241", .note, "events or leases are encrypted",
            meaning: "Events and leases are written all the time (each node renews its lease every 10 seconds) and "
                + "hold nothing secret. Encrypting them costs work for every write and uses up the number of writes "
                + "that a key is good for.",
            check: "`apiserver_storage_transformation_operations_total` by resource.",
            remedy: "Take them out, or put an entry for them with `identity: {}` alone before the wildcard; first "
                + "rewrite what is stored, or keep the keys behind identity until it is."
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
                        message: "\(names) are encrypted: many writes, and nothing secret in them",
                        hint: patterns.contains(where: \.isWildcard)
                            ? "an entry for \(names) with `identity: {}` before the wildcard leaves them out"
                            : "take them out after rewriting, or keep the keys behind identity until then")
                }
        },
        LintRule(
            "ENC0242", .note, "everything is encrypted",
            meaning: "`*.*` covers every resource, those included that will only be added later. Events and leases "
                + "among them cost much, and one lost key loses the whole cluster.",
            check: "`encconf show`.",
            remedy: "Name what holds secrets. If all is to be encrypted, leave out events and leases by an entry with "
                + "`identity: {}` before it, and keep a copy of the keys outside the cluster."
        ) { subject in
            subject.resources.filter { $0.pattern == .everything }.compactMap { resource in
                guard let first = subject.rule(of: resource)?.providers.first, first.name != .identity else {
                    return nil
                }
                let covered = churn.filter { subject.resolution.rule(for: $0)?.pattern == .everything }
                return LintFinding(
                    path: resource.path, position: resource.position,
                    message: "`*.*` encrypts every resource"
                        + (covered.isEmpty ? "" : ", \(covered.map(\.description).inSentence) among them"),
                    hint: "name the resources that hold secrets, or leave out what only costs")
            }
        },
        LintRule(
            "ENC0244", .warning, "wildcards do not work yet",
            meaning: "Kubernetes 1.26 takes a wildcard for the name of a resource, which no resource has: nothing is "
                + "encrypted by it. From 1.27 on it stands for resources.",
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
            meaning: "An empty or null item in a list of resources is accepted and means nothing; usually a line was "
                + "left unfinished, and what was meant is stored in plaintext.",
            check: "Look at the list.", remedy: "Complete the name, or take the item out."
        ) { subject in
            subject.resources.filter { $0.pattern.name.resource.isEmpty }.map { resource in
                LintFinding(
                    path: resource.path, position: resource.position,
                    message: "the name of the resource is empty; this encrypts nothing",
                    hint: "complete the name, or take the item out")
            }
        },
    ]
}
