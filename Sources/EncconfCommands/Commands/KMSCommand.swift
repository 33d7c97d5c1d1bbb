internal import ArgumentParser

/// `encconf kms`
struct KMSCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kms", abstract: "Ask the KMS plugins of a configuration.", subcommands: [KMSStatusCommand.self])
}
