public import ArgumentParser
internal import DurableFiles
internal import Explanations
internal import Glibc
internal import SecretMemory
internal import ShownText
internal import Terminal

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
            CommandGroup(name: "Changes", subcommands: [DiffCommand.self, RotateCommand.self]),
            CommandGroup(
                name: "Running clusters", subcommands: [ServersCommand.self, RewriteCommand.self, RolloutCommand.self]),
            CommandGroup(name: "KMS plugins and etcd", subcommands: [KMSCommand.self, SnapshotCommand.self]),
            CommandGroup(name: "Understanding", subcommands: [ExplainCommand.self]),
            CommandGroup(
                name: "Stored values", subcommands: [AuditCommand.self, DecryptSecretCommand.self, EncryptCommand.self]),
        ])

    public init() {}

    /// Runs the program with the arguments of the process, and ends it.
    public static func start() -> Never {
        // Before anything is read, and before the first thread.
        ProcessHardening.apply()
        // Before anything is opened.
        _ = StandardStreams.missing
        TerminalSize.fixColumns()
        do {
            var command = try parseAsRoot()
            try command.run()
            Glibc.exit(ExitStatus.success.rawValue)
        } catch {
            Glibc.exit(end(with: error))
        }
    }

    /// Prints what ArgumentParser has to say, help or a wrong command line, and answers the exit status.
    private static func end(with error: any Error) -> Int32 {
        let status = exitCode(for: error).rawValue
        let text = fullMessage(for: error)
        guard !text.isEmpty else { return status }
        let console = Console()
        guard status == ExitStatus.success.rawValue else {
            // The command line is repeated in it, whatever it holds.
            let prefix = "Error: "
            let isError = text.hasPrefix(prefix)
            console.complaint(
                (isError ? "encconf: error: " : "")
                    + Phrase(lines: isError ? String(text.dropFirst(prefix.count)) : text))
            return status
        }
        do throws(CommandFailure) {
            try console.result(Phrase(stringLiteral: text + "\n"))
            return status
        } catch {
            console.failure(error)
            return ExitStatus.failure.rawValue
        }
    }
}
