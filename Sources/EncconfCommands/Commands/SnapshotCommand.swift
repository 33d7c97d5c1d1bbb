internal import ArgumentParser

/// `encconf snapshot`
struct SnapshotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot", abstract: "Take snapshots of a living etcd.", subcommands: [SnapshotSaveCommand.self])
}
