internal import ArgumentParser
internal import EncryptionConfig
internal import Explanations
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
        abstract: "Open and count everything that etcd or its snapshots hold.",
        discussion: """
            Every live object of the resources that the configuration names, and every other one whose value is \
            encrypted: is it readable, by which key, stale, plaintext, and is it the object that its etcd key names? \
            Exit status: 0 clean, 1 findings, 3 something could not be told, such as values of a KMS \
            whose plugin gives no answer.

            Examples:
              encconf audit --config enc.yaml snapshot.db
              encconf audit --discover-from /etc/kubernetes/manifests/kube-apiserver.yaml
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json, html, openmetrics }

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The configuration in force. Repeat it for archives. Default: what --discover-from tells.",
            valueName: "file"))
    var config: [String] = []
    @Argument(
        help: ArgumentHelp("Files of `etcdctl snapshot save`, or the db of a stopped member.", valueName: "snapshot"))
    var snapshots: [String] = []
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Data directory of a stopped etcd member: its db and what only its WAL holds.", valueName: "folder"))
    var dataDir: String?
    @Option(
        name: .long, help: ArgumentHelp("Report these resources alone, with commas between them.", valueName: "list"))
    var resources: String?
    @Flag(name: .long, help: "Also revisions that are not live any more, but still in the file.")
    var history = false
    @Flag(name: .long, help: "Look for old values in free pages of the file.")
    var remnants = false
    @Flag(name: .long, help: "Count by labels alone; open nothing.")
    var censusOnly = false
    @Flag(name: .long, help: "Go on with what can be read of a damaged file.")
    var salvage = false
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Findings that set exit status 1: plaintext, stale, unreadable, notObject, moved, nonce, padding, writes, keyInClear, digest, or codes. Default: all but stale and writes.",
            valueName: "list"))
    var failOn: String?
    @Option(
        name: .long, help: ArgumentHelp("So many findings of each kind are listed; all are counted.", valueName: "n"))
    var limit = 20
    @Option(name: .long, help: ArgumentHelp("Threads. Default: one for each processor.", valueName: "n"))
    var jobs: Int?
    @Option(
        name: [.customShort("o"), .long], help: ArgumentHelp("text, json, html or openmetrics.", valueName: "format"))
    var output: Format = .text
    @OptionGroup(title: "etcd") var etcd: EtcdOptions
    @OptionGroup(title: "KMS") var kms: KMSOptions
    @OptionGroup(title: "Configuration files") var reading: ReadingOptions
    @OptionGroup(title: "Output") var global: GlobalOptions

    func validate() throws {
        guard !config.isEmpty || etcd.connection.discoverFrom != nil else {
            throw ValidationError("--config is missing")
        }
        guard !snapshots.isEmpty || dataDir != nil || etcd.isGiven else {
            throw ValidationError("there is nothing to audit; name a snapshot, or give --etcd")
        }
        guard !snapshots.isEmpty || dataDir != nil || !(history || remnants || salvage) else {
            throw ValidationError("--history, --remnants and --salvage are for snapshots: etcd itself shows none of it")
        }
        guard !snapshots.contains("-") else { throw ValidationError("a snapshot has to be a file") }
        guard limit >= 0 else { throw ValidationError("--limit is negative") }
        guard jobs ?? 1 > 0, jobs ?? 1 <= 256 else { throw ValidationError("--jobs is a number from 1 to 256") }
        _ = try failOnCodes()
        for name in resourceNames ?? [] { try ResourceNames.check(name) }
    }

    var reportKind: String? { output == .json ? "AuditReport" : nil }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        let files = try etcd.connection.configurations(config, reading)
        if !config.isEmpty { try etcd.warnUnlessInForce(files[0], console) }
        let run = AuditRun(
            configurations: files, unwrapping: try kms.unwrapping(for: files.map(\.configuration)),
            options: AuditOptions(
                isCensusOnly: censusOnly, findingLimit: limit,
                resources: resourceNames.map { Set($0.map { GroupResource(parsing: $0) }) },
                prefix: etcd.etcdPrefix,
                unknownVersion: reading.unknownVersion(try etcd.connection.discovery())),
            jobs: jobs)
        let failOn: Set<FindingCode>
        do throws(ValidationError) { failOn = try failOnCodes() } catch {
            throw CommandFailure("\(error.message)", status: .usage)
        }
        // Before anything is read, so that a certificate that is missing does not cost what was done.
        let sources = try etcd.sources()
        var (reports, failures) = ([AuditReport](), [Failure]())
        func add(_ name: String, _ audit: () throws(CommandFailure) -> AuditReport) {
            do throws(CommandFailure) {
                reports.append(try audit())
            } catch {
                // The other sources are audited all the same.
                console.failure(error)
                failures.append(Failure(name: name, error: error))
            }
        }
        for path in snapshots {
            add(path) { () throws(CommandFailure) in
                try run.report(on: path, failOn: failOn) { progress throws(AuditError) in
                    try run.audit(
                        snapshot: path, history: history, remnants: remnants, isSalvage: salvage, progress: progress)
                }
            }
        }
        if let dataDir {
            add(dataDir) { () throws(CommandFailure) in
                try run.report(on: dataDir, failOn: failOn) { progress throws(AuditError) in
                    try run.audit(
                        dataDirectory: dataDir, history: history, remnants: remnants, isSalvage: salvage,
                        progress: progress)
                }
            }
        }
        for source in sources {
            add(source.name) { () throws(CommandFailure) in
                try run.report(on: source.name, failOn: failOn) { progress throws(AuditError) in
                    try run.audit(source, progress: progress)
                }
            }
        }
        try show(reports, failures, console)
        return .worst(of: reports.map(\.status) + failures.map(\.error.status))
    }

    /// A source that could not be audited.
    private struct Failure {
        let name: String
        let error: CommandFailure

        /// The report in its place.
        var value: ReportValue {
            .report(kind: "AuditReport", ["source": ["path": .text(name)], "verdict": "unknown"]) + error.value
        }
    }

    private func show(
        _ reports: [AuditReport], _ failures: [Failure], _ console: Console
    ) throws(CommandFailure) {
        let missing = failures.map(\.name)
        switch output {
        case .text:
            for report in reports { try console.result(try report.text()) }
            if let matrix = BackupMatrix(reports, missing: missing) { try console.result(matrix.text) }
        case .json:
            for report in reports { try console.result(try report.value()) }
            for failure in failures { try console.result(failure.value) }
        case .html:
            if !reports.isEmpty {
                try console.result(
                    try AuditPage(reports, missing: missing, version: Encconf.configuration.version).text())
            }
        case .openmetrics: try console.result(AuditReport.openMetrics(reports, missing: missing))
        }
    }

    private var resourceNames: [String]? {
        resources.map { $0.split(separator: ",").map { $0.filter { !$0.isWhitespace } } }
    }

    private func failOnCodes() throws(ValidationError) -> Set<FindingCode> {
        guard let failOn else { return Set(FindingCode.allCases.filter(\.countsByDefault)) }
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
        on name: String, failOn: Set<FindingCode>, _ audit: (any AuditProgress) throws(AuditError) -> AuditResult
    ) throws(CommandFailure) -> AuditReport {
        do {
            return AuditReport(
                path: name, configurations: configurations, result: try audit(AuditProgressLine(name)), failOn: failOn,
                options: options)
        } catch {
            throw error.failure
        }
    }
}
