internal import ArgumentParser

/// `encconf snapshot`
struct SnapshotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot", abstract: "Save a snapshot of one etcd member to a file.",
        discussion: """
            Example:
              encconf snapshot save backup.db --endpoints 127.0.0.1:2379
            """, subcommands: [SnapshotSaveCommand.self])
}
