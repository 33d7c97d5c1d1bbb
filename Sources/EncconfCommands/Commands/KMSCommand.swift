internal import ArgumentParser

/// `encconf kms`
struct KMSCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kms", abstract: "Test the KMS plugins of a configuration.",
        discussion: """
            Example:
              encconf kms status --config enc.yaml
            """, subcommands: [KMSStatusCommand.self])
}
