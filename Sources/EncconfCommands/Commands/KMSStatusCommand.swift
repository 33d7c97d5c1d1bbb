internal import ArgumentParser
internal import DurableFiles
internal import EncryptionConfig
internal import Explanations
internal import GoText
internal import KMSPlugin
internal import Reports
internal import SecretMemory
internal import ShownText
internal import Terminal

/// `encconf kms status`
struct KMSStatusCommand: EncconfCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Is each KMS plugin reachable and healthy, and does it decrypt what it encrypts?",
        discussion: """
            Asks what kube-apiserver asks, with its checks, and lets each plugin encrypt and decrypt a random key, since \
            a plugin can be healthy and not decrypt. Exit status: 0 all are healthy, 1 one is not, 3 one gives no answer.

            Example:
              encconf kms status --config /etc/kubernetes/enc/enc.yaml
            """)

    @Option(name: .long, help: ArgumentHelp("The configuration; - is standard input.", valueName: "file"))
    var config: String
    @Option(name: .long, help: ArgumentHelp("Ask the plugin of this provider alone.", valueName: "name"))
    var provider: String?
    @OptionGroup(title: "KMS") var endpoints: KMSEndpointOptions
    @Option(name: [.customShort("o"), .long], help: ArgumentHelp("text or json.", valueName: "format"))
    var output: OutputFormat = .text
    @OptionGroup(title: "Configuration files") var reading: ReadingOptions
    @OptionGroup(title: "Output") var global: GlobalOptions

    var reportKind: String? { output == .json ? "KMSStatusReport" : nil }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        let file = try Inputs.configuration(config, reading.rules())
        let plugins = try endpoints.plugins(of: [file.configuration]).filter { plugin, _ in
            provider.map { plugin.name == ByteName($0) } ?? true
        }
        guard !plugins.isEmpty else {
            let name = provider.map { " named \($0)" } ?? ""
            throw CommandFailure(
                "\(fileName(config)): there is no KMS provider\(name)",
                hint: "`encconf show` lists the providers of a configuration")
        }
        let report = KMSStatusReport(
            file: config,
            rows: plugins.map { plugin, provider in
                KMSStatusReport.Row(plugin, endpoint: endpoints.endpoint(of: plugin).text, PluginClient(provider))
            })
        switch output {
        case .text: try console.result(report.text)
        case .json: try console.result(report.value)
        }
        return report.status
    }
}
