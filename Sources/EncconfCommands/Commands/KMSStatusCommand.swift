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
        abstract: "Test the KMS plugins of a configuration.",
        usage: "encconf kms status [<options>] --config <file>",
        discussion: """
            Calls each plugin as kube-apiserver does, then encrypts and decrypts a random key, because a plugin can \
            report healthy and still fail to decrypt.

            Example:
              encconf kms status --config enc.yaml
            Exit status: 0 all healthy; 1 one is unhealthy; 2 failure; 3 one did not answer.
            """)

    struct Request: ParsableArguments {
        @Option(name: .long, help: ArgumentHelp("Configuration; - is standard input.", valueName: "file"))
        var config: String
        @Option(name: .long, help: ArgumentHelp("Test only this KMS provider.", valueName: "name"))
        var provider: String?
    }

    @OptionGroup(title: "Plugins") var request: Request
    @OptionGroup(title: "Plugins") var endpoints: KMSEndpointOptions
    @OptionGroup(title: "Plugins") var format: ReportOptions
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var global: GlobalOptions

    var reportKind: String? { format.output == .json ? "KMSStatusReport" : nil }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        let file = try Inputs.configuration(request.config, reading.rules())
        let plugins = try endpoints.plugins(of: [file.configuration]).filter { plugin, _ in
            request.provider.map { plugin.name == ByteName($0) } ?? true
        }
        guard !plugins.isEmpty else {
            let name = request.provider.map { " named \($0)" } ?? ""
            throw CommandFailure(
                "\(fileName(request.config)): no KMS provider\(name)",
                hint: "run `encconf show \(fileName(request.config))` for its providers")
        }
        let report = KMSStatusReport(
            file: request.config,
            rows: plugins.map { plugin, provider in
                KMSStatusReport.Row(plugin, endpoint: endpoints.endpoint(of: plugin).text, PluginClient(provider))
            })
        switch format.output {
        case .text: try console.result(report.text)
        case .json: try console.result(report.value)
        }
        return report.status
    }
}
