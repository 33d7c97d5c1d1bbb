internal import ArgumentParser
internal import DurableFiles
internal import EncryptionConfig
internal import Explanations
internal import KeyRescue
internal import Reports
internal import SecretMemory
internal import ShownText
internal import StorageAudit
internal import Terminal

/// `encconf rescue`
struct RescueCommand: EncconfCommand {
    static let configuration = CommandConfiguration(
        commandName: "rescue",
        abstract: "Make stored values readable again with archived keys.",
        discussion: """
            Finds the values that kube-apiserver cannot read with FILE, and adds the fewest keys of the archives under \
            which they are readable again. Write keys stay, and what is readable stays readable. The new file is \
            proven: every stored value is decrypted with it. FILE is never changed.

            Example:
              encconf rescue enc.yaml --from old.yaml snapshot.db --output-file fixed.yaml
            Exit status: 0 every stored value is readable; 1 some values stay unreadable; 2 failure; 3 not proven.
            """)

    struct RescueOptions: ParsableArguments {
        @Option(name: .long, help: ArgumentHelp("Archive or old configuration with keys.", valueName: "archive"))
        var from: [String] = []
        @Option(name: .long, help: ArgumentHelp("Data directory of a stopped etcd member.", valueName: "folder"))
        var dataDir: String?
        @Option(
            name: .long, help: ArgumentHelp("Write here (mode 0600). Default: standard output.", valueName: "path"))
        var outputFile: String?
        @Option(name: .long, help: ArgumentHelp("List at most N values of each kind.", valueName: "n"))
        var limit = 20
    }

    @Argument(help: ArgumentHelp("Configuration that the servers run.", valueName: "file"))
    var file: String
    @Argument(help: ArgumentHelp("Snapshots, or the db file of a stopped member.", valueName: "snapshot"))
    var snapshots: [String] = []
    @OptionGroup(title: "Rescue") var rescue: RescueOptions
    @OptionGroup(title: "Rescue") var format: ReportOptions
    @OptionGroup(title: "etcd") var etcd: EtcdOptions
    @OptionGroup(title: "KMS") var kms: KMSOptions
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard !rescue.from.isEmpty else { throw ValidationError("--from is missing; name an archive") }
        guard !snapshots.isEmpty || rescue.dataDir != nil || etcd.isGiven else {
            throw ValidationError("no stored values; name a snapshot, or use --etcd")
        }
        guard !snapshots.contains("-") else {
            throw ValidationError("a snapshot cannot be read from standard input; name a file")
        }
        guard ([file] + rescue.from).count(where: { $0 == "-" }) <= 1 else {
            throw ValidationError("standard input can be read only once")
        }
        guard rescue.outputFile != "-" else {
            throw ValidationError("omit --output-file for standard output")
        }
        guard rescue.outputFile == nil || rescue.outputFile != file else {
            throw ValidationError("FILE is never changed; choose another --output-file")
        }
        guard rescue.limit >= 0 else { throw ValidationError("--limit accepts 0 or more") }
    }

    var reportKind: String? { format.output == .json ? "RescueReport" : nil }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        if let path = rescue.outputFile { try Inputs.refuseOwned(path) }
        let rules = try reading.rules(try etcd.connection.discovery())
        let text = try Inputs.file(file).content
        let reader = RotationFile(path: file, rules: rules, keyName: nil)
        let configuration = ConfigurationFile(
            path: file, hash: try fileHash(text), configuration: try reader.checked(reader.document(text)))
        try etcd.warnUnlessInForce(configuration, console)
        var archives: [ConfigurationFile] = []
        for path in rescue.from { archives.append(try Inputs.configuration(path, rules)) }
        let sources = try StoredSources(
            snapshots: Inputs.distinct(snapshots, console), dataDirectory: rescue.dataDir, etcd: etcd.sources())
        let unwrapping = try kms.unwrapping(for: ([configuration] + archives).map(\.configuration))
        var options = AuditOptions(findingLimit: rescue.limit, prefix: etcd.etcdPrefix)
        options.isTriage = true
        let before = try sources.audited(
            AuditRun(configurations: [configuration] + archives, unwrapping: unwrapping, options: options))
        let plan = RescuePlan(
            of: before.map(\.live.unreadable.groups), for: configuration.configuration, text: text,
            RescuePlan.Rules(headerless: rules.headerless, kubernetes: rules.kubernetes, options: rules.lenient))
        let hash = try fileHash(plan.text)
        let rescued = ConfigurationFile(
            path: rescue.outputFile ?? file, hash: hash, configuration: plan.configuration)
        // The proof is another audit, of the values as they are, not of what the plan expects.
        let after =
            plan.isEmpty
            ? before
            : try sources.audited(
                AuditRun(configurations: [rescued] + archives, unwrapping: unwrapping, options: options))
        let judgement = RescueJudgement(
            sources.names, before: before, after: after, under: rescued.configuration, options)
        return try finish(
            plan, judgement, configuration, archives: archives, hash: hash, options: rules.given, console)
    }

    /// Writes the new file, if there is one to write, and the report.
    private func finish(
        _ plan: RescuePlan, _ judgement: RescueJudgement, _ configuration: ConfigurationFile,
        archives: [ConfigurationFile], hash: String, options: [Phrase], _ console: Console
    ) throws(CommandFailure) -> ExitStatus {
        let output = plan.isEmpty ? nil : rescue.outputFile
        if let output {
            do { try SafeWrite.create(plan.text.span, at: output, replacing: false) } catch {
                throw error.failure(existsHint: "choose another --output-file")
            }
            console.note("wrote \(output)")
        } else if let path = rescue.outputFile {
            console.note("\(path) is not written: no key was added")
        }
        let report = RescueReport(
            configuration, archives: archives, plan, judgement, output: output, outputHash: hash,
            readingOptions: options)
        switch format.output {
        case .json: try console.result(try report.value())
        case .text where rescue.outputFile != nil || plan.isEmpty: try console.result(try report.text())
        case .text:
            // Standard output is the file, so that it can be redirected.
            try console.result(plan.text.span)
            console.complaint(try report.text())
        }
        return report.status
    }
}

/// Where the stored values are, for a command that reads all of them more than once.
private struct StoredSources {
    let snapshots: [String]
    let dataDirectory: String?
    let etcd: [EtcdSource]

    var names: [String] { snapshots + [dataDirectory].compactMap(\.self) + etcd.map(\.name) }

    /// The audit of each source. If one cannot be read, nothing is known of all.
    func audited(_ run: AuditRun) throws(CommandFailure) -> [AuditResult] {
        var results: [AuditResult] = []
        do throws(AuditError) {
            for path in snapshots {
                results.append(try run.audit(snapshot: path, progress: AuditProgressLine(path)))
            }
            if let dataDirectory {
                results.append(
                    try run.audit(dataDirectory: dataDirectory, progress: AuditProgressLine(dataDirectory)))
            }
            for source in etcd { results.append(try run.audit(source, progress: AuditProgressLine(source.name))) }
        } catch {
            throw error.failure
        }
        return results
    }
}
