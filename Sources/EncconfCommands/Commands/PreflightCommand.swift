internal import ArgumentParser
internal import EncryptionConfig
internal import Explanations
internal import NodePreflight
internal import Reports
internal import ShownText
internal import Terminal

/// `encconf preflight`
struct PreflightCommand: EncconfCommand {
    static let configuration = CommandConfiguration(
        commandName: "preflight",
        abstract: "Check a node before kube-apiserver restarts.",
        discussion: """
            Checks the file as verify does, its mode, owner and place, the volumes and flags of the manifest, the KMS \
            plugins, and whether everything in etcd is readable with it. FILE is the configuration to start with; \
            without it, the one that the manifest names.

            The etcd of the manifest is read. --evidence reads a snapshot instead, which cannot show what was written \
            after it. Servers are asked with --servers, backups are read with --backup. --skip leaves out categories: \
            mount, flags, plugin, stored.

            Examples:
              encconf preflight --preset kubeadm
              encconf preflight new.yaml --preset kubeadm --servers
              encconf preflight --discover-from api.service --skip stored
            Exit status: 0 would start, and all is readable; 1 a check failed, or a warning with --strict; 2 failure; 3 \
            not proven.
            """)

    struct Request: ParsableArguments {
        @Flag(name: .long, help: "Ask every server which file it runs.")
        var servers = false
        @Option(name: .long, help: ArgumentHelp("Check that this backup is readable.", valueName: "snapshot"))
        var backup: [String] = []
        @Option(name: .long, help: ArgumentHelp("Archive with old keys of the backups.", valueName: "file"))
        var archive: [String] = []
        @Option(
            name: .long, help: ArgumentHelp("Leave out these categories.", valueName: "list"),
            transform: Request.parsedCategories)
        var skip: Set<CheckCategory> = []
        @Flag(name: .long, help: "Treat warnings as errors.")
        var strict = false
        @Flag(name: .long, help: "Show only what is not ok.")
        var quiet = false

        /// The categories that are checked unless they are left out; the others are checked on request.
        private static let skippable: [CheckCategory] = [.mount, .flags, .plugin, .stored]

        private static func parsedCategories(_ list: String) throws -> Set<CheckCategory> {
            var categories: Set<CheckCategory> = []
            for name in list.split(separator: ",", omittingEmptySubsequences: false) {
                guard let category = CheckCategory(rawValue: String(name)), skippable.contains(category) else {
                    let names = skippable.map(\.rawValue).joined(separator: ", ")
                    throw ValidationError("--skip accepts \(names)")
                }
                categories.insert(category)
            }
            return categories
        }
    }

    @Argument(help: ArgumentHelp("Configuration. Default: that of the manifest.", valueName: "file"))
    var file: String?
    @OptionGroup(title: "Checks") var request: Request
    @OptionGroup(title: "Checks") var format: ReportOptions
    @OptionGroup var evidence: EvidenceOptions
    @OptionGroup(title: "Kubernetes") var kubernetes: KubernetesOptions
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard evidence.etcd.connection.isDiscovered else {
            throw ValidationError("name the server with --discover-from FILE, or with --preset NAME")
        }
        guard file != "-" || evidence.etcd.connection.discoverFrom != "-" else {
            throw ValidationError("standard input can be read only once")
        }
        guard file != "" else { throw ValidationError("the name of FILE is empty") }
        guard request.servers || !kubernetes.isGiven else {
            throw ValidationError("The options under KUBERNETES are for --servers.")
        }
        guard !request.archive.contains("-"), !request.backup.contains("-") else {
            throw ValidationError("backups and archives are not read from standard input")
        }
        guard request.archive.isEmpty || !request.backup.isEmpty else {
            throw ValidationError("--archive is for --backup")
        }
        guard !evidence.kms.isOff || evidence.kms.endpoints.kmsEndpoint.isEmpty else {
            throw ValidationError("--no-kms and --kms-endpoint cannot be used together")
        }
    }

    var reportKind: String? { format.output == .json ? "PreflightReport" : nil }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        var skipped = request.skip
        if evidence.kms.isOff { skipped.insert(.plugin) }
        let node = try PreflightNode(
            file: file, evidence: evidence, reading: reading, readsStored: !skipped.contains(.stored), console)
        var checks = node.fileChecks
        if !skipped.contains(.flags) { checks += try node.flagChecks() }
        if !skipped.contains(.mount) { checks += node.mountChecks }
        if !skipped.contains(.stored) { checks += try node.storedChecks() }
        if let configuration = node.configuration {
            if !skipped.contains(.plugin) { checks += try node.pluginChecks(configuration) }
            checks += node.changeChecks(configuration)
            if request.servers {
                checks += node.serverChecks(
                    configuration, kubernetes, etcd: skipped.contains(.stored) ? nil : evidence.etcd)
            }
            checks += try node.backupChecks(configuration, request.backup, archives: request.archive)
        }
        let report = PreflightReport(
            file: node.path, hash: node.hash, manifest: evidence.etcd.connection.manifest, checks: checks,
            skipped: skipped, needed: node.neededCategories, isStrict: request.strict)
        switch format.output {
        case .text: try console.result(report.text(usesColor: console.isOutputColored, isQuiet: request.quiet))
        case .json: try console.result(report.value)
        }
        return report.status
    }
}
