internal import ChildProcesses
public import ClusterRollout
internal import ShownText

extension RolloutMachine.Stop {
    /// Why a rollout cannot go on, and what to do about it.
    public func failure(_ file: String) -> CommandFailure {
        let name = fileName(file)
        return switch self {
        case .fileChanged:
            CommandFailure(
                "\(name): was changed by someone else: it is not what this rollout wrote",
                hint:
                    "finish by hand: `encconf rotate \(ShellWord.quoted(file)) --status` shows the state; then remove the record "
                    + "\(name).rollout")
        case .serversRunAnother:
            CommandFailure(
                "a server runs another file than \(name), and it is not known whether each can read what the other writes",
                hint: "give the rollout the file that the servers run; `encconf servers` shows what each of them runs")
        case .serversRunNone:
            CommandFailure(
                "no server runs an encryption file, and \(name) may not be the first one",
                hint: "put identity first to begin with: `encconf init --identity-first`")
        case .serversUnknown:
            CommandFailure(
                "not every server is known to run \(name)", hint: "`encconf servers` shows what is missing",
                status: .unproven)
        case .notConverged:
            CommandFailure(
                "\(name) was delivered, but not every server was seen to run it in time",
                hint: "run the same command again when they do; it goes on from here", status: .unproven)
        case .unreadable(let count):
            CommandFailure(
                "\(counted(count, "stored value")) cannot be read with \(name)",
                hint:
                    "`encconf audit` names them; a rotation does not start or go on while values cannot be read",
                status: .findings)
        case .stillStale(let count, let rewrites):
            CommandFailure(
                "\(counted(count, "stored value")) not stored as \(name) says, after \(rewrites) rewrites",
                hint: "`encconf audit` shows which keys they use; run the same command again when they are rewritten",
                status: .findings)
        case .neededAgain(let count):
            CommandFailure(
                "\(counted(count, "stored value")) not stored as \(name) says: written after the old keys were taken out",
                hint:
                    "nothing was delivered; `encconf audit` with the archive as another --config shows which keys they use",
                status: .findings)
        case .storedUnknown:
            CommandFailure(
                "not every stored value could be checked", hint: "`encconf audit` shows what is unknown",
                status: .unproven)
        case .cannotGoBack:
            CommandFailure(
                "the old keys are already out of \(name); the rollout can only go forward",
                hint: "the same command without --abort goes on")
        case .nothingToTakeBack:
            CommandFailure(
                "\(name): there is nothing to take back",
                hint: "`encconf rotate \(ShellWord.quoted(file)) --status` shows the state")
        case .keyIDsDiffer:
            CommandFailure(
                "not every server is known to use the key ID that the KMS plugin reports",
                hint: "a server asks its plugin once a minute; check that the plugin on every node has the new key",
                status: .unproven)
        }
    }
}

extension DeliveryError {
    public var failure: CommandFailure {
        switch reason {
        case .notRun(let error): CommandFailure("\(name): \(error.explanation)")
        case .failed(.exit(let status)):
            CommandFailure(
                "\(name): exit status \(status)",
                hint: "fix the cause and run the same command again; it goes on from here")
        case .failed(.signal(let number)): CommandFailure("\(name): killed by signal \(number)")
        case .noTarget(let server):
            CommandFailure(
                "no target of --deliver is on the server \(server)",
                hint: "with --per-server, each ssh:// target must name a server by its host name or address")
        }
    }
}
