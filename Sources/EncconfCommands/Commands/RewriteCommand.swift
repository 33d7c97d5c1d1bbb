internal import ArgumentParser
internal import ClusterRollout
internal import DurableFiles
internal import EncryptionConfig
internal import Explanations
internal import Glibc
internal import KubernetesAPI
internal import KubernetesResources
internal import Reports
internal import ShownText
internal import StorageAudit
internal import Terminal

/// `encconf rewrite`
struct RewriteCommand: EncconfCommand {
    static let configuration = CommandConfiguration(
        commandName: "rewrite",
        abstract: "Re-encrypt every stale object through the servers.",
        discussion: """
            Sends an empty patch for each object; the server stores it with its write key. Reads and shows no content. \
            With etcd as a source, only stale objects are patched, and an audit follows. Refuses to start before every \
            server runs the file.

            Ctrl-C stops it between two objects. Run it again to continue.

            Examples:
              encconf rewrite enc.yaml --dry-run
              encconf rewrite enc.yaml --etcd --max-rate 200
            Exit status: 0 done; 1 some objects were refused; 2 failure; 3 unknown.
            """)

    struct Request: ParsableArguments {
        @Option(
            name: .long, help: ArgumentHelp("Only these resources. Default: all but events, leases.", valueName: "list")
        )
        var resources: String?
        @Flag(name: .long, help: "Write nothing; show what servers would refuse.")
        var dryRun = false
        @Flag(name: .long, help: "Detect the write key of servers older than 1.34.")
        var canary = false
    }

    @Argument(help: ArgumentHelp("Configuration that the servers run.", valueName: "file"))
    var file: String
    @OptionGroup(title: "Rewrite") var request: Request
    @OptionGroup(title: "Rewrite") var speed: RewriteOptions
    @OptionGroup(title: "Rewrite") var format: ReportOptions
    @OptionGroup(title: "Kubernetes") var kubernetes: KubernetesOptions
    @OptionGroup(title: "etcd") var etcd: EtcdOptions
    @OptionGroup var consistency: LinearizableOptions
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var global: GlobalOptions

    var reportKind: String? { format.output == .json ? "RewriteReport" : nil }

    private var resourceNames: [String]? {
        request.resources?.split(separator: ",").map { $0.filter { !$0.isWhitespace } }
    }

    func validate() throws {
        for name in resourceNames ?? [] { try ResourceNames.check(name) }
        guard resourceNames?.isEmpty != true else { throw ValidationError("--resources is empty") }
        guard !request.canary || etcd.isGiven else {
            throw ValidationError("--canary needs --etcd or --discover-from")
        }
    }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        // Ctrl-C stops between two objects, with a report.
        let signals = BlockedSignals([SIGINT, SIGTERM, SIGHUP])
        defer { signals.unblock() }
        var settings = APISettings()
        settings.isCancelled = BlockedSignals.arePending
        settings.connectionLimit = speed.parallel
        let servers = try ClusterServers(kubernetes, etcd: etcd, settings, console)
        let rules = try reading.rules(try etcd.connection.discovery(), servers: servers.versions)
        let configuration = try Inputs.configuration(file, rules)
        let look = try servers.look(for: configuration, isCanaryWanted: request.canary, isThorough: true)
        guard look.census.writesAsFile else {
            let report = try servers.report(look, of: configuration, isSettlingAwaited: false)
            throw CommandFailure(
                [
                    CommandFailure.Problem(
                        message:
                            "Nothing was re-encrypted: a server that does not run \(fileName(file)) could undo it.",
                        hint: "run `encconf servers \(fileName(file))` for the state of each server")
                ] + report.problems, status: look.census.converged == .no ? .failure : .unproven)
        }
        let rewrite = ClusterRewrite(
            servers: servers, file: configuration,
            resources: resourceNames.map { Set($0.map { GroupResource(parsing: $0) }) }, options: speed,
            isDryRun: request.dryRun, endsWithAudit: true)
        let report = try rewrite.run(look)
        switch format.output {
        case .text: try console.result(report.text)
        case .json: try console.result(report.value)
        }
        return report.status
    }
}
