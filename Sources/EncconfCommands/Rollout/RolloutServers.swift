internal import ClusterRollout
internal import Explanations
internal import KubernetesAPI
internal import Reports
internal import ShownText
internal import StorageEvidence
internal import Terminal

// What the servers run, and how the file comes to them.
extension RolloutRun {
    func askServers() throws(CommandFailure) {
        try take(servers.look(for: configuration()), phase: "servers")
    }

    /// What a look at the servers says.
    func take(_ look: ServerSurvey.Look, phase: String) throws(CommandFailure) {
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
                phase, .ends, "\(counted(look.census.servers.count, "server")) with \(command.file), \(hash)",
                [
                    ("hash", .text(hash)), ("servers", .number(look.census.servers.count)),
                    ("revision", .number(report.revision)),
                ])
        } else {
            try tell(phase, .ends, "not every server is known to run \(command.file)", [("report", report.value)])
            if command.format.output == .text { try console.result(report.text) }
        }
    }

    func deliver() throws(CommandFailure) {
        let position: RolloutPosition = if case .at(let position)? = facts.standing { position } else { .added }
        try tell("deliver", .begins, "delivering \(command.file) to the servers", [("hash", .text(hash))])
        let cargo = Delivery.Cargo(file: command.file, content: source, hash: hash, phase: position)
        let ways = [
            command.delivery.deliver.map { text in
                Delivery(
                    command.sshTargets.map { .ssh($0) } ?? .command(text), option: "--deliver",
                    sshConfiguration: command.delivery.sshConfig, isCancelled: settings.isCancelled)
            },
            command.delivery.restart.map {
                Delivery(.command($0), option: "--restart", isCancelled: settings.isCancelled)
            },
        ].compactMap { $0 }
        guard let before = try mayDeliver() else { return }
        if command.delivery.deliver == nil {
            console.note(
                "copy \(command.file) to every control-plane node, then restart one kube-apiserver after the other "
                    + "(not needed with automatic reload)")
        }
        if command.delivery.perServer {
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
        try take(servers.look(for: configuration(), wait: command.delivery.timeout.duration), phase: "deliver")
    }

    /// The servers, if each of them is still seen to run what the file is a proven step from; else nil, and what was seen
    /// decides.
    func mayDeliver() throws(CommandFailure) -> ServerCensus? {
        let look = try servers.look(for: configuration())
        let seen = RolloutFacts.Servers(look.census, file: hash, isSettled: true, record: record)
        let isFirst = facts.standing == .original && facts.isSafeToBegin
        if seen == .runFile || seen == .runOurs || isFirst && seen == .runNoFile { return look.census }
        try take(look, phase: "deliver")
        facts.isJustWritten = false
        return nil
    }

    func run(_ way: Delivery, _ cargo: Delivery.Cargo, for server: Delivery.Server?) throws(CommandFailure) {
        guard !settings.isCancelled() else { throw Self.givenUp }
        // A command takes the file from the disk.
        try checkFile()
        do throws(DeliveryError) { try way.run(cargo, for: server) } catch { throw error.failure }
    }

    /// Waits until one server runs the file and is ready, before the next one is touched.
    func wait(for id: String) throws(CommandFailure) {
        let end = ContinuousClock.now + command.delivery.timeout.duration
        while true {
            let standing = try servers.look(for: configuration()).census.servers.first { $0.id == id }
            if standing?.loaded == .yes, standing?.sighting?.readiness?.isReady == true { return }
            guard ContinuousClock.now < end else {
                throw CommandFailure(
                    "\(id): does not run the file, or is not ready, within the timeout",
                    hint: "run the same command again to continue; the other servers are unchanged", status: .unproven)
            }
            guard APIServer.pause(.seconds(1), settings.isCancelled) else {
                throw Self.givenUp
            }
        }
    }
}
