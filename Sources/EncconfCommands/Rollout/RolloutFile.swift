internal import ClusterRollout
internal import DurableFiles
internal import EncryptionConfig
internal import Explanations
internal import Glibc
internal import KeyRotation
internal import KeyTransition
internal import Reports
internal import SecretMemory
internal import ShownText

// What the file of a rollout and its record say.
extension RolloutRun {
    func configuration() throws(CommandFailure) -> ConfigurationFile {
        ConfigurationFile(
            path: command.file, hash: hash, configuration: try rotation.checked(rotation.document(source)))
    }

    func readRecord() throws(CommandFailure) {
        guard unsafe access(recordPath, F_OK) == 0 else { return }
        guard let read = RolloutRecord(json: try Inputs.file(recordPath).content) else {
            throw CommandFailure(
                "\(recordPath): not a record of a rollout",
                hint: "finish by hand with `encconf rotate`, then delete the record")
        }
        if let finished = read.finished {
            // An hour later it is another rotation that is meant, and at once if another key is named.
            let isAgain =
                (0..<3600).contains(UTCTime.now - finished) && read.goal == goalText && !read.isGoingBack
                && read.standing(of: hash) != nil
            guard isAgain, command.keys.keyName == nil, !command.keys.abort else { return }
        } else if read.goal != goalText {
            // Its first step was never written.
            if read.standing(of: hash) == .original { return }
            throw CommandFailure(
                "Another rollout of \(command.file) is in progress.",
                hint: "repeat its options to continue, or add --abort to undo it",
                status: .usage)
        }
        record = read
        // Killed between the file and the record, or before the sync of the file.
        if read.pending?.hash == hash {
            do throws(FileError) { try SafeWrite.synchronize(command.file) } catch { throw error.failure() }
            record?.complete()
        }
    }

    /// The goal in the form in which it is compared.
    var goalText: String {
        [
            command.keys.newKmsKey ? "new-kms-key" : "rotation", command.keys.to?.rawValue, command.keys.keyName,
            command.keys.kmsName,
            command.keys.resources,
        ].map { $0 ?? "-" }.joined(separator: " ")
    }

    func readStanding() throws(CommandFailure) {
        let document = try rotation.document(source)
        let configuration = try rotation.checked(document)
        Program.redactor.learn(configuration.keys.map(\.key.secret))
        facts.standing = record.map { $0.standing(of: hash) } ?? .original
        if case .at? = facts.standing { facts.wantsSnapshotBefore = false }
        if record?.finished != nil { facts.wantsSnapshotAfter = false }
        if machine.goal == .back, case .at(.promoted)? = facts.standing {
            facts.writesPrevious = try rotation.plan(backRequest(.promote), for: document).isDone
        }
        guard facts.standing == .original, machine.goal == .newKey else { return }
        facts.firstStep = try firstStep(document)
        let nothing = TransitionProof(
            from: EncryptionConfiguration(form: .current, entries: []), to: configuration)
        facts.isSafeToBegin = nothing.rolling == .yes
    }

    /// The next step of the file: with `--key-name` the first that is not done, otherwise the one that the file shows.
    func firstStep(_ document: ConfigurationDocument) throws(CommandFailure) -> RotationRequest.Step? {
        guard command.keys.keyName != nil else {
            // A rollout has no --step.
            let hint: Phrase = "name the key that will be the write key with --key-name: a new or an existing one"
            return try rotation.plan(goal.request(nil), for: document, ambiguityHint: hint).step
        }
        for step in [RotationRequest.Step.add, .promote, .retire] {
            if try !rotation.plan(goal.request(step), for: document).isDone { return step }
        }
        return nil
    }

    func save() throws(CommandFailure) {
        guard let record else { return }
        let document = SecretKey(record.value.document(Program.redactor))
        do throws(FileError) { try SafeWrite.create(document.span, at: recordPath, replacing: true) } catch {
            throw error.failure()
        }
    }
}
