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
            remedy: "Correct the name; until then the objects are stored in plaintext. Where servers run the file, the "
                + "corrected name is a resource that is encrypted from then on: `encconf diff` shows the steps."
        ) { subject in
            subject.entries.lazy.flatMap { entry in entry.resources.lazy.map { (entry, $0) } }.filter { _, resource in
                !resource.text.isEmpty && !resource.pattern.isLiteral && !ResourceSpelling.isPlausible(resource.pattern)
            }
            .enumerated().map { index, item in
                let (entry, resource) = item
                // Each is compared with every known resource, so only for those that are listed.
                let likely = index < DiagnosticLimit.count ? ResourceSpelling.likely(for: resource.pattern) : nil
                let hint = likely.map { subject.correcting(resource, of: entry, to: $0) }
                return LintFinding(
                    path: resource.path, position: resource.position,
                    message: "no Kubernetes version has a resource \(subject.shown(resource.text)): this encrypts "
                        + "nothing",
                    hint: hint ?? "`kubectl api-resources` lists names and groups")
            }
        },
        LintRule(
            "ENC0241", .note, "events or leases are encrypted",
            meaning: "Events and leases are written all the time (each node renews its lease every 10 seconds) and "
                + "contain no secrets. To encrypt them costs time at every write, and uses up the writes of a key.",
            check: "`apiserver_storage_transformation_operations_total` by resource.",
            remedy:
                "Give them an entry of their own with `identity: {}` first and the keys after it; when everything is "
                + "re-encrypted, the keys can be removed there. Every server must read plaintext before, so an entry without identity "
                + "needs it first. With a KMS provider this cannot be done: a file may have its name only once."
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
                        hint: subject.leavingOut(found.map(\.1), found[0].0))
                }
        },
        LintRule(
            "ENC0242", .note, "everything is encrypted",
            meaning: "`*.*` covers every resource, including resources that are added later. Events and leases cost "
                + "much time, and with a lost key the whole cluster is lost.",
            check: "`encconf show`.",
            remedy:
                "Keep a copy of the keys outside the cluster. To name only what holds secrets, change the file in the "
                + "steps that `encconf diff` shows: what is encrypted needs its keys until it is rewritten."
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
                    hint:
                        "keep a copy of the keys outside the cluster; to name less, follow the steps of `encconf diff`")
            }
        },
        LintRule(
            "ENC0244", .warning, "wildcards do not work yet",
            meaning: "Kubernetes 1.26 reads a wildcard as the name of a resource, which does not exist, so it "
                + "encrypts nothing. Wildcards work from 1.27 on.",
            check: "`kubectl version`.",
            remedy:
                "Name each resource in a copy, and take the steps that `encconf diff` shows for it; or upgrade to 1.27 or later, as `encconf "
                + "verify` with --upgrade-to shows."
        ) { subject in
            subject.entries.compactMap { entry in
                let early = entry.resources.filter(\.pattern.isLiteral)
                guard let first = early.first else { return nil }
                return LintFinding(
                    path: first.path, position: first.position,
                    message:
                        "Kubernetes \(subject.kubernetes) has no wildcards: \(subject.listed(early)) encrypts nothing",
                    hint:
                        "name each resource (`encconf diff` with the edited copy as NEW shows the steps), or see `encconf verify` with --upgrade-to 1.27"
                )
            }
        },
        LintRule(
            "ENC0245", .warning, "a resource name is empty",
            meaning: "kube-apiserver accepts an empty or null item in a list of resources and ignores it. A line "
                + "may be unfinished, and the intended resource is stored as plaintext.",
            check: "The list of resources.", remedy: "Remove the item, or complete the name as a new resource."
        ) { subject in
            subject.entries.flatMap { entry in
                entry.resources.filter { $0.pattern.name.resource.isEmpty }.map { resource in
                    LintFinding(
                        path: resource.path, position: resource.position,
                        message: "the resource name is empty: this encrypts nothing",
                        hint: subject.removal(of: resource, from: entry))
                }
            }
        },
    ]
}

extension LintSubject {
    /// The hint at the right name of a resource.
    fileprivate func correcting(_ resource: Resource, of entry: Entry, to likely: String) -> Hint {
        let pattern = ResourcePattern(parsing: likely, in: kubernetes)
        let equals: [ResourcePattern] = [pattern, .all(of: pattern.name.group), .everything]
        guard entry.resources.contains(where: { equals.contains($0.pattern) }) else {
            return Hint(inSteps: .write(likely, path: resource.path), "\(likely) may be meant")
        }
        return "\(likely) may be meant, which this entry covers"
    }

    /// The hint at the removal of a resource that has no effect.
    fileprivate func removal(of resource: Resource, from entry: Entry) -> Hint {
        let isAlone = entry.resources.count == 1
        guard !isAlone || entries.count > 1 else { return "complete the name in the steps of `encconf diff`" }
        return Hint(
            .remove(path: isAlone ? entry.path : resource.path),
            after: ", or complete the name in the steps of `encconf diff`")
    }

    /// The hint at an entry that stores resources in plaintext which a rule encrypts now.
    fileprivate func leavingOut(_ names: [GroupResource], _ rule: ResourceResolution.Rule) -> Hint {
        guard let writer = rule.providers.first,
            let entry = entries.first(where: { $0.providers.first?.provider.path == writer.path }),
            !rule.providers.contains(where: { [.kmsv1, .kmsv2].contains($0.name) })
        else { return "keep them: a KMS provider cannot be repeated in an entry of their own" }
        guard rule.providers.contains(where: { $0.name == .identity }) else {
            return Hint(
                .appendIdentity(entry: entry.path),
                after: " and roll the file out; then an entry of their own with identity first leaves them out")
        }
        return Hint(
            .separate(names.map(\.description), from: entry.path), after: " until everything is rewritten")
    }
}
