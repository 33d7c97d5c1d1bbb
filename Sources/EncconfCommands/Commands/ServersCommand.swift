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
        abstract: "Which kube-apiservers run, and does each of them run this file?",
        discussion: """
            Asks each server itself, not through a load balancer: its metrics show the hash of the file that it runs \
            (Kubernetes 1.34 and later). The list of servers comes from their Leases and from the addresses of the Service \
            kubernetes, which must agree. What is not seen is unknown.

            --canary has each server write an empty Secret, decrypts it from etcd with the write key of the file, and deletes \
            it. That shows which key a server writes with, and not which keys it reads.

            Exit status: 0 all servers run the file, 1 one runs something else, 2 the work could not be done, 3 unknown.

            Examples:
              encconf servers /etc/kubernetes/enc/enc.yaml
              encconf servers
            """)

    @Argument(help: ArgumentHelp("The configuration. Without it the servers are compared.", valueName: "file"))
    var file: String?
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Ask again until all servers run the file, at most this long, such as 10m.", valueName: "duration"))
    var wait: WaitDuration?
    @Option(
        name: .long,
        help: ArgumentHelp("Write a receipt that all servers run the file, for rotate --receipt.", valueName: "path"))
    var receipt: String?
    @Flag(name: .long, help: "Have each server write a Secret, and check in etcd which key it used.")
    var canary = false
    @Option(
        name: .long,
        help: ArgumentHelp(
            "How long a request lasts at most: --request-timeout of kube-apiserver.", valueName: "duration"))
    var settle = WaitDuration(.seconds(60))
    @OptionGroup(title: "Kubernetes") var kubernetes: KubernetesOptions
    @OptionGroup(title: "etcd") var etcd: EtcdOptions
    @Option(name: [.customShort("o"), .long], help: ArgumentHelp("text or json.", valueName: "format"))
    var output: OutputFormat = .text
    @OptionGroup(title: "Configuration files") var reading: ReadingOptions
    @OptionGroup(title: "Output") var global: GlobalOptions

    var reportKind: String? { output == .json ? "ServerReport" : nil }

    func validate() throws {
        guard receipt == nil || file != nil else { throw ValidationError("--receipt is about a file; name it") }
        guard receipt != "-", receipt == nil || receipt != file else {
            throw ValidationError("--receipt is a file of its own")
        }
        guard wait == nil || file != nil else { throw ValidationError("--wait is about a file; name it") }
        guard !canary || etcd.isGiven else {
            throw ValidationError("--canary reads etcd; give --etcd or --discover-from")
        }
        guard !canary || file != nil else { throw ValidationError("--canary is about a file; name it") }
        guard !etcd.serializable else {
            throw ValidationError("--serializable is for audits: a member that lags behind knows no revision")
        }
    }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        let servers = try ClusterServers(
            kubernetes, etcd: etcd, requestSeconds: settle.seconds, APISettings(), console)
        let discovery = try etcd.connection.discovery()
        var configuration: ConfigurationFile?
        if let file {
            configuration = try Inputs.configuration(file, reading.rules(discovery, servers: servers.versions))
        }
        let look = try servers.look(for: configuration, wait: wait?.duration, isCanaryWanted: canary, isThorough: true)
        let report = try servers.report(look, of: configuration, isSettlingAwaited: receipt != nil || wait != nil)
        if receipt != nil, report.status == .success, report.revision == nil {
            throw CommandFailure(
                "there is no receipt without a revision of etcd: a server does not say since when it runs the file",
                status: .unproven)
        }
        if let receipt, let value = report.receipt(time: UTCTime.now) {
            let document = SecretKey(value.document(Program.redactor))
            do throws(FileError) {
                try SafeWrite.create(document.span, at: receipt, replacing: true)
            } catch {
                throw error.failure()
            }
        }
        switch output {
        case .text: try console.result(report.text)
        case .json: try console.result(report.value)
        }
        return report.status
    }
}
