internal import ClusterRollout
internal import DurableFiles
internal import EncryptionConfig
internal import EnvelopeCrypto
internal import Explanations
internal import Glibc
internal import GoText
internal import KMSPlugin
internal import KeyRotation
internal import KeyTransition
internal import KubernetesAPI
internal import Reports
internal import SecretMemory
internal import ShownText
internal import StorageAudit
internal import StorageEvidence
internal import Terminal

/// Gathers the facts of a rollout, does what the machine says, and tells of it.
final class RolloutRun {
    private let command: RolloutCommand
    private let console: Console
    private let goal: RotationGoal
    private let rotation: RotationFile
    private let servers: ClusterServers
    private let settings: APISettings
    private let recordPath: String

    private var source: SecretKey
    private var hash: String
    private var record: RolloutRecord?
    private var facts: RolloutFacts
    /// What the servers showed last.
    private var look: ServerSurvey.Look?
    /// That every server runs the file as it is; nil while that is not known.
    private var receipt: ConvergenceReceipt?
    private var evidence: StorageEvidence?
    /// As servers told it that run versions of this rollout.
    private var clusterUID: String?

    init(_ command: RolloutCommand, _ console: Console) throws(CommandFailure) {
        self.command = command
        self.console = console
        goal = RotationGoal(
            to: command.to, keyName: command.keyName, kmsName: command.kmsName, resources: command.resources,
            removesIdentity: false, isSingleServer: false, evidence: command.evidence)
        rotation = RotationFile(
            path: command.file, headerless: command.reading.headerless, keyName: command.keyName)
        recordPath = "\(SafeWrite.resolved(command.file)).rollout"
        var settings = APISettings()
        settings.isCancelled = BlockedSignals.arePending
        settings.connectionLimit = max(4, command.speed.parallel)
        self.settings = settings
        source = try Inputs.file(command.file).content
        do { try SafeWrite.checkInterruption(of: command.file, holding: source) } catch { throw error.failure() }
        hash = try fileHash(source)
        facts = RolloutFacts(standing: nil, wantsSnapshots: command.snapshots != nil)
        servers = try ClusterServers(
            command.kubernetes, etcd: command.evidence.etcd, requestSeconds: command.settle.seconds, settings, console)
        try readRecord()
        try readStanding()
    }

    // MARK: The loop

    func run() throws(CommandFailure) -> ExitStatus {
        try ask("Begin the rollout of \(command.file)?")
        while true {
            guard !settings.isCancelled() else { throw Self.givenUp }
            switch machine.next(facts) {
            case .done: if try isStillTrue() { return try finish() }
            case .stop(let stop): throw stop.failure(command.file)
            case .act(let action): try act(action)
            }
        }
    }

    private static var givenUp: CommandFailure { CommandFailure("given up", hint: "the same command goes on") }

    private var machine: RolloutMachine {
        if command.newKmsKey { return RolloutMachine(.newKMSKey) }
        return RolloutMachine(record?.isGoingBack == true || command.abort ? .back : .newKey)
    }

    /// Whether the file and the servers are as they were when the last fact was seen: an audit or a snapshot takes long, and
    /// a person may take until tomorrow to answer. If not, what was seen counts no more.
    private func isStillTrue() throws(CommandFailure) -> Bool {
        try checkFile()
        let look = try servers.look(for: configuration())
        let isSettled =
            !machine.needsSettling(facts)
            || look.census.secondsUntilSettled(requestTimeout: command.settle.seconds).map { $0 <= 0 } ?? false
        if look.census.converged == .yes, isSettled {
            self.look = look
            return true
        }
        try take(look, phase: "servers")
        (facts.stored, facts.rewrites, facts.isJustWritten) = (.notLooked, 0, false)
        return false
    }

    /// Refuses a file that is no longer the one that this rollout wrote.
    private func checkFile() throws(CommandFailure) {
        guard try fileHash(Inputs.file(command.file).content) == hash else {
            throw RolloutMachine.Stop.fileChanged.failure(command.file)
        }
    }

    private func act(_ action: RolloutMachine.Action) throws(CommandFailure) {
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

    private func finish() throws(CommandFailure) -> ExitStatus {
        // Whoever types the command again right afterwards is shown the same, and no second rotation begins.
        if record?.finished == nil { record?.finished = UTCTime.now }
        try save()
        let revision = evidence?.sources.first?.revision
        let covered = coveredCensus()
        let objects = covered.reduce(0) { $0 + $1.objects }
        try tell(
            "rollout", .ends,
            "done: all \(look?.census.servers.count ?? 0) servers run \(command.file), and all \(counted(objects, "value")) that it "
                + "covers are stored with its write keys at revision \(revision ?? 0) of etcd",
            [("hash", .text(hash)), ("revision", .number(revision)), ("values", .number(objects))])
        return .success
    }

    /// What is stored of the resources that the file covers.
    private func coveredCensus() -> [ResourceCensus] {
        guard let evidence else { return [] }
        let resolution = ResourceResolution(evidence.file.configuration)
        return evidence.census.filter { resolution.rule(for: $0.key) != nil }.map(\.value)
    }

    // MARK: What the file and its record say

    private func configuration() throws(CommandFailure) -> ConfigurationFile {
        ConfigurationFile(
            path: command.file, hash: hash, configuration: try rotation.checked(rotation.document(source)))
    }

    private func readRecord() throws(CommandFailure) {
        guard unsafe access(recordPath, F_OK) == 0 else { return }
        guard let read = RolloutRecord(json: try Inputs.file(recordPath).content) else {
            throw CommandFailure(
                "\(recordPath): is no record of a rollout",
                hint: "finish by hand with `encconf rotate`, and remove it")
        }
        if let finished = read.finished {
            // An hour later it is another rotation that is meant, and at once if another key is named.
            let isAgain =
                (0..<3600).contains(UTCTime.now - finished) && read.goal == goalText && !read.isGoingBack
                && read.standing(of: hash) != nil
            guard isAgain, command.keyName == nil, !command.abort else { return }
        } else if read.goal != goalText {
            // Its first step was never written.
            if read.standing(of: hash) == .original { return }
            throw CommandFailure(
                "another rollout of \(command.file) is under way",
                hint: "go on with the options that it was begun with, or take it back with them and --abort",
                status: .usage)
        }
        record = read
        // Killed between the file and the record.
        if read.pending?.hash == hash { record?.complete() }
    }

    /// The goal, as it is compared.
    private var goalText: String {
        [
            command.newKmsKey ? "new-kms-key" : "rotation", command.to?.rawValue, command.keyName, command.kmsName,
            command.resources,
        ].map { $0 ?? "-" }.joined(separator: " ")
    }

    private func readStanding() throws(CommandFailure) {
        let document = try rotation.document(source)
        let configuration = try rotation.checked(document)
        Program.redactor.learn(configuration.keys.map(\.key.secret))
        facts.standing = record.map { $0.standing(of: hash) } ?? .original
        if case .at? = facts.standing { facts.wantsSnapshotBefore = false }
        if record?.finished != nil { facts.wantsSnapshotAfter = false }
        if machine.goal == .back, case .at(.promoted)? = facts.standing {
            facts.writesPrevious = try rotation.plan(backRequest(.promote), for: document).isDone
        }
        guard facts.standing == .original, machine.goal == .newKey else { return }
        facts.firstStep = try firstStep(document)
        let nothing = TransitionProof(
            from: EncryptionConfiguration(form: .current, entries: []), to: configuration)
        facts.isSafeToBegin = nothing.rolling == .yes
    }

    /// The step that the file is at: with the name of a key the first that is not done, else as the file tells it.
    private func firstStep(_ document: ConfigurationDocument) throws(CommandFailure) -> RotationRequest.Step? {
        guard command.keyName != nil else {
            do { return try rotation.plan(goal.request(nil), for: document).step } catch {
                throw CommandFailure(
                    error.problems.map { problem in
                        // A rollout has no --step.
                        problem.hint == "give --step"
                            ? CommandFailure.Problem(
                                message: problem.message,
                                hint:
                                    "--key-name says which key is to write in the end: a new one, or one that is there")
                            : problem
                    }, status: error.status)
            }
        }
        for step in [RotationRequest.Step.add, .promote, .retire] {
            if try !rotation.plan(goal.request(step), for: document).isDone { return step }
        }
        return nil
    }

    private func save() throws(CommandFailure) {
        guard let record else { return }
        let document = SecretKey(record.value.document(Program.redactor))
        do throws(FileError) { try SafeWrite.create(document.span, at: recordPath, replacing: true) } catch {
            throw error.failure()
        }
    }

    // MARK: Servers

    private func askServers() throws(CommandFailure) {
        try take(servers.look(for: configuration()), phase: "servers")
    }

    /// What a look at the servers says.
    private func take(_ look: ServerSurvey.Look, phase: String) throws(CommandFailure) {
        self.look = look
        let needsSettling = machine.needsSettling(facts)
        let report = try servers.report(look, of: configuration(), isSettlingAwaited: needsSettling)
        receipt =
            look.census.converged == .yes
            ? ConvergenceReceipt(hash: hash, clusterUID: report.clusterUID, revision: report.revision) : nil
        facts.servers = RolloutFacts.Servers(
            look.census, file: hash, isSettled: !needsSettling || report.revision != nil, record: record)
        clusterUID = [.runFile, .runOurs].contains(facts.servers) ? report.clusterUID : nil
        if look.census.converged == .yes {
            try tell(
                phase, .ends, "all \(look.census.servers.count) servers run \(command.file), \(hash)",
                [
                    ("hash", .text(hash)), ("servers", .number(look.census.servers.count)),
                    ("revision", .number(report.revision)),
                ])
        } else {
            try tell(phase, .ends, "not every server is known to run \(command.file)", [("report", report.value)])
            if command.output == .text { try console.result(report.text) }
        }
    }

    // MARK: Delivery

    private func deliver() throws(CommandFailure) {
        let position: RolloutPosition = if case .at(let position)? = facts.standing { position } else { .added }
        try tell("deliver", .begins, "\(command.file) goes to the servers", [("hash", .text(hash))])
        let cargo = Delivery.Cargo(file: command.file, content: source, hash: hash, phase: position)
        let ways = [
            command.deliver.map { text in
                Delivery(
                    command.sshTargets.map { .ssh($0) } ?? .command(text), option: "--deliver",
                    sshConfiguration: command.sshConfig, isCancelled: settings.isCancelled)
            },
            command.restart.map { Delivery(.command($0), option: "--restart", isCancelled: settings.isCancelled) },
        ].compactMap { $0 }
        guard let before = try mayDeliver() else { return }
        if command.deliver == nil {
            console.note(
                "copy \(command.file) to every control-plane node, byte for byte; where there is no automatic reload, restart one "
                    + "kube-apiserver after the other")
        }
        if command.perServer {
            for server in before.servers {
                guard try mayDeliver() != nil else { return }
                let target = Delivery.Server(id: server.id, host: server.host, address: server.address)
                for way in ways { try run(way, cargo, for: target) }
                try wait(for: server.id)
            }
        } else {
            for way in ways { try run(way, cargo, for: nil) }
        }
        (facts.isDelivered, facts.isJustWritten) = (true, false)
        (facts.stored, facts.rewrites) = (.notLooked, 0)
        try take(servers.look(for: configuration(), wait: command.timeout.duration), phase: "deliver")
    }

    /// The servers, if each of them is still seen to run what the file is a proven step from; else nil, and what was seen
    /// decides.
    private func mayDeliver() throws(CommandFailure) -> ServerCensus? {
        let look = try servers.look(for: configuration())
        let seen = RolloutFacts.Servers(look.census, file: hash, isSettled: true, record: record)
        let isFirst = facts.standing == .original && facts.isSafeToBegin
        if seen == .runFile || seen == .runOurs || isFirst && seen == .runNoFile { return look.census }
        try take(look, phase: "deliver")
        facts.isJustWritten = false
        return nil
    }

    private func run(_ way: Delivery, _ cargo: Delivery.Cargo, for server: Delivery.Server?) throws(CommandFailure) {
        guard !settings.isCancelled() else { throw Self.givenUp }
        // A command takes the file from the disk.
        try checkFile()
        do throws(DeliveryError) { try way.run(cargo, for: server) } catch { throw error.failure }
    }

    /// Waits until one server runs the file and is ready, before the next one is touched.
    private func wait(for id: String) throws(CommandFailure) {
        let end = ContinuousClock.now + command.timeout.duration
        while true {
            let standing = try servers.look(for: configuration()).census.servers.first { $0.id == id }
            if standing?.loaded == .yes, standing?.sighting?.readiness?.isReady == true { return }
            guard ContinuousClock.now < end else {
                throw CommandFailure(
                    "\(id): does not run the file, or is not ready, in time",
                    hint: "the other servers are as they were; the same command goes on", status: .unproven)
            }
            guard APIServer.pause(.seconds(1), settings.isCancelled) else {
                throw Self.givenUp
            }
        }
    }

    // MARK: Steps of the file

    private func write(_ step: RotationRequest.Step) throws(CommandFailure) {
        let isBack = machine.goal == .back
        if step == .retire {
            try ask("Take the \(isBack ? "new" : "old") keys out of \(command.file)?")
        }
        // The answer, or what was done before, may have taken long.
        if step != .abort, facts.servers == .runFile, try !isStillTrue() { return }
        let document = try rotation.document(source)
        let old = try rotation.checked(document)
        let plan = try rotation.plan(isBack ? backRequest(step) : goal.request(step), for: document)
        // Going back, what is taken out last is the key that was new.
        let position: RolloutPosition = isBack && step == .retire ? .aborted : RolloutPosition(after: step)
        let isConverged = facts.servers == .runFile
        guard !plan.isDone else {
            begin(plan)
            record?.note(RolloutRecord.Version(hash: hash, position: position))
            try save()
            (facts.servers, facts.isJustWritten) = (.notAsked, false)
            return try readStanding()
        }
        let edited = try rotation.edited(plan, source)
        // On the way back all versions that servers may run read both keys: they are as good as one.
        let alike = isBack && facts.servers == .runOurs
        let receipt = receipt ?? (alike ? ConvergenceReceipt(hash: hash, clusterUID: nil, revision: nil) : nil)
        var stepFacts = StepFacts(
            hash: hash, servers: receipt.map { .receipt($0) }, isSingleServer: false,
            plugin: try goal.pluginHealth(plan), isAbsencePromised: false,
            destination: command.archive != nil ? .archive : command.discardRetiredKeys ? .destruction : nil)
        if step == .retire || step == .abort {
            if let seen = try read(history: true, receipt) { stepFacts.stored = .seen(seen) }
            // Reading took long.
            if isConverged, try !isStillTrue() { return }
        }
        let judgement = StepJudgement(plan, from: old, stepFacts)
        let seen = stepFacts.stored.evidence
        if let failure = judgement.failure(seen) { throw failure }
        for warning in judgement.warnings(seen) { console.warning(warning.message, hint: warning.hint) }
        guard let authorized = judgement.step else {
            throw CommandFailure("\(command.file): the step may not be written")
        }
        begin(plan)
        let newHash = try fileHash(edited)
        record?.prepare(RolloutRecord.Version(hash: newHash, position: position), isConverged: isConverged)
        try save()
        try RotationWriter(file: command.file, archive: command.archive, authorized).write(edited, source: source)
        source = edited
        hash = newHash
        record?.complete()
        try save()
        try readStanding()
        // Every server runs the version before, as was seen.
        (facts.servers, facts.stored, facts.rewrites) = (isConverged ? .runOurs : .notAsked, .notLooked, 0)
        (facts.isDelivered, facts.isJustWritten) = (false, isConverged)
        self.receipt = nil
        let changes = RotationReport(
            file: command.file, steps: plan.changes.map { RotationReport.Step($0, step) }, hash: hash, isWritten: true,
            next: NextCommand(reason: "the rollout goes on")
        ).text
        try tell(step.rawValue, .ends, "\(command.file) is written, \(hash)", [("hash", .text(hash))])
        if command.output == .text { try console.result(changes) }
    }

    /// Makes the record before the first step, and notes that a rollout goes back.
    private func begin(_ plan: RotationPlan) {
        if record == nil {
            // With plaintext or several keys before, there is no one key to go back to.
            let writers = Set(plan.changes.map { $0.before.first?.key?.text })
            let added = Set(
                plan.changes.flatMap { change in change.after.filter { !change.before.contains($0) } }.map {
                    $0.key?.text
                })
            record = RolloutRecord(
                goal: goalText, originalHash: hash, previousKey: writers.count == 1 ? writers.first ?? nil : nil,
                newKey: added.count == 1 ? added.first ?? nil : nil)
        }
        if command.abort { record?.isGoingBack = true }
    }

    /// A step on the way back: the key that wrote before is the one that is meant, and only the one that was added goes.
    private func backRequest(_ step: RotationRequest.Step) throws(CommandFailure) -> RotationRequest {
        guard command.to == nil, let previous = record?.previousKey, let added = record?.newKey else {
            throw CommandFailure(
                "\(command.file): several keys or providers wrote before, so that there is no one way back",
                hint: "go back by hand: `encconf rotate` makes each step")
        }
        var request = goal.request(step == .retire ? .abort : step)
        request.keyName = ByteName(step == .promote ? previous : added)
        return request
    }

    // MARK: What is stored

    /// Reads what is stored, which counts from when every server ran the file.
    private func read(
        history: Bool = false, _ receipt: ConvergenceReceipt?
    ) throws(CommandFailure) -> StorageEvidence? {
        let convergence = Convergence(receipt.map { .receipt($0) }, of: hash, afterRevision: nil) ?? .unknown
        return try goal.proof.evidence(
            under: configuration(), history: history, since: convergence,
            ofCluster: receipt?.clusterUID ?? clusterUID, onDisk: record?.besides ?? [])
    }

    private func audit() throws(CommandFailure) {
        try tell("audit", .begins, "etcd is read and every value opened")
        guard let seen = try read(receipt) else { throw CommandFailure("no etcd is named", status: .usage) }
        evidence = seen
        facts.stored = RolloutFacts.Stored(seen, isAfterConvergence: machine.needsSettling(facts))
        let covered = coveredCensus()
        let (objects, stale) = (covered.reduce(0) { $0 + $1.objects }, covered.reduce(0) { $0 + $1.stale })
        let unreadable = covered.reduce(0) { $0 + $1.unreadable + $1.notObjects }
        let revision = seen.sources.first?.revision
        try tell(
            "audit", .ends,
            "\(counted(objects, "value")) at revision \(revision ?? 0): \(stale) stored in another way than the file says, "
                + "\(unreadable) unreadable",
            [
                ("revision", .number(revision)), ("objects", .number(objects)), ("stale", .number(stale)),
                ("unreadable", .number(unreadable)), ("evidence", .array(seen.values)),
            ])
    }

    private func rewrite() throws(CommandFailure) {
        guard let look else { throw CommandFailure("no server was asked") }
        try tell("rewrite", .begins, "what is stored otherwise is written anew")
        let rewrite = ClusterRewrite(
            servers: servers, file: try configuration(), stores: try command.evidence.etcd.sources(readingAll: true),
            includesShortLived: true, options: command.speed, console: console)
        let report = try rewrite.run(look)
        try tell("rewrite", .ends, report.summary, [("report", report.value)])
        if command.output == .text, report.status != .success { try console.result(report.text) }
        guard report.status == .success || report.status == .findings else {
            throw CommandFailure(
                "not every value could be written anew", hint: "the same command goes on with what is left",
                status: report.status)
        }
        facts.rewrites += 1
        facts.stored = .notLooked
    }

    private func snapshot(_ when: String) throws(CommandFailure) {
        guard let folder = command.snapshots else { return }
        let stamp = UTCTime.rfc3339(UTCTime.now).filter { $0 != "-" && $0 != ":" }.lowercased()
        let path = "\(folder)/encconf-\(stamp)-\(when).db"
        let saved = try SnapshotSaver(file: path, replacing: false, connection: command.evidence.etcd.connection)
            .save(console)
        try tell("snapshot", .ends, "\(path): revision \(saved.revision)", [("path", .text(path))])
    }

    // MARK: A new key within a plugin

    /// A server that cannot ask its plugin goes on with the key that it had for three minutes.
    private static let keyIDSeconds = 180.0

    private func awaitKeyIDs() throws(CommandFailure) {
        let file = try configuration()
        let plugins = try command.evidence.kms.endpoints.plugins(of: [file.configuration]).filter {
            $0.plugin.version == .v2
        }
        guard !plugins.isEmpty else { throw CommandFailure("\(command.file): there is no KMS v2 provider") }
        let end = ContinuousClock.now + command.timeout.duration
        try tell("key-ids", .begins, "every server is to have the key id that the plugin tells")
        func ask() throws(CommandFailure) {
            let expected = Dictionary(
                plugins.map { plugin, provider in
                    let examination = PluginClient(provider).examine()
                    return (plugin.name.text, examination.problem == nil ? examination.status?.keyIDHash : nil)
                }
            ) { first, _ in first }
            facts.keyIDs = RolloutFacts.KeyIDs(try servers.look(for: file).census, expected: expected)
        }
        try ask()
        while facts.keyIDs != .agree, ContinuousClock.now < end {
            guard APIServer.pause(.seconds(5), settings.isCancelled) else { throw Self.givenUp }
            try ask()
        }
        if facts.keyIDs == .agree {
            let seconds = Self.keyIDSeconds + command.settle.seconds
            console.note("waiting \(Int(seconds)) s until no server writes with the key id before")
            guard APIServer.pause(.milliseconds(Int64(seconds * 1000)), settings.isCancelled) else {
                throw Self.givenUp
            }
            try ask()
            // What counts for the audit is what is stored from now on.
            try take(servers.look(for: file), phase: "servers")
        }
        try tell(
            "key-ids", .ends, facts.keyIDs == .agree ? "every server has it" : "not every server is known to have it")
    }

    // MARK: Telling and asking

    private func tell(
        _ phase: String, _ state: RolloutEvent.State, _ message: Phrase,
        _ facts: [(name: String, value: ReportValue)] = []
    ) throws(CommandFailure) {
        let event = RolloutEvent(time: UTCTime.now, phase: phase, state, message, facts: facts)
        switch command.output {
        case .text: try console.result(event.text)
        case .json: try console.result(event.value, isOneLine: true)
        }
    }

    private func ask(_ question: Phrase) throws(CommandFailure) {
        guard !command.yes else { return }
        do throws(SystemError) {
            guard try Confirmation.ask(Program.redactor.shown(question), isCancelled: settings.isCancelled) else {
                throw SystemError(code: ECANCELED)
            }
        } catch {
            throw CommandFailure("not confirmed", hint: "nothing more was done; the same command goes on")
        }
    }
}
