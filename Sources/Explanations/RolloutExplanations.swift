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
                hint: "finish by hand: `encconf rotate` tells with --status where it stands; then remove the record "
                    + "\(name).rollout")
        case .serversRunAnother:
            CommandFailure(
                "a server runs another file than \(name), and whether the two go together is not known",
                hint: "give the rollout the file that the servers run; `encconf servers` shows what each of them runs")
        case .serversRunNone:
            CommandFailure(
                "no server runs an encryption file, and \(name) may not be the first one",
                hint: "begin with plaintext first: `encconf init` does so with --identity-first")
        case .serversUnknown:
            CommandFailure(
                "whether every server runs \(name) is not known", hint: "`encconf servers` shows what is missing",
                status: .unproven)
        case .notConverged:
            CommandFailure(
                "\(name) was delivered, and not every server is known to run it in time",
                hint: "run the same command again when they do: it goes on from here", status: .unproven)
        case .unreadable(let count):
            CommandFailure(
                "\(counted(count, "stored value")) cannot be read with \(name)",
                hint:
                    "`encconf audit` names them; a rotation does not begin, or go on, over values that nobody can read",
                status: .findings)
        case .stillStale(let count, let rewrites):
            CommandFailure(
                "\(counted(count, "stored value")) not stored as \(name) says, after \(rewrites) rewrites",
                hint: "`encconf audit` tells which keys they use; run the same command again when they are rewritten",
                status: .findings)
        case .neededAgain(let count):
            CommandFailure(
                "\(counted(count, "stored value")) not stored as \(name) says: written after the old keys went out of it",
                hint:
                    "nothing was delivered; `encconf audit` with the archive as a further --config tells which keys they use",
                status: .findings)
        case .storedUnknown:
            CommandFailure(
                "what is stored cannot all be judged", hint: "`encconf audit` tells what is unknown", status: .unproven)
        case .cannotGoBack:
            CommandFailure(
                "the old keys are out of \(name) already, so that there is only forward",
                hint: "the same command without --abort goes on")
        case .nothingToTakeBack:
            CommandFailure(
                "\(name): there is nothing to take back",
                hint: "`encconf rotate` tells with --status where it stands")
        case .keyIDsDiffer:
            CommandFailure(
                "not every server is known to have the key id that the KMS plugin tells",
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
        case .noTarget(let server):
            CommandFailure(
                "none of the places of --deliver is on the server \(server)",
                hint: "with --per-server each ssh:// names a server by its host name or address")
        }
    }
}
