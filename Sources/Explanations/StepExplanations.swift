internal import EncryptionConfig
public import KeyRotation
internal import KeyTransition
internal import KubernetesResources
public import ShownText
public import StorageEvidence

extension StepJudgement {
    /// The error of a refused step; nil if the step may be written.
    ///
    /// - Parameter evidence: The evidence; nil without a source.
    public func failure(_ evidence: StorageEvidence?) -> CommandFailure? {
        guard !refusals.isEmpty else { return nil }
        let isProvable = refusals.allSatisfy { refusal in
            switch refusal {
            case .gaps, .unsettled: true
            // More evidence would prove it.
            case .destroyedWithoutProof: evidence != nil
            case .serversNotLoaded, .serversRunAnother, .pluginNotAsked, .pluginUnhealthy, .notShownUnused,
                .noDestination,
                .used, .unsafe:
                false
            }
        }
        // What refuses in any case is not to be skipped.
        let canSkip = refusals.allSatisfy { refusal in
            switch refusal {
            case .used, .unsafe, .destroyedWithoutProof: false
            default: true
            }
        }
        let lacksEvidence = refusals.contains { if case .gaps = $0 { true } else { false } }
        let problems = refusals.flatMap { refusal -> [CommandFailure.Problem] in
            switch refusal {
            case .gaps(let gaps):
                [
                    CommandFailure.Problem(
                        message: "Not written: the evidence does not cover every value that may need the removed keys.",
                        hint: Self.remedy(canSkip))
                ] + (evidence.map { evidence in gaps.map { $0.problem(in: evidence) } } ?? [])
            case .unsettled(let counterexamples):
                (lacksEvidence
                    ? []
                    : [
                        CommandFailure.Problem(
                            message: "Not written: the evidence does not exclude these values.",
                            hint: Self.remedy(canSkip))
                    ]) + StepJudgement.Refusal.problems(counterexamples)
            default: refusal.problems(evidence)
            }
        }
        return CommandFailure(problems, status: isProvable ? .unproven : .failure)
    }

    /// What to do about evidence that is not complete.
    private static func remedy(_ canSkip: Bool) -> Phrase {
        "add the evidence that is missing, as said below"
            + (canSkip ? "; only if you know that no such value exists, skip the proof with --without-evidence" : "")
    }

    /// The warnings of a step that may be written.
    public func warnings(_ evidence: StorageEvidence?) -> [CommandFailure.Problem] {
        remarks.flatMap { remark -> [CommandFailure.Problem] in
            switch remark {
            case .waived(.gaps(let gaps)): evidence.map { evidence in gaps.map { $0.problem(in: evidence) } } ?? []
            case .waived(let refusal): refusal.problems(evidence)
            case .onWord:
                [
                    CommandFailure.Problem(
                        message: "Stored values may still use the removed keys (--without-evidence).",
                        hint: "count these values with `encconf audit` and the archive as another --config")
                ]
            case .orphans(let uses): uses.map { $0.problem(isDestroyed: false) }
            case .unreadStores:
                [
                    CommandFailure.Problem(
                        message:
                            "The removed keys are not archived. Resources that the file does not list may need them in "
                            + "another etcd.", hint: "keep them with --archive FILE")
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
                        "Not every server is known to run this file (\(hash)). Another file may lack a key, or "
                        + "still write with an old one.",
                    hint:
                        "check with --servers, or compare the hash on each server and pass --servers-loaded HASH")
            ]
        case .serversRunAnother(let hash):
            [
                CommandFailure.Problem(
                    message: "--servers-loaded or --receipt is for another file; this file is \(hash).",
                    hint: "roll this file out to every server, then pass its hash with --servers-loaded")
            ]
        case .pluginNotAsked:
            [
                CommandFailure.Problem(
                    message: "The KMS plugin was not tested.",
                    hint: "run this on the node of the plugin, or skip the test with --no-kms")
            ]
        case .pluginUnhealthy(let error):
            [
                CommandFailure.Problem(
                    message:
                        "The KMS plugin is not healthy, so kube-apiserver could not write with it: "
                        + "\(error.sentence)",
                    hint: "start the plugin first, or skip the test with --no-kms")
            ]
        case .notShownUnused:
            [
                CommandFailure.Problem(
                    message: "The step removes keys. Stored values may still use them.",
                    hint:
                        "prove that none does with --evidence, --etcd or --discover-from, or skip it with "
                        + "--without-evidence")
            ]
        case .noDestination:
            [
                CommandFailure.Problem(
                    message: "The step removes keys. Older backups may need them.",
                    hint:
                        "keep them with --archive FILE; --discard-retired-keys destroys them, and needs complete evidence"
                )
            ]
        case .destroyedWithoutProof:
            [
                CommandFailure.Problem(
                    message: "Not written: keys are destroyed only with a proof that no stored value needs them.",
                    hint: "keep them with --archive FILE, or add evidence that is complete and late enough")
            ]
        case .used(let uses): uses.map { $0.problem(isDestroyed: true) }
        case .gaps(let gaps): evidence.map { evidence in gaps.map { $0.problem(in: evidence) } } ?? []
        case .unsafe(let counterexamples):
            [CommandFailure.Problem(message: "Not written: the step is not safe.")] + Self.problems(counterexamples)
        case .unsettled(let counterexamples): Self.problems(counterexamples)
        }
    }

    fileprivate static func problems(_ counterexamples: [Counterexample]) -> [CommandFailure.Problem] {
        counterexamples.prefix(5).map {
            CommandFailure.Problem(
                message: "\($0.resource.description): \($0.sentence(old: "the present file", new: "the changed file"))")
        }
    }
}

extension RemovedKeys.Use {
    /// - Parameter isDestroyed: Whether the keys are not archived.
    fileprivate func problem(isDestroyed: Bool) -> CommandFailure.Problem {
        let name: Phrase = label.map { "\($0.text)" } ?? "the removed key"
        let keep: Phrase = isDestroyed ? "keep the key with --archive FILE" : "keep the archive"
        switch kind {
        case .inUse where label?.provider == .identity:
            return CommandFailure.Problem(
                message:
                    "\(counted(count, "value")) of \(resource.description) \(count == 1 ? "is" : "are" as Phrase) still stored as "
                    + "plaintext",
                hint: "re-encrypt them, save a new snapshot, run the step again")
        case .inUse:
            return CommandFailure.Problem(
                message:
                    "\(counted(count, "value")) of \(resource.description) still \(count == 1 ? "uses" : "use" as Phrase) \(name)",
                hint: "re-encrypt them, save a new snapshot, run the step again")
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
                    + "moved. The removed key may be the one that \(count == 1 ? "it needs" : "they need" as Phrase).",
                hint: "list them with `encconf audit`; \(keep)")
        }
    }
}

extension RemovedKeys {
    /// What each source proves.
    public func notes(_ evidence: StorageEvidence) -> [Phrase] {
        guard !isEmpty else { return [] }
        return evidence.sources.flatMap { source -> [Phrase] in
            let seen = seen(in: source, evidence)
            guard !seen.isEmpty else {
                return [
                    "\(source.name): contains no object that the removed keys could have "
                        + "encrypted"
                ]
            }
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
