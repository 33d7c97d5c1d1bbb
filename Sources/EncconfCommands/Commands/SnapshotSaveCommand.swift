internal import ArgumentParser
internal import Explanations
internal import Reports
internal import ShownText
internal import Terminal

/// `encconf snapshot save`
struct SnapshotSaveCommand: EncconfCommand {
    static let configuration = CommandConfiguration(
        commandName: "save",
        abstract: "Save the database of one etcd member to a file, as `etcdctl snapshot save` does.",
        discussion: """
            The file is there whole and with its digest verified, or not at all. It holds all that etcd holds, so it \
            is for its owner alone (mode 0600). An audit of the file and a backup then come from the same bytes.

            It takes as long as it takes: --command-timeout is for the calls before, and a stream that brings nothing \
            for 30 seconds is given up.

            Example:
              encconf snapshot save backup.db --discover-from /etc/kubernetes/manifests/kube-apiserver.yaml
            """)

    @Argument(help: ArgumentHelp("The file to make.", valueName: "file"))
    var file: String
    @Flag(name: .long, help: "Replace a file of that name.")
    var force = false
    @OptionGroup(title: "etcd") var connection: EtcdConnectionOptions
    @Option(name: [.customShort("o"), .long], help: ArgumentHelp("text or json.", valueName: "format"))
    var output: OutputFormat = .text
    @OptionGroup(title: "Output") var global: GlobalOptions

    func validate() throws {
        guard file != "-" else { throw ValidationError("a snapshot is written to a file; name one") }
        try connection.validateSettings()
    }

    var reportKind: String? { output == .json ? "SnapshotReport" : nil }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        let saved = try SnapshotSaver(file: file, replacing: force, connection: connection).save(console)
        switch output {
        case .text: try console.result(saved.text)
        case .json: try console.result(saved.value)
        }
        return .success
    }
}
