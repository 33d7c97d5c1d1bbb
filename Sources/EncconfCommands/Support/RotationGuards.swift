internal import EncryptionConfig
internal import Explanations
internal import GoText
internal import KeyRotation
internal import KeyTransition
internal import SecretMemory
internal import Terminal

/// What must be proven or promised before a step is written.
struct RotationGuards {
    private let command: RotateCommand
    private let plan: RotationPlan
    private let console: Console

    init(_ command: RotateCommand, plan: RotationPlan, console: Console) {
        self.command = command
        self.plan = plan
        self.console = console
    }

    /// - Throws: What is missing, all at once.
    func check(
        from old: EncryptionConfiguration, to new: EncryptionConfiguration, hash: String
    ) throws(CommandFailure) {
        let missing = plan.demands.compactMap(problem)
        // What is only looked at needs no promise, but it is told of.
        guard missing.isEmpty || command.dryRun else { throw CommandFailure(missing) }
        for problem in missing { console.warning(problem.message, hint: problem.hint) }
        warnOfKeyName()
        let evidence = try command.proof.evidence(
            under: ConfigurationFile(path: command.file, hash: hash, configuration: old), history: true)
        let retiredKeys = RetiredKeyCheck(plan.retired, from: old, to: new, isDiscarded: command.discardRetiredKeys)
        let warnings =
            try evidence.map { evidence throws(CommandFailure) in
                try retiredKeys.check(evidence, acceptsGaps: command.withoutEvidence)
            } ?? []
        try check(
            TransitionProof(from: old, to: new, stored: { evidence?.labels(of: $0) ?? .unknown }),
            hasEvidence: evidence != nil && !command.withoutEvidence)
        for warning in warnings { console.warning(warning.message, hint: warning.hint) }
        if let evidence { retiredKeys.tell(of: evidence, console) }
    }

    /// With `retire` the name is that of the key that stays.
    private func warnOfKeyName() {
        guard plan.step == .retire, let name = command.keyName,
            !plan.changes.contains(where: { $0.writeKey?.key == ByteName(name) })
        else { return }
        let gone = plan.changes.flatMap { change in change.before.filter { !change.after.contains($0) } }
        console.warning(
            "retire takes out every key that does not write, and --key-name \(name.printable) is none that does: what goes "
                + "is \(gone.compactMap(\.key).map(\.printable).joined(separator: ", "))",
            hint: "--key-name tells the key that stays")
    }

    /// - Parameter hasEvidence: Whether evidence alone shall settle what depends on what is stored.
    private func check(_ proof: TransitionProof, hasEvidence: Bool) throws(CommandFailure) {
        let counterexamples = proof.counterexamples.filter { $0.reader == .new || !command.singleServer }
        switch command.singleServer ? proof.safe : proof.rolling {
        case .yes: break
        case .no:
            throw CommandFailure(
                Self.problems(counterexamples.filter { $0.certainty == .certain })
                    + [CommandFailure.Problem(message: "the step is not safe, so nothing is written", hint: nil)])
        case .depends where hasEvidence && [.retire, .abort].contains(plan.step):
            // A label does not tell keys of one name apart, for one.
            throw CommandFailure(
                Self.problems(counterexamples) + [
                    CommandFailure.Problem(
                        message: "the evidence does not show that there are no such values, so nothing is written",
                        hint: plan.step == .retire
                            ? "--without-evidence, beside it, says in so many words that there are none" : nil)
                ], status: .unproven)
        case .depends where plan.step == .abort && proof.safe == .depends:
            console.warning(
                "if a server ever wrote with what is taken out, those values become unreadable",
                hint:
                    "abort only before the first promote; --evidence SNAPSHOT or --etcd proves it, --archive FILE keeps the key"
            )
        case .depends: break
        }
    }

    private static func problems(_ counterexamples: [Counterexample]) -> [CommandFailure.Problem] {
        counterexamples.prefix(5).map { CommandFailure.Problem(message: "\($0.resource): \($0.sentence)", hint: nil) }
    }

    private func problem(_ demand: RotationPlan.Demand) -> CommandFailure.Problem? {
        switch demand {
        case .onlyServer, .neverWritten: nil
        case .serversLoaded where command.serversLoaded || command.singleServer: nil
        case .serversLoaded:
            CommandFailure.Problem(
                message:
                    "promote needs --servers-loaded: a server that has not loaded this file cannot read the new key",
                hint: "check the hash on each server (`encconf show` prints it); --single-server if there is one only")
        case .unusedInStorage where command.withoutEvidence || command.evidence.isGiven: nil
        case .unusedInStorage:
            CommandFailure.Problem(
                message: "retire needs evidence that no stored value uses the old keys",
                hint: "--evidence SNAPSHOT or --etcd, or in so many words --without-evidence")
        case .archived where command.archive != nil || command.discardRetiredKeys: nil
        case .archived where plan.retired.isEmpty: nil
        case .archived:
            CommandFailure.Problem(
                message: "retire needs a place for the old keys, since backups may need them",
                hint: "--archive FILE, or in so many words --discard-retired-keys")
        }
    }
}
