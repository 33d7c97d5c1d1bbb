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
        abstract: "Take the next step of a key rotation, in the only safe order.",
        discussion: """
            A rotation is three versions of the file, each rolled out to every server before the next: add (the new \
            key is read), promote (it writes), retire (the old one is gone). The file alone is the state. Each step is \
            proven before anything is written, and every other byte of the file stays as it is. abort takes an added \
            key out again. Whatever a step takes out goes into --archive.

            promote and retire need to know that every server runs the file as it is; retire and abort need proof \
            that no stored value uses what goes. Exit status: 0 done, 2 refused, 3 not proven.

            Examples:
              encconf rotate --status enc.yaml
              encconf rotate enc.yaml --dry-run
            """)

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
    var to: RotationGoal.Target?
    @Option(name: .long, help: ArgumentHelp("Name of the key: a new one, or the one that is meant.", valueName: "name"))
    var keyName: String?
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Name of the new KMS provider, for --to kms; its socket is --kms-endpoint unix:///path.", valueName: "name")
    )
    var kmsName: String?
    @Flag(
        name: .long,
        help:
            "With retire: take out identity too, where it does not write. Needs proof that nothing is stored as plaintext."
    )
    var removeIdentity = false
    @OptionGroup(title: "Servers") var servers: ServersOptions
    @OptionGroup(title: "Evidence") var evidence: EvidenceOptions
    @Flag(
        name: .long,
        help: "Go on although nothing shows that no stored value needs removed keys, or not all of it beside evidence.")
    var withoutEvidence = false
    @Option(name: .long, help: ArgumentHelp("Keep removed keys in this file (mode 0600).", valueName: "path"))
    var archive: String?
    @Flag(name: .long, help: "Destroy removed keys: no backup needs them.")
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
        guard !status || isWithoutStep else {
            throw ValidationError("--status changes nothing, so that nothing of a step goes with it")
        }
        guard resources == nil || request.resources?.isEmpty == false else {
            throw ValidationError("--resources names nothing")
        }
        guard archive == nil && !discardRetiredKeys || step != .add && step != .promote else {
            throw ValidationError("--archive and --discard-retired-keys are for steps that remove keys")
        }
        let newSockets = evidence.kms.endpoints.unnamed.count
        guard to != .kms || kmsName != nil && newSockets == 1 else {
            throw ValidationError("--to kms needs --kms-name and --kms-endpoint unix:///PATH")
        }
        guard to == .kms || kmsName == nil && (newSockets == 0 || evidence.isGiven) else {
            throw ValidationError("--kms-name and --kms-endpoint are for --to kms")
        }
        guard !removeIdentity || step == .retire && to != .identity else {
            throw ValidationError("--remove-identity goes with --step retire")
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
        guard keyName == nil || to != .kms && to != .identity else {
            throw ValidationError("--key-name is for providers with keys of their own; --kms-name names a plugin")
        }
        guard servers.afterRevision == nil || evidence.isGiven else {
            throw ValidationError("--after-revision says from when evidence counts; give --evidence or --etcd")
        }
    }

    /// Whether nothing is given that is about a step.
    private var isWithoutStep: Bool {
        step == nil && to == nil && outputFile == nil && !dryRun && !inPlace && !singleServer && resources == nil
            && keyName == nil && kmsName == nil && !removeIdentity && !servers.isGiven && !evidence.isGiven
            && !withoutEvidence && archive == nil && !discardRetiredKeys
    }

    var reportKind: String? { output == .json ? "RotationReport" : nil }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        let source = try Inputs.file(file).content
        if file != "-" {
            do { try SafeWrite.checkInterruption(of: file, holding: source) } catch { throw error.failure() }
        }
        let discovery = try evidence.etcd.connection.discovery()
        let rules = try reading.rules(discovery, servers: try servers.versions(before: evidence, console))
        let rotation = RotationFile(path: file, rules: rules, keyName: keyName)
        let document = try rotation.document(source)
        if status { return try showStatus(document, source, rotation, console) }
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

// MARK: - The walk, step by step

extension RotateCommand {
    /// Gathers the facts and has the step judged.
    ///
    /// - Returns: The judgement, which has the step unless this is a dry run, and what it rests on.
    private func judged(
        _ plan: RotationPlan, from old: EncryptionConfiguration, hash: String, _ console: Console
    ) throws(CommandFailure) -> (judgement: StepJudgement, evidence: StorageEvidence?) {
        let configuration = ConfigurationFile(path: file, hash: hash, configuration: old)
        let servers = try servers.fact(of: configuration, before: evidence, console)
        var facts = StepFacts(
            hash: hash, servers: servers, isSingleServer: singleServer,
            plugin: try goal.pluginHealth(plan), stored: evidence.isGiven ? .awaited : .unseen,
            isAbsencePromised: withoutEvidence,
            destination: archive != nil ? .archive : discardRetiredKeys ? .destruction : nil)
        if evidence.isGiven {
            // What the command line alone refuses needs no look at what is stored.
            if let failure = StepJudgement(plan, from: old, facts, isDryRun: dryRun).failure(nil) { throw failure }
            let file = ConfigurationFile(path: file, hash: hash, configuration: old)
            let convergence = Convergence(servers, of: hash, afterRevision: self.servers.afterRevision) ?? .unknown
            if let seen = try proof.evidence(under: file, history: true, since: convergence) {
                facts.stored = .seen(seen)
            }
            // Reading took long: somebody may have given a server another file meanwhile.
            if self.servers.servers { _ = try self.servers.fact(of: file, before: evidence, console) }
        }
        let evidence = facts.stored.evidence
        let judgement = StepJudgement(plan, from: old, facts, isDryRun: dryRun)
        if let failure = judgement.failure(evidence) { throw failure }
        for warning in judgement.warnings(evidence) { console.warning(warning.message, hint: warning.hint) }
        if let evidence { for note in judgement.removed.notes(evidence) { console.note(note) } }
        return (judgement, evidence)
    }

    private func showDone(
        _ plan: RotationPlan, source: SecretKey, _ console: Console
    ) throws(CommandFailure) -> ExitStatus {
        var report = RotationReport(
            file: file, steps: [], hash: try fileHash(source), isWritten: false,
            next: NextCommand(reason: "\(plan.step) is done already"))
        report.kubernetes = plan.intended.kubernetes
        let writers: Phrase = plan.step == .promote ? RotationStatus.writers(in: plan.intended) : ""
        let details: Phrase = "\(file): \(plan.step.rawValue) is done already; nothing to change\n\(writers)"
        try show(report, details: details, console)
        return .success
    }

    private var goal: RotationGoal {
        RotationGoal(
            to: to, keyName: keyName, kmsName: kmsName, resources: resources, removesIdentity: removeIdentity,
            isSingleServer: singleServer, evidence: evidence)
    }

    private var request: RotationRequest {
        goal.request(step.flatMap { RotationRequest.Step(rawValue: $0.rawValue) })
    }

    private var kmsEndpoint: String? { goal.kmsEndpoint }

    /// The evidence, and the plugins to ask for it.
    var proof: EvidenceOptions { goal.proof }

    private func finish(
        _ plan: RotationPlan, _ judgement: StepJudgement, _ evidence: StorageEvidence?, source: SecretKey,
        edited: SecretKey, obstacle: Phrase?, _ rules: ServerRules, _ console: Console
    ) throws(CommandFailure) -> ExitStatus {
        let hash = try fileHash(edited)
        let guide = RotationGuide(
            file: outputFile ?? file, hash: hash, plan: plan, isSingleServer: singleServer,
            repeatedOptions: repeatedOptions(rules), archive: archive, obstacle: obstacle,
            kubernetes: rules.kubernetes)
        var report = RotationReport(
            file: outputFile ?? file, steps: plan.changes.map { RotationReport.Step($0, plan.step) }, hash: hash,
            isWritten: judgement.step != nil, next: guide.next, guide: guide.lines)
        guard let step = judgement.step else {
            report = RotationReport(
                file: file, steps: report.steps, hash: hash, isWritten: false,
                next: NextCommand(reason: "nothing is written"))
            report.evidence = evidence
            report.kubernetes = rules.kubernetes
            let diff = UnifiedDiff(from: source.bytes, to: edited.bytes, oldName: file, newName: file)
            try show(report, details: Phrase(stringLiteral: diff.text), console)
            return .success
        }
        report.evidence = evidence
        report.kubernetes = rules.kubernetes
        report.notes = evidence.map { judgement.removed.notes($0) } ?? []
        try RotationWriter(file: file, archive: archive, outputFile: outputFile, inPlace: inPlace, step)
            .write(edited, source: source)
        if FileAccess.isOpenToOthers(report.file) {
            console.warning("\(report.file): other users may read the keys in it", hint: "chmod 600 it")
        }
        let written: Phrase = "\(report.file): \(plan.step.rawValue) is written\n\(hash)\n"
        try show(report, details: written + report.text + "\nWhat to do now:\n" + guide.text, console)
        return .success
    }

    /// What must be said again at each step, since the file alone does not show the intent.
    private func repeatedOptions(_ rules: ServerRules) -> Phrase {
        var options: [Phrase] = []
        if let to { options.append("--to \(to.rawValue)") }
        if let kmsName { options.append(RotationGuide.option("--kms-name", kmsName)) }
        if let kmsEndpoint { options.append(RotationGuide.option("--kms-endpoint", kmsEndpoint)) }
        if let resources { options.append(RotationGuide.option("--resources", resources)) }
        options += rules.given
        if inPlace { options.append("--in-place") }
        if evidence.kms.asksNobody, to == .kms { options.append("--no-kms") }
        if let keyName { options.append(RotationGuide.option("--key-name", keyName)) }
        return options.joined(separator: " ")
    }

    /// What stands against the step that comes after one, as far as the file tells; nil if nothing does.
    private func obstacle(
        after plan: RotationPlan, _ edited: SecretKey, _ rotation: RotationFile
    ) throws(CommandFailure) -> Phrase? {
        guard plan.step == .add, !singleServer else { return nil }
        var next = request
        next.step = .promote
        return try rotation.obstacle(to: next, in: edited)
    }

    private func show(_ report: RotationReport, details: Phrase, _ console: Console) throws(CommandFailure) {
        switch output {
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
        var report = RotationReport(file: file, steps: status.steps, hash: hash, isWritten: false, next: status.next)
        report.kubernetes = rotation.rules.kubernetes
        try show(report, details: status.text + "\(hash)\n\(status.next.text)", console)
        return status.isAmbiguous ? .unproven : .success
    }
}
