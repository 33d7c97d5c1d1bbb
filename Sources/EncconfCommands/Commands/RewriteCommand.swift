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
        abstract: "Have every stored value written anew that is not stored as this file would store it.",
        discussion: """
            Each object gets a patch that changes nothing; the server writes the value with its write key. No content is \
            asked for, kept or shown. With an etcd source only the stale objects are touched, else all are looked at. \
            Nothing is done while not all servers run the file: one that does not would write back with its old key.

            Ctrl-C stops it; run again it goes on with what is left. What it did is proven by an audit, with which it ends \
            where etcd is at hand. Exit status: 0 every object was looked at, 1 some were refused, 2 the work could not be done, 3 unknown.

            Examples:
              encconf rewrite /etc/kubernetes/enc/enc.yaml --dry-run
              encconf rewrite /etc/kubernetes/enc/enc.yaml --max-rate 200
            """)

    @Argument(help: ArgumentHelp("The configuration that the servers run.", valueName: "file"))
    var file: String
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Only these: secrets,deployments.apps. Events and Leases only if they are named.", valueName: "list"))
    var resources: String?
    @OptionGroup(title: "Speed") var speed: RewriteOptions
    @Flag(name: .long, help: "Ask the servers what they would refuse, and write nothing.")
    var dryRun = false
    @Flag(name: .long, help: "For servers before 1.34: see by a Secret that each writes which key it uses.")
    var canary = false
    @OptionGroup(title: "Kubernetes") var kubernetes: KubernetesOptions
    @OptionGroup(title: "etcd") var etcd: EtcdOptions
    @Option(name: [.customShort("o"), .long], help: ArgumentHelp("text or json.", valueName: "format"))
    var output: OutputFormat = .text
    @OptionGroup(title: "Configuration files") var reading: ReadingOptions
    @OptionGroup(title: "Output") var global: GlobalOptions

    var reportKind: String? { output == .json ? "RewriteReport" : nil }

    private var resourceNames: [String]? {
        resources?.split(separator: ",").map { $0.filter { !$0.isWhitespace } }
    }

    func validate() throws {
        for name in resourceNames ?? [] { try ResourceNames.check(name) }
        guard resourceNames?.isEmpty != true else { throw ValidationError("--resources names nothing") }
        guard !canary || etcd.isGiven else {
            throw ValidationError("--canary reads etcd; give --etcd or --discover-from")
        }
        guard !etcd.serializable else {
            throw ValidationError("--serializable is for audits: a member that lags behind does not know what is stale")
        }
    }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        // Ctrl-C ends it between two objects, with a report.
        let signals = BlockedSignals([SIGINT, SIGTERM, SIGHUP])
        defer { signals.unblock() }
        var settings = APISettings()
        settings.isCancelled = BlockedSignals.arePending
        settings.connectionLimit = speed.parallel
        let servers = try ClusterServers(kubernetes, etcd: etcd, settings, console)
        let rules = try reading.rules(try etcd.connection.discovery(), servers: servers.versions)
        let configuration = try Inputs.configuration(file, rules)
        let look = try servers.look(for: configuration, isCanaryWanted: canary, isThorough: true)
        guard look.census.writesAsFile else {
            let report = try servers.report(look, of: configuration, isSettlingAwaited: false)
            throw CommandFailure(
                report.problems + [
                    CommandFailure.Problem(
                        message:
                            "nothing is rewritten: a server that does not run \(fileName(file)) would write values back",
                        hint: "`encconf servers` shows what each server runs")
                ], status: look.census.converged == .no ? .failure : .unproven)
        }
        let rewrite = ClusterRewrite(
            servers: servers, file: configuration,
            resources: resourceNames.map { Set($0.map { GroupResource(parsing: $0) }) }, options: speed,
            isDryRun: dryRun, endsWithAudit: true)
        let report = try rewrite.run(look)
        switch output {
        case .text: try console.result(report.text)
        case .json: try console.result(report.value)
        }
        return report.status
    }
}
