internal import ArgumentParser
internal import ClusterRollout
internal import DurableFiles
internal import EncryptionConfig
internal import Explanations
internal import KubernetesAPI
internal import Reports
internal import SecretMemory
internal import ShownText
internal import Terminal

/// `encconf servers`
struct ServersCommand: EncconfCommand {
    static let configuration = CommandConfiguration(
        commandName: "servers",
        abstract: "Show which file each kube-apiserver runs.",
        discussion: """
            Asks every server itself, not the load balancer, for the hash in its metrics (Kubernetes 1.34 or newer). \
            Takes the list of servers from their Leases and from the Service kubernetes; the two must agree.

            --canary makes each server write an empty Secret, decrypts it from etcd, and deletes it. It shows the write \
            key of the server, not its read keys.

            Examples:
              encconf servers enc.yaml
              encconf servers enc.yaml --wait 10m --receipt enc.receipt
            Exit status: 0 all servers run the file; 1 one does not; 2 failure; 3 unknown.
            """)

    struct Request: ParsableArguments {
        @Option(name: .long, help: ArgumentHelp("Wait until all servers run FILE, for example 10m.", valueName: "dur"))
        var wait: WaitDuration?
        @Option(name: .long, help: ArgumentHelp("Write the proof for rotate --receipt.", valueName: "path"))
        var receipt: String?
        @Flag(name: .long, help: "Detect the write key of each server with a Secret.")
        var canary = false
        @Option(name: .long, help: ArgumentHelp("kube-apiserver's --request-timeout.", valueName: "dur"))
        var settle = WaitDuration(.seconds(60))
    }

    @Argument(help: ArgumentHelp("Configuration. Without it, the servers are compared.", valueName: "file"))
    var file: String?
    @OptionGroup(title: "Servers") var request: Request
    @OptionGroup(title: "Servers") var format: ReportOptions
    @OptionGroup(title: "Kubernetes") var kubernetes: KubernetesOptions
    @OptionGroup(title: "etcd") var etcd: EtcdOptions
    @OptionGroup var consistency: LinearizableOptions
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var global: GlobalOptions

    var reportKind: String? { format.output == .json ? "ServerReport" : nil }

    func validate() throws {
        guard request.receipt == nil || file != nil else { throw ValidationError("--receipt needs FILE") }
        guard request.receipt != "-", request.receipt == nil || request.receipt != file else {
            throw ValidationError("--receipt needs another path than FILE")
        }
        guard request.wait == nil || file != nil else { throw ValidationError("--wait needs FILE") }
        guard !request.canary || etcd.isGiven else {
            throw ValidationError("--canary needs --etcd or --discover-from")
        }
        guard !request.canary || file != nil else { throw ValidationError("--canary needs FILE") }
    }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        let servers = try ClusterServers(
            kubernetes, etcd: etcd, requestSeconds: request.settle.seconds, APISettings(), console)
        let discovery = try etcd.connection.discovery()
        var configuration: ConfigurationFile?
        if let file {
            configuration = try Inputs.configuration(file, reading.rules(discovery, servers: servers.versions))
        }
        let look = try servers.look(
            for: configuration, wait: request.wait?.duration, isCanaryWanted: request.canary, isThorough: true)
        let report = try servers.report(
            look, of: configuration, isSettlingAwaited: request.receipt != nil || request.wait != nil)
        if request.receipt != nil, report.status == .success, report.revision == nil {
            throw CommandFailure(
                "No receipt is written: a server does not report since when it runs the file.",
                status: .unproven)
        }
        if let receipt = request.receipt, let value = report.receipt(time: UTCTime.now) {
            let document = SecretKey(value.document(Program.redactor))
            do throws(FileError) {
                try SafeWrite.create(document.span, at: receipt, replacing: true)
            } catch {
                throw error.failure()
            }
        }
        switch format.output {
        case .text: try console.result(report.text)
        case .json: try console.result(report.value)
        }
        return report.status
    }
}
