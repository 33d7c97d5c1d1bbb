internal import APIServerFlags
internal import ArgumentParser
internal import Diagnostics
internal import DurableFiles
internal import EncryptionConfig
internal import EnvelopeCrypto
internal import Explanations
internal import GoText
internal import KMSPlugin
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
        abstract: "Rotate encryption keys, one safe step at a time.",
        discussion: """
            A rotation has three steps, each proven safe. After each, roll the file out.
              add      Add a new key. It only decrypts. abort undoes this step.
              promote  Make the new key the write key. The old key still decrypts.
              retire   Remove the old key, after every value was re-encrypted.
            Examples:
              encconf rotate --status enc.yaml
              encconf rotate enc.yaml --dry-run
            Exit status: 0 done; 2 refused or failed; 3 not proven, or step ambiguous.
            """)

    enum StepName: String, CaseIterable, ExpressibleByArgument { case add, promote, retire, abort }

    struct StepOptions: ParsableArguments {
        @Flag(name: .long, help: "Show the current step; change nothing.")
        var status = false
        @Option(name: .long, help: ArgumentHelp("Step to take. Default: the next one.", valueName: "step"))
        var step: StepName?
        @Flag(name: .long, help: "Only one server: add and promote in one step.")
        var singleServer = false
        @Option(name: .long, help: ArgumentHelp("Rotate only these resources, comma-separated.", valueName: "list"))
        var resources: String?
        @Flag(name: .long, help: "Write nothing; print the diff without secrets.")
        var dryRun = false
        @Option(name: .long, help: ArgumentHelp("Write the result here; do not change FILE.", valueName: "path"))
        var outputFile: String?
        @Flag(name: .long, help: "Overwrite FILE in place; unsafe if interrupted.")
        var inPlace = false
    }

    struct KeyOptions: ParsableArguments {
        @Option(name: .long, help: ArgumentHelp("Change the provider.", valueName: "provider"))
        var to: RotationGoal.Target?
        @Option(name: .long, help: ArgumentHelp("Name of the new key, or which key is meant.", valueName: "name"))
        var keyName: String?
        @Option(name: .long, help: ArgumentHelp("Name of the new KMS provider, for --to kms.", valueName: "name"))
        var kmsName: String?
        @Option(name: .long, help: ArgumentHelp("Keep removed keys in this file (mode 0600).", valueName: "path"))
        var archive: String?
        @Flag(name: .long, help: "Destroy removed keys. No backup may need them.")
        var discardRetiredKeys = false
        @Flag(name: .long, help: "With retire: remove read-only identity too.")
        var removeIdentity = false
        @Flag(name: .long, help: "Remove keys without proof that no value needs them.")
        var withoutEvidence = false
    }

    @Argument(help: ArgumentHelp("Configuration; - is standard input.", valueName: "file"))
    var file: String
    @OptionGroup(title: "Step") var choice: StepOptions
    @OptionGroup(title: "Step") var format: ReportOptions
    @OptionGroup(title: "Keys") var keys: KeyOptions
    @OptionGroup var servers: ServersOptions
    @OptionGroup var evidence: EvidenceOptions
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard file != "-" || choice.status || choice.dryRun || choice.outputFile != nil else {
            throw ValidationError("standard input cannot be changed; use --output-file or --dry-run")
        }
        guard keys.archive != "-", choice.outputFile != "-" else {
            throw ValidationError("keys are not written to standard output; name a file")
        }
        guard !choice.status || isWithoutStep else {
            throw ValidationError("--status cannot be used with options of a step")
        }
        guard choice.resources == nil || request.resources?.isEmpty == false else {
            throw ValidationError("--resources is empty")
        }
        guard keys.archive == nil && !keys.discardRetiredKeys || choice.step != .add && choice.step != .promote else {
            throw ValidationError(
                "--archive and --discard-retired-keys are for steps that remove keys: retire and abort")
        }
        let newSockets = evidence.kms.endpoints.unnamed.count
        guard keys.to != .kms || keys.kmsName != nil && newSockets == 1 else {
            throw ValidationError("--to kms needs --kms-name and --kms-endpoint unix:///PATH")
        }
        guard keys.to == .kms || keys.kmsName == nil && (newSockets == 0 || evidence.isGiven) else {
            throw ValidationError("--kms-name and --kms-endpoint are for --to kms")
        }
        guard !keys.removeIdentity || choice.step == .retire && keys.to != .identity else {
            throw ValidationError("--remove-identity needs --step retire")
        }
        try proof.validatePlugins()
        guard keys.archive == nil || !keys.discardRetiredKeys else {
            throw ValidationError("--archive and --discard-retired-keys cannot be used together")
        }
        guard keys.archive == nil || keys.archive != file && keys.archive != choice.outputFile else {
            throw ValidationError("--archive needs another file than FILE")
        }
        guard choice.outputFile == nil || !choice.inPlace else {
            throw ValidationError("--output-file and --in-place cannot be used together")
        }
        guard keys.keyName?.isEmpty != true else { throw ValidationError("--key-name is empty") }
        guard keys.keyName == nil || keys.to != .kms && keys.to != .identity else {
            throw ValidationError("--key-name cannot be used with --to kms or identity; a KMS provider has --kms-name")
        }
        guard servers.afterRevision == nil || evidence.isGiven else {
            throw ValidationError("--after-revision needs evidence: use --evidence or --etcd")
        }
    }

    /// Whether no option of a step was used.
    private var isWithoutStep: Bool {
        choice.step == nil && keys.to == nil && choice.outputFile == nil && !choice.dryRun && !choice.inPlace
            && !choice.singleServer && choice.resources == nil
            && keys.keyName == nil && keys.kmsName == nil && !keys.removeIdentity && !servers.isGiven
            && !evidence.isGiven
            && !keys.withoutEvidence && keys.archive == nil && !keys.discardRetiredKeys
    }

    var reportKind: String? { format.output == .json ? "RotationReport" : nil }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        let source = try Inputs.file(file).content
        if file != "-" {
            do { try SafeWrite.checkInterruption(of: file, holding: source) } catch { throw error.failure() }
        }
        if !choice.status, !choice.dryRun { try Inputs.refuseOwned(choice.outputFile ?? file) }
        let discovery = try evidence.etcd.connection.discovery()
        let rules = try reading.rules(discovery, servers: try servers.versions(before: evidence, console))
        let rotation = RotationFile(path: file, rules: rules, keyName: keys.keyName)
        let document = try rotation.document(source)
        if choice.status { return try showStatus(document, source, rotation, console) }
        let plan = try rotation.plan(request, for: document)
        guard !plan.isDone else { return try showDone(plan, source: source, console) }
        let edited = try rotation.edited(plan, source)
        let (judgement, evidence) = try judged(
            plan, from: rotation.checked(document), hash: fileHash(source), console)
        return try finish(
            plan, judgement, evidence, source: source, edited: edited,
            obstacle: try obstacle(after: plan, edited, rotation), rules, console)
    }
}

// MARK: - The steps of the command

extension RotateCommand {
    /// Gathers the facts and has the step judged.
    ///
    /// - Returns: The judgement, which has the step unless this is a dry run, and its evidence.
    private func judged(
        _ plan: RotationPlan, from old: EncryptionConfiguration, hash: String, _ console: Console
    ) throws(CommandFailure) -> (judgement: StepJudgement, evidence: StorageEvidence?) {
        let configuration = ConfigurationFile(path: file, hash: hash, configuration: old)
        let servers = try servers.fact(of: configuration, before: evidence, console)
        var facts = StepFacts(
            hash: hash, servers: servers, isSingleServer: choice.singleServer,
            plugin: try goal.pluginHealth(plan), stored: evidence.isGiven ? .awaited : .unseen,
            isAbsencePromised: keys.withoutEvidence,
            destination: keys.archive != nil ? .archive : keys.discardRetiredKeys ? .destruction : nil)
        if evidence.isGiven {
            // A step that the command line itself forbids needs no evidence.
            if let failure = StepJudgement(plan, from: old, facts, isDryRun: choice.dryRun).failure(nil) {
                throw failure
            }
            let file = ConfigurationFile(path: file, hash: hash, configuration: old)
            let convergence = Convergence(servers, of: hash, afterRevision: self.servers.afterRevision) ?? .unknown
            if let seen = try proof.evidence(under: file, history: true, since: convergence) {
                facts.stored = .seen(seen)
            }
            // Reading took long. A server may have loaded another file meanwhile.
            if self.servers.areAsked { _ = try self.servers.fact(of: file, before: evidence, console) }
        }
        let evidence = facts.stored.evidence
        let judgement = StepJudgement(plan, from: old, facts, isDryRun: choice.dryRun)
        if let failure = judgement.failure(evidence) { throw failure }
        for warning in judgement.warnings(evidence) { console.warning(warning.message, hint: warning.hint) }
        if let evidence { for note in judgement.removed.notes(evidence) { console.note(note) } }
        return (judgement, evidence)
    }

    private func showDone(
        _ plan: RotationPlan, source: SecretKey, _ console: Console
    ) throws(CommandFailure) -> ExitStatus {
        // The run that wrote the file may have been killed before its last sync.
        if file != "-", !choice.dryRun {
            do { try SafeWrite.synchronize(file) } catch { throw error.failure() }
        }
        var report = RotationReport(
            file: file, steps: [], hash: try fileHash(source), isWritten: false,
            next: NextCommand(reason: "nothing: \(plan.step) is done already"))
        report.kubernetes = plan.intended.kubernetes
        let writers: Phrase = plan.step == .promote ? RotationStatus.writers(in: plan.intended) : ""
        let details: Phrase = "\(file): \(plan.step.rawValue) is done already. Nothing was changed.\n\(writers)"
        try show(report, details: details, console)
        return .success
    }

    private var goal: RotationGoal {
        RotationGoal(
            to: keys.to, keyName: keys.keyName, kmsName: keys.kmsName, resources: choice.resources,
            removesIdentity: keys.removeIdentity,
            isSingleServer: choice.singleServer, evidence: evidence)
    }

    private var request: RotationRequest {
        goal.request(choice.step.flatMap { RotationRequest.Step(rawValue: $0.rawValue) })
    }

    private var kmsEndpoint: String? { goal.kmsEndpoint }

    /// The evidence, and the plugins that decrypt it.
    var proof: EvidenceOptions { goal.proof }

    private func finish(
        _ plan: RotationPlan, _ judgement: StepJudgement, _ evidence: StorageEvidence?, source: SecretKey,
        edited: SecretKey, obstacle: Phrase?, _ rules: ServerRules, _ console: Console
    ) throws(CommandFailure) -> ExitStatus {
        let hash = try fileHash(edited)
        let guide = RotationGuide(
            file: choice.outputFile ?? file, hash: hash, plan: plan, isSingleServer: choice.singleServer,
            repeatedOptions: repeatedOptions(rules), archive: keys.archive, obstacle: obstacle,
            kubernetes: rules.kubernetes)
        var report = RotationReport(
            file: choice.outputFile ?? file, steps: plan.changes.map { RotationReport.Step($0, plan.step) }, hash: hash,
            isWritten: judgement.step != nil, next: guide.next, guide: guide.lines)
        guard let step = judgement.step else {
            report = RotationReport(
                file: file, steps: report.steps, hash: hash, isWritten: false,
                next: NextCommand(reason: "nothing was written (--dry-run)"))
            report.evidence = evidence
            report.kubernetes = rules.kubernetes
            let diff = UnifiedDiff(from: source.bytes, to: edited.bytes, oldName: file, newName: file)
            try show(report, details: Phrase(stringLiteral: diff.text), console)
            return .success
        }
        report.evidence = evidence
        report.kubernetes = rules.kubernetes
        report.notes = evidence.map { judgement.removed.notes($0) } ?? []
        try RotationWriter(
            file: file, archive: keys.archive, outputFile: choice.outputFile, inPlace: choice.inPlace, step
        )
        .write(edited, source: source)
        if FileAccess.isOpenToOthers(report.file) {
            console.warning("\(report.file): other users can read its keys", hint: "run `chmod 600 \(report.file)`")
        }
        let summary = report.summary(archive: keys.archive, isDestroyed: keys.discardRetiredKeys)
        try show(report, details: summary + report.text + "\n" + guide.text, console)
        return .success
    }

    /// Options to repeat in the next command; the file does not record them.
    private func repeatedOptions(_ rules: ServerRules) -> Phrase {
        var options: [Phrase] = []
        if let to = keys.to { options.append("--to \(to.rawValue)") }
        if let kmsName = keys.kmsName { options.append(RotationGuide.option("--kms-name", kmsName)) }
        if let kmsEndpoint { options.append(RotationGuide.option("--kms-endpoint", kmsEndpoint)) }
        if let resources = choice.resources { options.append(RotationGuide.option("--resources", resources)) }
        options += rules.given
        if choice.inPlace { options.append("--in-place") }
        if evidence.kms.isOff, keys.to == .kms { options.append("--no-kms") }
        if let keyName = keys.keyName { options.append(RotationGuide.option("--key-name", keyName)) }
        return options.joined(separator: " ")
    }

    /// The obstacle to the next step that the file shows; nil if there is none.
    private func obstacle(
        after plan: RotationPlan, _ edited: SecretKey, _ rotation: RotationFile
    ) throws(CommandFailure) -> Phrase? {
        guard plan.step == .add, !choice.singleServer else { return nil }
        var next = request
        next.step = .promote
        return try rotation.obstacle(to: next, in: edited)
    }

    private func show(_ report: RotationReport, details: Phrase, _ console: Console) throws(CommandFailure) {
        switch format.output {
        case .text: try console.result(details)
        case .json: try console.result(report.value)
        }
    }

    private func showStatus(
        _ document: ConfigurationDocument, _ source: SecretKey, _ rotation: RotationFile, _ console: Console
    ) throws(CommandFailure) -> ExitStatus {
        let hash = try fileHash(source)
        var status = RotationStatus(
            try rotation.checked(document), file: file, hash: hash, options: rotation.rules.given.joined(separator: " ")
        )
        if let step = status.nextStep, let obstacle = try rotation.obstacle(to: RotationRequest(step: step), in: source)
        {
            status.obstacle = obstacle
        }
        if let owned = DistributionFile(at: file) { status.obstacle = owned.obstacle }
        var report = RotationReport(file: file, steps: status.steps, hash: hash, isWritten: false, next: status.next)
        report.kubernetes = rotation.rules.kubernetes
        try show(report, details: "\(fileName(file))\n  \(hash)\n" + status.text + "\n\(status.next.text)", console)
        return status.isAmbiguous ? .unproven : .success
    }
}
