public import ArgumentParser
internal import Glibc

/// The program: one subcommand to a file.
public struct Encconf: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "encconf",
        abstract: "Keys for Kubernetes encryption at rest: make them, use them, look into what they protect.",
        discussion: """
            Exit status: 0 done, nothing wrong; 1 done, with findings; 2 the work could not be done; 3 it could not \
            be proven either way; 64 wrong command line.
            """,
        version: "0.1.0",
        groupedSubcommands: [
            CommandGroup(
                name: "Keys and files",
                subcommands: [KeygenCommand.self, InitCommand.self, ShowCommand.self, VerifyCommand.self]),
            CommandGroup(name: "Understanding", subcommands: [ExplainCommand.self]),
            CommandGroup(name: "Stored values", subcommands: [DecryptSecretCommand.self, EncryptCommand.self]),
        ])

    public init() {}

    /// Runs the program with the arguments of the process, and ends it.
    public static func start() -> Never {
        // Before anything is opened.
        _ = StandardStreams.missing
        ProcessHardening.apply()
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            exit(withError: error)
        }
        exit(withError: ExitCode.success)
    }
}
