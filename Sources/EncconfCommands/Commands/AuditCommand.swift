internal import ArgumentParser
internal import AuditControls
internal import DurableFiles
internal import EncryptionConfig
internal import Explanations
internal import KeyRescue
internal import KubernetesResources
internal import Reports
internal import SecretMemory
internal import ShownText
internal import StorageAudit
internal import Terminal

/// `encconf audit`
struct AuditCommand: EncconfCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Decrypt and check every object in etcd or a snapshot.",
        discussion: """
            Counts values that are plaintext, stale, unreadable, not an object, or moved to another etcd key. Covers the \
            resources of the configuration, and any other resource with encrypted values. Needs the KMS plugins for \
            KMS values.

            Examples:
              encconf audit --config enc.yaml snapshot.db
              encconf audit --config enc.yaml --config enc.yaml.retired snapshot.db
              encconf audit --config enc.yaml --etcd --endpoints 127.0.0.1:2379
              encconf audit --config enc.yaml --policy pci -o html snapshot.db
              encconf audit --config enc.yaml --baseline last.json snapshot.db
            Exit status: 0 clean; 1 findings; 2 failure; 3 unknown: not all was checked.
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json, jsonl, html, openmetrics }

    struct Scope: ParsableArguments {
        @Option(name: .long, help: ArgumentHelp("Configuration; repeat it to add archived keys.", valueName: "file"))
        var config: [String] = []
        @Option(name: .long, help: ArgumentHelp("Data directory of a stopped etcd member.", valueName: "folder"))
        var dataDir: String?
        @Option(name: .long, help: ArgumentHelp("Report only these resources, comma-separated.", valueName: "list"))
        var resources: String?
        @Flag(name: .long, help: "Check old revisions too.")
        var history = false
        @Flag(name: .long, help: "Look for old values in free pages.")
        var remnants = false
        @Flag(name: .long, help: "Show what to do about unreadable values.")
        var triage = false
        @Flag(name: .long, help: "Count values by prefix only; decrypt nothing.")
        var censusOnly = false
        @Flag(name: .long, help: "Continue if the snapshot is damaged.")
        var salvage = false
        @Option(
            name: .long,
            help: ArgumentHelp(
                "Findings that set exit status 1: codes, or \(FindingCode.names.keys.sorted().joined(separator: ", ")). "
                    + "Default: all but stale and writes.",
                valueName: "list"))
        var failOn: String?
        @Option(
            name: .long,
            help: ArgumentHelp(
                "Policy file, or a preset: \(PolicyPreset.allCases.map(\.rawValue).sorted().joined(separator: ", ")).",
                valueName: "policy"))
        var policy: String?
        @Option(name: .long, help: ArgumentHelp("Compare with an earlier report (-o json).", valueName: "report"))
        var baseline: String?
        @Option(name: .long, help: ArgumentHelp("List at most N findings of each code.", valueName: "n"))
        var limit = 20
        @Option(name: .long, help: ArgumentHelp("Number of threads. Default: one per processor.", valueName: "n"))
        var jobs: Int?
        @Option(name: [.customShort("o"), .long], help: ArgumentHelp("", valueName: "format"))
        var output: Format = .text
        @Option(
            name: .long, help: ArgumentHelp("Write the metrics to this file, in addition.", valueName: "path"))
        var metricsFile: String?
    }

    @Argument(help: ArgumentHelp("Snapshots, or the db file of a stopped member.", valueName: "snapshot"))
    var snapshots: [String] = []
    @OptionGroup(title: "Audit") var scope: Scope
    @OptionGroup(title: "etcd") var etcd: EtcdOptions
    @OptionGroup(title: "etcd") var consistency: SerializableOptions
    @OptionGroup(title: "KMS") var kms: KMSOptions
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard !scope.config.isEmpty || etcd.connection.isDiscovered else {
            throw ValidationError("--config is missing; name the configuration")
        }
        guard !snapshots.isEmpty || scope.dataDir != nil || etcd.isGiven else {
            throw ValidationError("nothing to audit; name a snapshot, or use --etcd")
        }
        guard !snapshots.isEmpty || scope.dataDir != nil || !(scope.history || scope.remnants || scope.salvage) else {
            throw ValidationError("--history, --remnants and --salvage need a snapshot")
        }
        guard !snapshots.contains("-") else {
            throw ValidationError("a snapshot cannot be read from standard input; name a file")
        }
        guard !scope.triage || !scope.censusOnly && (scope.output == .text || scope.output == .json) else {
            throw ValidationError("--triage needs decryption and the output text or json")
        }
        guard (scope.config + [scope.policy, scope.baseline].compactMap(\.self)).count(where: { $0 == "-" }) <= 1 else {
            throw ValidationError("only one of --config, --policy and --baseline can be standard input")
        }
        guard scope.baseline == nil || scope.output != .openmetrics else {
            throw ValidationError("--baseline needs the output text, json or html")
        }
        guard scope.limit >= 0 else { throw ValidationError("--limit accepts 0 or more") }
        guard scope.jobs ?? 1 > 0, scope.jobs ?? 1 <= 256 else { throw ValidationError("--jobs accepts 1 to 256") }
        _ = try failOnCodes()
        for name in resourceNames ?? [] { try ResourceNames.check(name) }
        try consistency.check(etcd)
    }

    var reportKind: String? { [.json, .jsonl].contains(scope.output) ? "AuditReport" : nil }
    var isReportOneLine: Bool { scope.output == .jsonl }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        let files = try etcd.connection.configurations(scope.config, reading)
        if !scope.config.isEmpty { try etcd.warnUnlessInForce(files[0], console) }
        var options = AuditOptions(
            isCensusOnly: scope.censusOnly, findingLimit: scope.limit,
            resources: resourceNames.map { Set($0.map { GroupResource(parsing: $0) }) }, prefix: etcd.etcdPrefix,
            unknownVersion: reading.unknownVersion(try etcd.connection.discovery()))
        options.isTriage = scope.triage
        let run = AuditRun(
            configurations: files, unwrapping: try kms.unwrapping(for: files.map(\.configuration)), options: options,
            jobs: scope.jobs)
        let failOn: Set<FindingCode>
        do throws(ValidationError) { failOn = try failOnCodes() } catch {
            throw CommandFailure("\(error.message)", status: .usage)
        }
        let policy = try policy()
        let baseline = try scope.baseline.map { path throws(CommandFailure) in try BaselineFile.read(path) }
        // Before anything is read, so that a missing certificate does not waste an hour of work.
        let sources = try etcd.sources(isSerializable: consistency.serializable)
        guard baseline == nil || snapshots.count + sources.count + (scope.dataDir == nil ? 0 : 1) == 1 else {
            throw CommandFailure(
                "--baseline compares one source", hint: "audit each source with its own earlier report", status: .usage)
        }
        var (reports, failures) = ([AuditReport](), [Failure]())
        func add(_ name: String, _ audit: () throws(CommandFailure) -> AuditReport) {
            do throws(CommandFailure) {
                reports.append(try audit())
            } catch {
                // The other sources are still audited.
                console.failure(error)
                failures.append(Failure(name: name, error: error))
            }
        }
        for path in Inputs.distinct(snapshots, console) {
            add(path) { () throws(CommandFailure) in
                try run.report(on: path, failOn: failOn, policy) { progress throws(AuditError) in
                    try run.audit(
                        snapshot: path, history: scope.history, remnants: scope.remnants, isSalvage: scope.salvage,
                        progress: progress)
                }
            }
        }
        if let dataDir = scope.dataDir {
            add(dataDir) { () throws(CommandFailure) in
                try run.report(on: dataDir, failOn: failOn, policy) { progress throws(AuditError) in
                    try run.audit(
                        dataDirectory: dataDir, history: scope.history, remnants: scope.remnants,
                        isSalvage: scope.salvage,
                        progress: progress)
                }
            }
        }
        for source in sources {
            add(source.name) { () throws(CommandFailure) in
                try run.report(on: source.name, failOn: failOn, policy) { progress throws(AuditError) in
                    try run.audit(source, progress: progress)
                }
            }
        }
        if scope.triage { try triage(&reports, run, console) }
        if let baseline, let path = scope.baseline {
            for index in reports.indices { try reports[index].compare(with: baseline, at: path, Program.redactor) }
        }
        var statuses = reports.map(\.status) + failures.map(\.error.status)
        if let path = scope.metricsFile {
            do throws(CommandFailure) {
                try writeMetrics(reports, failures, to: path)
            } catch {
                // The report is still shown.
                console.failure(error)
                statuses.append(error.status)
            }
        }
        try show(reports, failures, console)
        return .worst(of: statuses)
    }

    /// The policy of `--policy`; nil without it.
    ///
    /// - Throws: Also if `--resources` leaves out what the policy asks for, because then the audit could not judge it.
    private func policy() throws(CommandFailure) -> AuditPolicy? {
        guard let name = scope.policy else { return nil }
        let policy = try PolicyFile.read(name)
        let asked = resourceNames.map { Set($0.map { GroupResource(parsing: $0) }) }
        if let leftOut = asked.map({ policy.leftOut(by: $0) }), !leftOut.isEmpty {
            throw CommandFailure(
                "--resources leaves out \(leftOut.map(\.description).listed), which the policy wants encrypted",
                hint: "name it in --resources too, or leave out --resources", status: .usage)
        }
        return policy
    }

    /// Adds to each report what to do about its unreadable values.
    private func triage(
        _ reports: inout [AuditReport], _ run: AuditRun, _ console: Console
    ) throws(CommandFailure) {
        let files = run.configurations
        let rules = try reading.rules(try etcd.connection.discovery(), isReading: true)
        var text: SecretKey?
        if files[0].path != "-" {
            let content = try Inputs.file(files[0].path).content
            guard try fileHash(content) == files[0].hash else {
                throw CommandFailure("\(files[0].path): the file was changed during the audit", hint: "audit again")
            }
            text = content
        }
        // A snapshot that is not what was saved restores nothing.
        let backups = reports.filter { $0.result.source.snapshot != nil && !$0.result.source.hasChanged }.map(\.path)
            .filter { $0 != scope.dataDir }
        let search = BackupSearch(files.map(\.configuration), unwrapping: run.unwrapping)
        for index in reports.indices {
            let groups = reports[index].result.live.unreadable.groups
            var copies: [ReadableCopy] = []
            for path in backups where !groups.isEmpty {
                do { copies += try search.copies(of: groups.flatMap(\.values), in: path) } catch {
                    throw error.failure
                }
            }
            let path = reports[index].path
            reports[index].triage = AuditTriage(
                groups, files, snapshot: snapshots.contains(path) ? path : nil, copies: copies, text: text,
                RescuePlan.Rules(
                    headerless: rules.headerless, kubernetes: rules.kubernetes, options: rules.lenient),
                readingOptions: rules.given)
        }
    }

    /// A source that could not be audited.
    private struct Failure {
        let name: String
        let error: CommandFailure

        /// The report in its place.
        var value: ReportValue {
            .report(
                kind: "AuditReport",
                [
                    "time": .text(UTCTime.rfc3339(UTCTime.now)), "source": ["path": .text(name)], "verdict": "unknown",
                ]) + error.value
        }
    }

    private func writeMetrics(
        _ reports: [AuditReport], _ failures: [Failure], to path: String
    ) throws(CommandFailure) {
        let metrics = AuditReport.openMetrics(reports, missing: failures.map(\.name))
        let text = Array(Program.redactor.shown(metrics).text.utf8)
        do { try SafeWrite.publish(text.span.rawBytes, at: path) } catch { throw error.failure() }
    }

    private func show(
        _ reports: [AuditReport], _ failures: [Failure], _ console: Console
    ) throws(CommandFailure) {
        let missing = failures.map(\.name)
        switch scope.output {
        case .text:
            for report in reports { try console.result(try report.text()) }
            if let matrix = BackupMatrix(reports, missing: missing) { try console.result(matrix.text) }
        case .json, .jsonl:
            for report in reports { try console.result(try report.value(), isOneLine: isReportOneLine) }
            for failure in failures { try console.result(failure.value, isOneLine: isReportOneLine) }
        case .html:
            if !reports.isEmpty {
                try console.result(
                    try AuditPage(reports, missing: missing, version: Encconf.configuration.version).text())
            }
        case .openmetrics: try console.result(AuditReport.openMetrics(reports, missing: missing))
        }
    }

    private var resourceNames: [String]? {
        scope.resources.map { $0.split(separator: ",").map { $0.filter { !$0.isWhitespace } } }
    }

    private func failOnCodes() throws(ValidationError) -> Set<FindingCode> {
        guard let failOn = scope.failOn else { return Set(FindingCode.allCases.filter(\.countsByDefault)) }
        var codes: Set<FindingCode> = []
        for name in failOn.split(separator: ",") {
            if let named = FindingCode.names[String(name)] {
                codes.formUnion(named)
            } else if let code = FindingCode(rawValue: String(name)), code != .needsPlugin {
                codes.insert(code)
            } else {
                throw ValidationError(
                    "--fail-on accepts \(FindingCode.names.keys.sorted().joined(separator: ", ")), and codes such as ENC0401"
                )
            }
        }
        return codes
    }
}

extension AuditRun {
    /// The report of an audit that this run makes.
    fileprivate func report(
        on name: String, failOn: Set<FindingCode>, _ policy: AuditPolicy?,
        _ audit: (any AuditProgress) throws(AuditError) -> AuditResult
    ) throws(CommandFailure) -> AuditReport {
        do {
            return AuditReport(
                path: name, configurations: configurations, result: try audit(AuditProgressLine(name)), failOn: failOn,
                options: options, policy: policy)
        } catch {
            throw error.failure
        }
    }
}
