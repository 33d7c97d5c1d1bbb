internal import ClusterRollout
internal import DurableFiles
internal import Explanations
internal import Glibc
internal import KubernetesAPI
internal import Reports
internal import SecretMemory
internal import ShownText
internal import StorageEvidence
internal import Terminal

/// Gathers the facts of a rollout, does what the machine decides, and reports it.
final class RolloutRun {
    let command: RolloutCommand
    let console: Console
    let goal: RotationGoal
    let rotation: RotationFile
    let servers: ClusterServers
    let settings: APISettings
    let recordPath: String

    var source: SecretKey
    var hash: String
    var record: RolloutRecord?
    var facts: RolloutFacts
    /// What the servers showed last.
    var look: ServerSurvey.Look?
    /// The proof that every server runs the present file; nil while unknown.
    var receipt: ConvergenceReceipt?
    var evidence: StorageEvidence?
    /// The UID of the cluster, from servers that run versions of this rollout.
    var clusterUID: String?

    init(_ command: RolloutCommand, _ console: Console) throws(CommandFailure) {
        self.command = command
        self.console = console
        goal = RotationGoal(
            to: command.keys.to, keyName: command.keys.keyName, kmsName: command.keys.kmsName,
            resources: command.keys.resources,
            removesIdentity: false, isSingleServer: false, evidence: command.evidence)
        rotation = RotationFile(
            path: command.file, rules: try command.reading.rules(command.evidence.etcd.connection.discovery()),
            keyName: command.keys.keyName)
        recordPath = "\(SafeWrite.resolved(command.file)).rollout"
        var settings = APISettings()
        settings.isCancelled = BlockedSignals.arePending
        settings.connectionLimit = max(4, command.speed.parallel)
        self.settings = settings
        try Inputs.refuseOwned(command.file)
        source = try Inputs.file(command.file).content
        do { try SafeWrite.checkInterruption(of: command.file, holding: source) } catch { throw error.failure() }
        hash = try fileHash(source)
        facts = RolloutFacts(standing: nil, wantsSnapshots: command.snapshots != nil)
        servers = try ClusterServers(
            command.kubernetes, etcd: command.evidence.etcd, requestSeconds: command.delivery.settle.seconds, settings,
            console)
        try readRecord()
        try readStanding()
    }

    func run() throws(CommandFailure) -> ExitStatus {
        try ask("Start the rollout of \(command.file)?")
        while true {
            guard !settings.isCancelled() else { throw Self.givenUp }
            switch machine.next(facts) {
            case .done: if try isStillTrue() { return try finish() }
            case .stop(let stop): throw stop.failure(command.file)
            case .act(let action): try act(action)
            }
        }
    }

    static var givenUp: CommandFailure {
        CommandFailure("Interrupted.", hint: "run the same command again to continue")
    }

    var machine: RolloutMachine {
        if command.keys.newKmsKey { return RolloutMachine(.newKMSKey) }
        return RolloutMachine(record?.isGoingBack == true || command.keys.abort ? .back : .newKey)
    }

    /// Whether the file and the servers have not changed since the last fact: an audit or a snapshot takes long, and
    /// an answer at the prompt may come tomorrow. If they have, the facts are gathered again.
    func isStillTrue() throws(CommandFailure) -> Bool {
        try checkFile()
        let look = try servers.look(for: configuration())
        let isSettled =
            !machine.needsSettling(facts)
            || look.census.secondsUntilSettled(requestTimeout: command.delivery.settle.seconds).map { $0 <= 0 } ?? false
        if look.census.converged == .yes, isSettled {
            self.look = look
            return true
        }
        try take(look, phase: "servers")
        (facts.stored, facts.rewrites, facts.isJustWritten) = (.notLooked, 0, false)
        return false
    }

    /// Refuses a file that is no longer the one that this rollout wrote.
    func checkFile() throws(CommandFailure) {
        guard try fileHash(Inputs.file(command.file).content) == hash else {
            throw RolloutMachine.Stop.fileChanged.failure(command.file)
        }
    }

    func act(_ action: RolloutMachine.Action) throws(CommandFailure) {
        switch action {
        case .askServers: try askServers()
        case .audit: try audit()
        case .snapshotBefore:
            try snapshot("before")
            facts.wantsSnapshotBefore = false
        case .snapshotAfter:
            try snapshot("after")
            facts.wantsSnapshotAfter = false
        case .write(let step): try write(step)
        case .deliver: try deliver()
        case .awaitKeyIDs: try awaitKeyIDs()
        case .rewrite: try rewrite()
        }
    }

    func finish() throws(CommandFailure) -> ExitStatus {
        // The same command right afterwards prints the same result, and starts no second rotation.
        if record?.finished == nil { record?.finished = UTCTime.now }
        try save()
        let revision = evidence?.sources.first?.revision
        let objects = evidence.map { StoredCount($0) }?.objects ?? 0
        try tell(
            "rollout", .ends,
            "done: \(counted(look?.census.servers.count ?? 0, "server")) with \(command.file); "
                + "\(counted(objects, "value")) with its write keys at etcd revision \(revision ?? 0)",
            [("hash", .text(hash)), ("revision", .number(revision)), ("values", .number(objects))])
        return .success
    }

    func tell(
        _ phase: String, _ state: RolloutEvent.State, _ message: Phrase,
        _ facts: [(name: String, value: ReportValue)] = []
    ) throws(CommandFailure) {
        let event = RolloutEvent(time: UTCTime.now, phase: phase, state, message, facts: facts)
        switch command.format.output {
        case .text: try console.result(event.text)
        case .json: try console.result(event.value, isOneLine: true)
        }
    }

    func ask(_ question: Phrase) throws(CommandFailure) {
        guard !command.control.yes else { return }
        do throws(SystemError) {
            guard try Confirmation.ask(Program.redactor.shown(question), isCancelled: settings.isCancelled) else {
                throw SystemError(code: ECANCELED)
            }
        } catch {
            throw CommandFailure(
                "Not confirmed.", hint: "run the same command again to continue; nothing more was done")
        }
    }
}
