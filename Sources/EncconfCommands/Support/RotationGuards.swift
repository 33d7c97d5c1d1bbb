internal import EncryptionConfig

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
        let reports = try command.proof.reports(
            under: ConfigurationFile(path: command.file, hash: hash, configuration: old), history: true)
        let stored = try reports.isEmpty ? nil : SnapshotEvidence(reports)
        if let stored {
            let check = RetiredKeyCheck(plan.retired, from: old, to: new, isDiscarded: command.discardRetiredKeys)
            try check.check(stored, reports, console)
        }
        let proof = TransitionProof(from: old, to: new, stored: { stored?.labels(of: $0) })
        let answer = command.singleServer ? proof.safe : proof.rolling
        guard answer != .no else {
            let certain = proof.counterexamples.filter { counterexample in
                counterexample.certainty == .certain && !(command.singleServer && counterexample.reader == .old)
            }
            throw CommandFailure(
                certain.prefix(5).map {
                    CommandFailure.Problem(message: "\($0.resource): \($0.sentence)", hint: nil)
                } + [CommandFailure.Problem(message: "the step is not safe, so nothing is written", hint: nil)])
        }
        if plan.step == .abort, proof.safe == .depends {
            console.warning(
                "if a server ever wrote with what is taken out, those values become unreadable",
                hint:
                    "abort only before the first promote; --evidence SNAPSHOT or --etcd proves it, --archive FILE keeps the key"
            )
        }
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
