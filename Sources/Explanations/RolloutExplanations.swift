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
                "\(name): is not what this rollout wrote: somebody changed it",
                hint:
                    "finish by hand: `encconf rotate --status \(name)` tells where it stands; then remove \(name).rollout"
            )
        case .serversRunAnother:
            CommandFailure(
                "not every server runs \(name), and nothing is known of what they run instead",
                hint: "give the rollout the file that the servers run; `encconf servers` shows its hash")
        case .serversUnknown:
            CommandFailure(
                "whether every server runs \(name) is not known", hint: "`encconf servers` shows what is missing",
                status: .unproven)
        case .notConverged:
            CommandFailure(
                "not every server runs \(name) in time",
                hint: "run the same command again when they do: it goes on from here", status: .unproven)
        case .unreadable(let count):
            CommandFailure(
                "\(counted(count, "stored value")) cannot be read with \(name)",
                hint:
                    "`encconf audit` names them; a rotation does not begin, or go on, over values that nobody can read",
                status: .findings)
        case .stillStale(let count, let rewrites):
            CommandFailure(
                "\(counted(count, "stored value")) are not stored as \(name) says, after \(rewrites) rewrites",
                hint: "`encconf audit` tells which keys they use; run the same command again when they are rewritten",
                status: .findings)
        case .storedUnknown:
            CommandFailure(
                "what is stored cannot all be judged", hint: "`encconf audit` tells what is unknown", status: .unproven)
        case .cannotGoBack:
            CommandFailure(
                "the old keys are out of \(name) already, so that there is only forward",
                hint: "run it without --abort; the old keys are in the archive")
        case .nothingToTakeBack:
            CommandFailure(
                "\(name): there is nothing to do, or nothing to take back",
                hint: "`encconf rotate --status` tells where it stands")
        case .keyIDsDiffer:
            CommandFailure(
                "not every server has the key id that the KMS plugin tells",
                hint: "a server asks its plugin once a minute; see that the plugin of every node has the new key",
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
                "\(name): ended with exit status \(status)",
                hint: "run the same command again when the reason is gone: it goes on from here")
        case .failed(.signal(let number)): CommandFailure("\(name): was ended by signal \(number)")
        }
    }
}
