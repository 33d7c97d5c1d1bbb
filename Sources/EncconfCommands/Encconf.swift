public import ArgumentParser

/// The program: one subcommand to a file.
public struct Encconf: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "encconf",
        abstract: "x",
        version: "0.1.0"
    )
    public init() {}
}
