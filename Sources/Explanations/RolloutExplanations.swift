internal import ChildProcesses
public import ClusterRollout
internal import ShownText

extension RolloutMachine.Stop {
    /// Why a rollout cannot continue, and the remedy.
    public func failure(_ file: String) -> CommandFailure {
        let name = fileName(file)
        return switch self {
        case .fileChanged:
            CommandFailure(
                "\(name): changed by another process: this rollout did not write it",
                hint:
                    "finish by hand from `encconf rotate \(ShellWord.quoted(file)) --status`, then delete "
                    + "\(name).rollout")
        case .serversRunAnother:
            CommandFailure(
                "A server runs another file than \(name). Cannot tell whether each can read the values of the "
                    + "other.",
                hint: "start from the file that the servers run; `encconf servers` shows it")
        case .serversRunNone:
            CommandFailure(
                "No server runs an encryption file, and \(name) is not safe as the first one.",
                hint: "create the first file with `encconf init --identity-first`")
        case .serversUnknown:
            CommandFailure(
                "Not every server is known to run \(name).",
                hint: "run `encconf servers` for the state of each "
                    + "server",
                status: .unproven)
        case .notConverged:
            CommandFailure(
                "\(name) was delivered, but not every server ran it in time.",
                hint: "run the same command again when they do; it continues here", status: .unproven)
        case .unreadable(let count):
            CommandFailure(
                "\(counted(count, "stored value")) \(count == 1 ? "is" : "are") unreadable with \(name).",
                hint:
                    "list them with `encconf audit`; a rotation needs every value to be readable",
                status: .findings)
        case .stillStale(let count, let rewrites):
            CommandFailure(
                "\(counted(count, "stored value")) still \(count == 1 ? "does" : "do") not use the write key of "
                    + "\(name), after \(rewrites) rewrites.",
                hint: "list their keys with `encconf audit`, re-encrypt them, and run the same command again",
                status: .findings)
        case .neededAgain(let count):
            CommandFailure(
                "\(counted(count, "stored value")) \(count == 1 ? "does" : "do") not use the write key of \(name): "
                    + "written after the old keys were removed.",
                hint:
                    "list their keys with `encconf audit` and the archive as another --config; nothing was "
                    + "delivered",
                status: .findings)
        case .storedUnknown:
            CommandFailure(
                "Not every stored value was checked.", hint: "run `encconf audit` for the unknown values",
                status: .unproven)
        case .cannotGoBack:
            CommandFailure(
                "Cannot abort: the old keys are already removed from \(name).",
                hint: "continue with the same command without --abort")
        case .nothingToTakeBack:
            CommandFailure(
                "\(name): nothing to abort",
                hint: "run `encconf rotate \(ShellWord.quoted(file)) --status` for the state")
        case .keyIDsDiffer:
            CommandFailure(
                "Not every server is known to use the key ID that the KMS plugin reports.",
                hint: "check that the plugin on every node has the new key; a server asks it once a minute",
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
                hint: "fix the cause and run the same command again; it continues here")
        case .failed(.signal(let number)): CommandFailure("\(name): killed by signal \(number)")
        case .noTarget(let server):
            CommandFailure(
                "--deliver has no target for server \(server)",
                hint: "name the server in an ssh:// target, by its host name or address")
        }
    }
}
