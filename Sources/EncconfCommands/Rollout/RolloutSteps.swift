internal import ClusterRollout
internal import Explanations
internal import GoText
internal import KeyRotation
internal import Reports
internal import ShownText
internal import StorageEvidence
internal import Terminal

// The steps of the file.
extension RolloutRun {
    func write(_ step: RotationRequest.Step) throws(CommandFailure) {
        let isBack = machine.goal == .back
        if step == .retire {
            try ask("Remove the \(isBack ? "new" : "old") keys from \(command.file)?")
        }
        // The answer, or what was done before, may have taken long.
        if step != .abort, facts.servers == .runFile, try !isStillTrue() { return }
        let document = try rotation.document(source)
        let old = try rotation.checked(document)
        let plan = try rotation.plan(isBack ? backRequest(step) : goal.request(step), for: document)
        // When a rollout is undone, the last step removes the key that was new.
        let position: RolloutPosition = isBack && step == .retire ? .aborted : RolloutPosition(after: step)
        let isConverged = facts.servers == .runFile
        guard !plan.isDone else {
            begin(plan)
            record?.note(RolloutRecord.Version(hash: hash, position: position))
            try save()
            (facts.servers, facts.isJustWritten) = (.notAsked, false)
            return try readStanding()
        }
        let edited = try rotation.edited(plan, source)
        // When a rollout is undone, all versions that servers may run decrypt with both keys, so they are equivalent.
        let alike = isBack && facts.servers == .runOurs
        let receipt = receipt ?? (alike ? ConvergenceReceipt(hash: hash, clusterUID: nil, revision: nil) : nil)
        var stepFacts = StepFacts(
            hash: hash, servers: receipt.map { .receipt($0) }, isSingleServer: false,
            plugin: try goal.pluginHealth(plan), isAbsencePromised: false,
            destination: command.keys.archive != nil ? .archive : command.keys.discardRetiredKeys ? .destruction : nil)
        if step == .retire || step == .abort {
            if let seen = try read(history: true, receipt) { stepFacts.stored = .seen(seen) }
            // Reading took long.
            if isConverged, try !isStillTrue() { return }
        }
        let judgement = StepJudgement(plan, from: old, stepFacts)
        let seen = stepFacts.stored.evidence
        if let failure = judgement.failure(seen) { throw failure }
        for warning in judgement.warnings(seen) { console.warning(warning.message, hint: warning.hint) }
        guard let authorized = judgement.step else {
            throw CommandFailure("\(command.file): not written: the step is not allowed")
        }
        begin(plan)
        let newHash = try fileHash(edited)
        record?.prepare(RolloutRecord.Version(hash: newHash, position: position), isConverged: isConverged)
        try save()
        try RotationWriter(file: command.file, archive: command.keys.archive, authorized).write(edited, source: source)
        source = edited
        hash = newHash
        record?.complete()
        try save()
        try readStanding()
        // Every server runs the version before, as was seen.
        (facts.servers, facts.stored, facts.rewrites) = (isConverged ? .runOurs : .notAsked, .notLooked, 0)
        (facts.isDelivered, facts.isJustWritten) = (false, isConverged)
        self.receipt = nil
        let changes = RotationReport(
            file: command.file, steps: plan.changes.map { RotationReport.Step($0, step) }, hash: hash, isWritten: true,
            next: NextCommand(reason: "nothing: the rollout continues")
        ).text
        try tell(step.rawValue, .ends, "wrote \(command.file), \(hash)", [("hash", .text(hash))])
        if command.format.output == .text { try console.result(changes) }
    }

    /// Makes the record before the first step, and notes that a rollout goes back.
    func begin(_ plan: RotationPlan) {
        if record == nil {
            // After plaintext or several keys there is no single key to go back to.
            let writers = Set(plan.changes.map { $0.before.first?.key?.text })
            let added = Set(
                plan.changes.flatMap { change in change.after.filter { !change.before.contains($0) } }.map {
                    $0.key?.text
                })
            record = RolloutRecord(
                goal: goalText, originalHash: hash, previousKey: writers.count == 1 ? writers.first ?? nil : nil,
                newKey: added.count == 1 ? added.first ?? nil : nil)
        }
        if command.keys.abort { record?.isGoingBack = true }
    }

    /// A step on the way back: the key that wrote before is the one that is meant, and only the one that was added goes.
    func backRequest(_ step: RotationRequest.Step) throws(CommandFailure) -> RotationRequest {
        guard command.keys.to == nil, let previous = record?.previousKey, let added = record?.newKey else {
            throw CommandFailure(
                "\(command.file): cannot abort: several keys or providers were write keys before",
                hint: "undo it step by step with `encconf rotate`")
        }
        var request = goal.request(step == .retire ? .abort : step)
        request.keyName = ByteName(step == .promote ? previous : added)
        return request
    }
}
