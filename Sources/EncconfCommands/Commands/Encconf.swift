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
        abstract: "Manage Kubernetes encryption keys, rotations and audits.",
        discussion: """
            Examples:
              encconf verify enc.yaml                       check a file before a restart
              encconf audit --config enc.yaml snapshot.db   check what etcd holds
              encconf rotate --status enc.yaml              see the next rotation step
            Exit status: 0 success; 1 findings, or an unsafe change; 2 failure; 3 not proven (evidence missing); 64 \
            wrong command line.
            """,
        version: "0.1.0",
        groupedSubcommands: [
            CommandGroup(
                name: "Configuration",
                subcommands: [
                    InitCommand.self, KeygenCommand.self, ShowCommand.self, VerifyCommand.self, PreflightCommand.self,
                ]),
            CommandGroup(
                name: "Rotation",
                subcommands: [
                    DiffCommand.self, RotateCommand.self, ServersCommand.self, RewriteCommand.self, RolloutCommand.self,
                ]),
            CommandGroup(
                name: "Stored value",
                subcommands: [
                    AuditCommand.self, RescueCommand.self, FleetCommand.self, DecryptSecretCommand.self,
                    EncryptCommand.self,
                ]),
            CommandGroup(
                name: "Diagnosis", subcommands: [ExplainCommand.self, KMSCommand.self, SnapshotCommand.self]),
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

    /// Prints the text of the argument parser, help or a wrong command line, and returns the exit status.
    private static func end(with error: any Error) -> Int32 {
        let status = exitCode(for: error).rawValue
        let text = fullMessage(for: error)
        guard !text.isEmpty else { return status }
        let console = Console()
        guard status == ExitStatus.success.rawValue else {
            // It repeats the command line, which can contain anything.
            let prefix = "Error: "
            let isError = text.hasPrefix(prefix)
            console.complaint(
                (isError ? "encconf: error: " : "")
                    + Phrase(lines: isError ? String(text.dropFirst(prefix.count)) : text))
            return status
        }
        do throws(CommandFailure) {
            let lines = text.hasSuffix("\n") ? text : text + "\n"
            try console.result(Phrase(stringLiteral: lines))
            return status
        } catch {
            console.failure(error)
            return ExitStatus.failure.rawValue
        }
    }
}
