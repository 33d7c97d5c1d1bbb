internal import ArgumentParser
internal import Diagnostics
internal import DurableFiles
internal import EncryptionConfig
internal import EnvelopeCrypto
internal import Explanations
internal import GoText
internal import KeyRotation
internal import Reports
internal import SecretMemory
internal import ShownText
internal import StorageEvidence
internal import Terminal

/// `encconf rotate`
struct RotateCommand: EncconfCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Take the next step of a key rotation, in the only safe order.",
        discussion: """
            A rotation is three versions of the file, each rolled out to every server before the next: add (the new \
            key is read), promote (it writes), retire (the old one is gone). The file alone is the state. Each step is \
            proven before anything is written, and every other byte of the file stays as it is.

            Examples:
              encconf rotate --status enc.yaml
              encconf rotate enc.yaml --dry-run
              encconf rotate enc.yaml --step promote --servers-loaded
            """)

    enum Target: String, CaseIterable, ExpressibleByArgument { case aescbc, aesgcm, secretbox, kms, identity }
    enum StepName: String, CaseIterable, ExpressibleByArgument { case add, promote, retire, abort }

    @Argument(help: ArgumentHelp("The configuration.", valueName: "file"))
    var file: String
    @Flag(name: .long, help: "Tell where the rotation stands, and change nothing.")
    var status = false
    @Option(
        name: .long,
        help: ArgumentHelp(
            "add, promote, retire or abort. Default: the next one, if the file tells it.", valueName: "step"))
    var step: StepName?
    @Flag(name: .long, help: "One server alone reads the file: add and promote in one step.")
    var singleServer = false
    @Option(name: .long, help: ArgumentHelp("Only these resources, as the file names them.", valueName: "list"))
    var resources: String?
    @Option(
        name: .long,
        help: ArgumentHelp("Change the provider: aescbc, aesgcm, secretbox, kms or identity.", valueName: "provider"))
    var to: Target?
    @Option(name: .long, help: ArgumentHelp("Name of the key: a new one, or the one that is meant.", valueName: "name"))
    var keyName: String?
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Name of the new KMS provider, for --to kms; its socket is --kms-endpoint unix:///path.", valueName: "name")
    )
    var kmsName: String?
    @Flag(name: .long, help: "Every server runs the file as it is now: you have checked its hash on each.")
    var serversLoaded = false
    @OptionGroup(title: "Evidence") var evidence: EvidenceOptions
    @Flag(
        name: .long,
        help: "Retire keys although nothing shows that no stored value needs them, or not all of it beside evidence.")
    var withoutEvidence = false
    @Option(name: .long, help: ArgumentHelp("Keep retired keys in this file (mode 0600).", valueName: "path"))
    var archive: String?
    @Flag(name: .long, help: "Destroy retired keys: no backup needs them.")
    var discardRetiredKeys = false
    @Flag(name: .long, help: "Show what would change, without secrets, and write nothing.")
    var dryRun = false
    @Option(name: .long, help: ArgumentHelp("Write the new file here and leave the old one.", valueName: "path"))
    var outputFile: String?
    @Flag(name: .long, help: "Overwrite the file itself, where it cannot be replaced. Not safe against a crash.")
    var inPlace = false
    @Option(name: [.customShort("o"), .long], help: ArgumentHelp("text or json.", valueName: "format"))
    var output: OutputFormat = .text
    @OptionGroup(title: "Configuration files") var reading: ReadingOptions
    @OptionGroup(title: "Output") var global: GlobalOptions

    func validate() throws {
        guard file != "-" || status || dryRun || outputFile != nil else {
            throw ValidationError("standard input cannot be written; give --output-file or --dry-run")
        }
        guard archive != "-", outputFile != "-" else {
            throw ValidationError("keys are written to files alone, not to standard output")
        }
        guard !status || (step == nil && to == nil && outputFile == nil && !dryRun && !inPlace) else {
            throw ValidationError("--status changes nothing, so that no step goes with it")
        }
        let newSockets = evidence.kms.endpoints.unnamed.count
        guard to != .kms || kmsName != nil && newSockets == 1 else {
            throw ValidationError("--to kms needs --kms-name and --kms-endpoint unix:///PATH")
        }
        guard to == .kms || kmsName == nil && (newSockets == 0 || evidence.isGiven) else {
            throw ValidationError("--kms-name and --kms-endpoint are for --to kms")
        }
        try proof.validatePlugins()
        guard archive == nil || !discardRetiredKeys else {
            throw ValidationError("--archive and --discard-retired-keys exclude each other")
        }
        guard archive == nil || archive != file && archive != outputFile else {
            throw ValidationError("the archive is the file itself")
        }
        guard outputFile == nil || !inPlace else {
            throw ValidationError("--output-file and --in-place exclude each other")
        }
        guard keyName?.isEmpty != true else { throw ValidationError("--key-name is empty") }
    }

    var reportKind: String? { output == .json ? "RotationReport" : nil }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        let source = try Inputs.file(file).content
        if file != "-" {
            do { try SafeWrite.checkInterruption(of: file, holding: source) } catch { throw error.failure() }
        }
        let document = try readDocument(source)
        if status { return try showStatus(document, source, console) }
        guard !(try hasKeyAlready(document)) else { return try showDone(.add, source: source, console) }
        let plan = try makePlan(document)
        guard !plan.isDone else {
            let others: Phrase =
                switch plan.step {
                case .retire where to == nil: RotationStatus.otherReaders(in: plan.intended)
                case .promote: RotationStatus.writers(in: plan.intended)
                default: ""
                }
            return try showDone(plan.step, others: others, source: source, console)
        }
        try checkNewNames(plan, document)
        let edited = try edit(plan, source)
        let (authority, evidence) = try authority(for: plan, from: checked(document), hash: fileHash(source), console)
        return try finish(plan, authority, evidence, source: source, edited: edited, console)
    }
}

// MARK: - The walk, step by step

extension RotateCommand {
    /// Gathers the facts and has the step judged.
    ///
    /// - Returns: The right to write the step; nil for a dry run that has none.
    private func authority(
        for plan: RotationPlan, from old: EncryptionConfiguration, hash: String, _ console: Console
    ) throws(CommandFailure) -> (authority: RemovalAuthority?, evidence: StorageEvidence?) {
        // What the command line alone refuses needs no look at what is stored.
        let promises = StepFacts(
            serversLoaded: serversLoaded, isSingleServer: singleServer, evidence: nil,
            isAbsencePromised: withoutEvidence || evidence.isGiven,
            destination: archive != nil ? .archive : discardRetiredKeys ? .destruction : nil)
        if let failure = StepJudgement(plan, from: old, promises, isDryRun: dryRun).failure(nil) { throw failure }
        warnOfKeyName(plan, console)
        var facts = promises
        facts.isAbsencePromised = withoutEvidence
        facts.evidence = try proof.evidence(
            under: ConfigurationFile(path: file, hash: hash, configuration: old), history: true)
        let judgement = StepJudgement(plan, from: old, facts, isDryRun: dryRun)
        if let failure = judgement.failure(facts.evidence) { throw failure }
        for warning in judgement.warnings(facts.evidence) { console.warning(warning.message, hint: warning.hint) }
        if let evidence = facts.evidence { for note in judgement.removed.notes(evidence) { console.note(note) } }
        return (judgement.authority, facts.evidence)
    }

    /// With `retire` the name is that of the key that stays.
    private func warnOfKeyName(_ plan: RotationPlan, _ console: Console) {
        guard plan.step == .retire, let keyName,
            !plan.changes.contains(where: { $0.writeKey?.key == ByteName(keyName) })
        else { return }
        let gone = plan.changes.flatMap { change in change.before.filter { !change.after.contains($0) } }
        console.warning(
            "--key-name \(name: keyName) is not the write key. retire removes every other key: \(gone.compactMap(\.key?.text).listed).",
            hint: "with retire, --key-name names the key that stays")
    }

    private func readDocument(_ source: SecretKey) throws(CommandFailure) -> ConfigurationDocument {
        do throws(ConfigurationRefusal) {
            return try ConfigurationDocument.read(
                SecretBytes(copying: source.span), headerless: reading.headerless)
        } catch {
            throw CommandFailure(error.diagnostics.map { problem($0, path: file) })
        }
    }

    private func checked(_ document: ConfigurationDocument) throws(CommandFailure) -> EncryptionConfiguration {
        do throws(ConfigurationRefusal) {
            return try EncryptionConfiguration(checking: document, options: .lenient)
        } catch {
            throw CommandFailure(error.diagnostics.map { problem($0, path: file) })
        }
    }

    /// Whether the key sets have the key that is to be added: an `add` that was made before, or interrupted at its end.
    private func hasKeyAlready(_ document: ConfigurationDocument) throws(CommandFailure) -> Bool {
        guard step == .add, to == nil, let keyName else { return false }
        let sets = try sets(in: document)
        return !sets.isEmpty
            && sets.allSatisfy { set in set.keys.count > 1 && set.keys.contains { $0.name == ByteName(keyName) } }
    }

    /// The key sets that the command line is about.
    private func sets(in document: ConfigurationDocument) throws(CommandFailure) -> [KeySet] {
        let sets = KeySet.all(in: try checked(document))
        guard let names = request.resources else { return sets }
        return sets.filter { set in set.resources.contains { names.contains($0) } }
    }

    /// Refuses to promote "the other" of two keys: done twice, that would take the step back.
    private func checkNames(_ document: ConfigurationDocument) throws(CommandFailure) {
        guard step == .promote, to == nil, keyName == nil else { return }
        let doubtful = try sets(in: document).filter { set in
            set.writes && set.keys.count > 1 && set.keys.allSatisfy { KeyCreationDate(keyName: $0.name) == nil }
        }
        guard !doubtful.isEmpty else { return }
        let refusal = RotationRefusal.whichKey(paths: doubtful.map(\.path))
        throw CommandFailure("\(file): \(refusal.explanation)", hint: refusal.hint)
    }

    /// Refuses names of the person's own for several new keys: `promote` could not tell which ones are meant.
    private func checkNewNames(_ plan: RotationPlan, _ document: ConfigurationDocument) throws(CommandFailure) {
        guard plan.step == .add, to == nil, !singleServer, let keyName,
            KeyCreationDate(keyName: ByteName(keyName)) == nil,
            try sets(in: document).count > 1
        else { return }
        throw CommandFailure(
            "\(file): several key sets get keys of their own, and \(keyName) does not tell which is "
                + "new", hint: "leave --key-name out, or give --resources for one set after the other")
    }

    private func showDone(
        _ step: RotationRequest.Step, others: Phrase = "", source: SecretKey, _ console: Console
    ) throws(CommandFailure) -> ExitStatus {
        let report = RotationReport(
            file: file, steps: [], hash: try fileHash(source), isWritten: false, nextCommand: nil,
            nextReason: "\(step) is done already")
        let details: Phrase = "\(file): \(step.rawValue) is done already; nothing to change\n\(others)"
        try show(report, details: details, console)
        return .success
    }

    private func makePlan(_ document: ConfigurationDocument) throws(CommandFailure) -> RotationPlan {
        // A file that kube-apiserver refuses is told of in its own words.
        _ = try checked(document)
        try checkNames(document)
        // Made before, as the plan cannot fail for want of randomness; those that it does not use are wiped.
        var spare: [SecretKey] = []
        for _ in 0..<document.resources.count * 2 + 1 { spare.append(try newKey(length: 32)) }
        let newKeys = NewKeySource(name: ByteName(newKeyName)) { spare.removeLast() }
        do throws(RotationRefusal) {
            return try RotationPlan(request, for: document, newKeys: newKeys, options: .lenient)
        } catch {
            guard case .notPromoted(let paths) = error, step == .promote else {
                throw CommandFailure("\(file): \(error.explanation)", hint: error.hint)
            }
            throw CommandFailure(
                "\(file): what is to write is not there yet: \(paths.joined(separator: ", "))",
                hint: "--step add comes first")
        }
    }

    private var request: RotationRequest {
        var request = RotationRequest(
            step: step.flatMap { RotationRequest.Step(rawValue: $0.rawValue) }, singleServer: singleServer,
            resources: resources.map { Set($0.split(separator: ",").map { ByteName($0.filter { !$0.isWhitespace }) }) },
            keyName: keyName.map { ByteName($0) })
        switch to {
        case nil: break
        case .identity: request.target = .identity
        case .kms: request.target = .kms(name: ByteName(kmsName ?? ""), endpoint: ByteName(kmsEndpoint ?? ""))
        case .aescbc: request.target = .keyed(.aescbc)
        case .aesgcm: request.target = .keyed(.aesgcm)
        case .secretbox: request.target = .keyed(.secretbox)
        }
        return request
    }

    /// The socket of the new KMS provider.
    private var kmsEndpoint: String? { to == .kms ? evidence.kms.endpoints.unnamed.first?.text : nil }

    /// The evidence, and the plugins to ask for it: the new provider's has encrypted nothing yet.
    var proof: EvidenceOptions {
        guard to == .kms else { return evidence }
        var proof = evidence
        proof.kms.endpoints = evidence.kms.endpoints.named
        return proof
    }

    private var newKeyName: String { keyName ?? UTCTime.keyName(at: UTCTime.now) }

    private func edit(_ plan: RotationPlan, _ source: SecretKey) throws(CommandFailure) -> SecretKey {
        do throws(EditRefusal) {
            return SecretKey(
                try ConfigurationEditor.apply(plan.edits, to: source.bytes, headerless: reading.headerless))
        } catch {
            throw CommandFailure("\(file): \(error.explanation)", hint: error.hint)
        }
    }

    private func finish(
        _ plan: RotationPlan, _ authority: RemovalAuthority?, _ evidence: StorageEvidence?, source: SecretKey,
        edited: SecretKey, _ console: Console
    ) throws(CommandFailure) -> ExitStatus {
        let hash = try fileHash(edited)
        let guide = RotationGuide(
            file: outputFile ?? file, hash: hash, step: plan.step,
            resources: plan.changes.flatMap(\.resources).map(\.text),
            hasOldKeys: plan.changes.contains { $0.after.dropFirst().contains { $0.provider != .identity } },
            isDisabled: plan.step == .retire && to == .identity, repeatedOptions: repeatedOptions(after: plan.step),
            isSingleServer: singleServer, archive: archive)
        var report = RotationReport(
            file: outputFile ?? file, steps: plan.changes.map { RotationReport.Step($0, plan.step) }, hash: hash,
            isWritten: !dryRun, nextCommand: guide.command, nextReason: guide.reason)
        report.evidence = evidence
        guard !dryRun, let authority else {
            report = RotationReport(
                file: file, steps: report.steps, hash: hash, isWritten: false, nextCommand: nil,
                nextReason: "nothing is written")
            report.evidence = evidence
            let diff = UnifiedDiff(from: source.bytes, to: edited.bytes, oldName: file, newName: file)
            try show(report, details: Phrase(stringLiteral: diff.text), console)
            return .success
        }
        try RotationWriter(self, AuthorizedStep(plan, authority)).write(edited, source: source)
        let written: Phrase = "\(report.file): \(plan.step.rawValue) is written\n\(hash)\n"
        let heading: Phrase = guide.command == nil ? "what to do now" : "what to do now, and then (\(guide.reason))"
        try show(report, details: written + report.text + "\n\(heading):\n" + guide.text, console)
        return .success
    }

    /// What must be said again at each step, since the file alone does not show the intent.
    private func repeatedOptions(after step: RotationRequest.Step) -> Phrase {
        var options: [Phrase] = []
        if let to { options.append("--to \(to.rawValue)") }
        if let kmsName { options.append("--kms-name \(RotationGuide.quoted(kmsName))") }
        if let kmsEndpoint { options.append("--kms-endpoint \(RotationGuide.quoted(kmsEndpoint))") }
        if let resources { options.append("--resources \(RotationGuide.quoted(resources))") }
        if reading.headerless { options.append("--headerless") }
        if inPlace { options.append("--in-place") }
        // A name of the person's own does not tell that the key is the new one.
        if let keyName, to == nil, KeyCreationDate(keyName: ByteName(keyName)) == nil {
            options.append("--key-name \(RotationGuide.quoted(keyName))")
        }
        return options.joined(separator: " ")
    }

    private func show(_ report: RotationReport, details: Phrase, _ console: Console) throws(CommandFailure) {
        switch output {
        case .text: try console.result(details)
        case .json: try console.result(report.value)
        }
    }

    private func showStatus(
        _ document: ConfigurationDocument, _ source: SecretKey, _ console: Console
    ) throws(CommandFailure) -> ExitStatus {
        let status = RotationStatus(
            try checked(document), file: file, options: reading.headerless ? " --headerless" : "")
        let hash = try fileHash(source)
        let report = RotationReport(
            file: file, steps: status.steps, hash: hash, isWritten: false, nextCommand: status.nextCommand,
            nextReason: status.nextReason)
        try show(report, details: status.text + "\(hash)\nnext: \(status.nextCommand ?? status.nextReason)\n", console)
        return status.isAmbiguous ? .unproven : .success
    }
}
