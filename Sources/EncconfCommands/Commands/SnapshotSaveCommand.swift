internal import ArgumentParser
internal import Explanations
internal import Reports
internal import ShownText
internal import Terminal

/// `encconf snapshot save`
struct SnapshotSaveCommand: EncconfCommand {
    static let configuration = CommandConfiguration(
        commandName: "save",
        abstract: "Save a snapshot of one etcd member to a file.",
        discussion: """
            Same as `etcdctl snapshot save`. The file is written completely and with a verified digest, or not at all \
            (mode 0600). There is no limit on the total time; the command fails if etcd sends nothing for 30 s. \
            --command-timeout applies to the other calls only.

            Examples:
              encconf snapshot save backup.db --endpoints 127.0.0.1:2379
              encconf snapshot save backup.db --discover-from kube-apiserver.yaml
            Exit status: 0 saved; 2 failure.
            """)

    struct FileOptions: ParsableArguments {
        @Flag(name: .long, help: "Replace FILE if it exists.")
        var force = false
    }

    @Argument(help: ArgumentHelp("File to create.", valueName: "file"))
    var file: String
    @OptionGroup(title: "Snapshot") var target: FileOptions
    @OptionGroup(title: "Snapshot") var format: ReportOptions
    @OptionGroup(title: "etcd") var connection: EtcdConnectionOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard file != "-" else { throw ValidationError("a snapshot cannot be written to standard output; name a file") }
        try connection.validateSettings()
    }

    var reportKind: String? { format.output == .json ? "SnapshotReport" : nil }

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        let saved = try SnapshotSaver(file: file, replacing: target.force, connection: connection).save(console)
        switch format.output {
        case .text: try console.result(saved.text)
        case .json: try console.result(saved.value)
        }
        return .success
    }
}
