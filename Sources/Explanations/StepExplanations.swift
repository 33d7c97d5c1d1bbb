internal import EncryptionConfig
public import KeyRotation
internal import KeyTransition
internal import KubernetesResources
public import ShownText
public import StorageEvidence

extension StepJudgement {
    /// What stands against the step, for a person; nil if nothing does.
    ///
    /// - Parameter evidence: What was looked at.
    public func failure(_ evidence: StorageEvidence?) -> CommandFailure? {
        guard !refusals.isEmpty else { return nil }
        let isProvable = refusals.allSatisfy { refusal in
            switch refusal {
            case .gaps, .unsettled: true
            // Of what was looked at, more would prove it.
            case .destroyedWithoutProof: evidence != nil
            case .serversNotLoaded, .serversRunAnother, .pluginNotAsked, .pluginUnhealthy, .notShownUnused,
                .noDestination,
                .used, .unsafe:
                false
            }
        }
        return CommandFailure(
            refusals.flatMap { $0.problems(evidence) }, status: isProvable ? .unproven : .failure)
    }

    /// What a person should know although the step may be written.
    public func warnings(_ evidence: StorageEvidence?) -> [CommandFailure.Problem] {
        remarks.flatMap { remark -> [CommandFailure.Problem] in
            switch remark {
            case .waived(.gaps(let gaps)): evidence.map { evidence in gaps.map { $0.problem(in: evidence) } } ?? []
            case .waived(let refusal): refusal.problems(evidence)
            case .onWord:
                [
                    CommandFailure.Problem(
                        message: "Nothing shows that no stored value uses what the step removes.",
                        hint: "`encconf audit` with the archive as a further --config counts the values that do")
                ]
            case .orphans(let uses): uses.map { $0.problem(isDestroyed: false) }
            case .unreadStores:
                [
                    CommandFailure.Problem(
                        message:
                            "The removed keys are not archived. Resources that the file does not list may need them in "
                            + "another etcd.", hint: "keep the keys with --archive FILE")
                ]
            }
        }
    }
}

extension StepJudgement.Refusal {
    fileprivate func problems(_ evidence: StorageEvidence?) -> [CommandFailure.Problem] {
        switch self {
        case .serversNotLoaded(let hash):
            [
                CommandFailure.Problem(
                    message:
                        "Not every server is known to run this file (\(hash)). A server that runs another one may lack a key or "
                        + "still write with an old one.",
                    hint:
                        "compare this hash with the metric of each server, then pass it with --servers-loaded, or pass a "
                        + "--receipt; to promote, --single-server if only one server reads the file")
            ]
        case .serversRunAnother(let hash):
            [
                CommandFailure.Problem(
                    message: "What is said of the servers is about another file; this one has the hash \(hash).",
                    hint: "copy this file to every server, restart them, then pass --servers-loaded with this hash")
            ]
        case .pluginNotAsked:
            [
                CommandFailure.Problem(
                    message: "The KMS plugin was not asked whether it is healthy.",
                    hint: "run this on the node of the plugin, or go on without an answer with --no-kms")
            ]
        case .pluginUnhealthy(let error):
            [
                CommandFailure.Problem(
                    message:
                        "The KMS plugin is not healthy: \(error.sentence). With it kube-apiserver would not be ready, and could not "
                        + "write.",
                    hint: "start the plugin first; --no-kms goes on without asking it")
            ]
        case .notShownUnused:
            [
                CommandFailure.Problem(
                    message: "Stored values may still use what the step removes.",
                    hint:
                        "prove that none does with --discover-from, --etcd or --evidence, or skip the proof with "
                        + "--without-evidence")
            ]
        case .noDestination:
            [
                CommandFailure.Problem(
                    message: "The step removes keys. Older backups may need them.",
                    hint: "keep them with --archive FILE, or destroy them with --discard-retired-keys")
            ]
        case .destroyedWithoutProof:
            [
                CommandFailure.Problem(
                    message: "Keys are destroyed only with a proof that no stored value needs them.",
                    hint: "keep them with --archive FILE, or give evidence that is complete and late enough")
            ]
        case .used(let uses): uses.map { $0.problem(isDestroyed: true) }
        case .gaps(let gaps):
            (evidence.map { evidence in gaps.map { $0.problem(in: evidence) } } ?? []) + [
                CommandFailure.Problem(
                    message: "Not written: the evidence does not cover every value that may need the removed keys.",
                    hint: "if you know that there are none, add --without-evidence")
            ]
        case .unsafe(let counterexamples):
            Self.problems(counterexamples) + [CommandFailure.Problem(message: "Not written: the step is not safe.")]
        case .unsettled(let counterexamples):
            Self.problems(counterexamples) + [
                CommandFailure.Problem(
                    message: "Not written: nothing excludes these values.",
                    hint: "if you know that there are none, add --without-evidence")
            ]
        }
    }

    private static func problems(_ counterexamples: [Counterexample]) -> [CommandFailure.Problem] {
        counterexamples.prefix(5).map {
            CommandFailure.Problem(message: "\($0.resource.description): \($0.sentence)")
        }
    }
}

extension RemovedKeys.Use {
    /// - Parameter isDestroyed: Whether the keys are kept nowhere.
    fileprivate func problem(isDestroyed: Bool) -> CommandFailure.Problem {
        let name: Phrase = label.map { "\($0.text)" } ?? "the removed key"
        let keep: Phrase = isDestroyed ? "keep the key with --archive FILE" : "keep the archive until they are gone"
        switch kind {
        case .inUse where label?.provider == .identity:
            return CommandFailure.Problem(
                message:
                    "\(counted(count, "value")) of \(resource.description) \(count == 1 ? "is" : "are" as Phrase) still stored as "
                    + "plaintext",
                hint: "re-encrypt them, take a new snapshot, run the step again")
        case .inUse:
            return CommandFailure.Problem(
                message:
                    "\(counted(count, "value")) of \(resource.description) still \(count == 1 ? "uses" : "use" as Phrase) \(name)",
                hint: "re-encrypt them, take a new snapshot, run the step again")
        case .orphaned:
            return CommandFailure.Problem(
                message:
                    "\(counted(count, "value")) of \(resource.description) \(count == 1 ? "uses" : "use" as Phrase) \(name), and "
                    + "the file does not list that key for \(resource.description). Without the key "
                    + (count == 1 ? "the value is lost." : "the values are lost."), hint: keep)
        case .lost:
            return CommandFailure.Problem(
                message:
                    "\(counted(count, "value")) of \(resource.description) \(count == 1 ? "is" : "are" as Phrase) unreadable or "
                    + "moved already. The removed key may be the one that \(count == 1 ? "it needs" : "they need" as Phrase).",
                hint: "list them with `encconf audit`; \(keep)")
        }
    }
}

extension RemovedKeys {
    /// What was proven, and of what.
    public func notes(_ evidence: StorageEvidence) -> [Phrase] {
        guard !isEmpty else { return [] }
        return evidence.sources.flatMap { source -> [Phrase] in
            let seen = seen(in: source, evidence)
            guard !seen.isEmpty else { return ["\(source.name): contains none of the objects in question"] }
            let count = seen.reduce(0) { $0 + $1.count }
            var notes: [Phrase] = [
                "\(source.name): none of \(counted(count, "value")) of \(seen.map(\.resource.description).listed) uses the removed "
                    + "keys at revision \(source.revision)."
                    + (evidence.earliness(of: source) == nil
                        ? "" : " This holds if every server ran the file before that revision.")
            ]
            let old = oldUses(in: source)
            if old > 0 {
                notes.append(
                    "\(source.name): \(counted(old, "old revision")) \(old == 1 ? "uses" : "use" as Phrase) them. Watches and lists from "
                        + "these revisions fail until etcd compacts them.")
            }
            return notes
        }
    }
}
