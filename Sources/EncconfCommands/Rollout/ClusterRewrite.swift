internal import ClusterRollout
internal import EncryptionConfig
internal import EnvelopeCrypto
internal import EtcdClient
internal import Explanations
internal import KubernetesAPI
internal import KubernetesResources
internal import RemoteCalls
internal import Reports
internal import ShownText
internal import StorageAudit
internal import Terminal

/// Re-encrypts the stale values of a cluster.
struct ClusterRewrite {
    let servers: ClusterServers
    let file: ConfigurationFile
    /// Only these resources; nil for all that the file covers.
    var resources: Set<GroupResource>?
    /// Whether events and Leases are re-encrypted too.
    var includesShortLived = false
    var options: RewriteOptions
    var isDryRun = false
    /// Whether it ends with a look at what etcd holds.
    var endsWithAudit = false

    /// All etcd of the cluster that are named; without any, all objects are looked at.
    private var stores: [EtcdSource] { servers.stores }

    /// - Parameter look: The servers that were seen to run the file.
    func run(_ look: ServerSurvey.Look) throws(CommandFailure) -> RewriteReport {
        let start = ContinuousClock.now
        let scope = try scope()
        let running = look.census.servers.filter { $0.loaded == .yes || $0.writesAsFile }
            .compactMap { look.reachable[$0.id] }
        guard !running.isEmpty else { throw CommandFailure("No server runs the file.", status: .unproven) }
        var settings = RewriteCrew<APIServer>.Settings()
        settings.parallel = options.parallel
        settings.maxRate = options.maxRate == 0 ? nil : options.maxRate
        settings.isDryRun = isDryRun
        settings.isCancelled = servers.settings.isCancelled
        let crew = RewriteCrew(running, settings)
        var unserved: [GroupResource: Int] = [:]
        let rows = stores.isEmpty ? listed(scope.targets, crew) : try stored(scope, crew, &unserved)
        let seconds = ContinuousClock.now - start
        var report = RewriteReport(
            file: file.path, rows: rows, isDryRun: isDryRun,
            elapsedSeconds: Double(seconds.components.seconds) + Double(seconds.components.attoseconds) / 1e18,
            leftOut: scope.leftOut, unserved: stores.isEmpty ? nil : unserved)
        if !isDryRun {
            // Somebody may have changed a server meanwhile, and it wrote with its own key then.
            let after = try servers.look(
                for: file, isCanaryWanted: !look.census.servers.allSatisfy { $0.loaded == .yes })
            if !after.census.writesAsFile {
                report.doubt =
                    "At the end, not every server ran the file. Some values may use another key again."
            }
            report.revision = try? servers.cluster.entry.revision()
            if endsWithAudit, !stores.isEmpty { try audit(scope, &report) }
        }
        return report
    }

    /// Counts the values of the re-encrypted resources in etcd afterwards. Calls no plugin.
    private func audit(_ scope: RewriteScope, _ report: inout RewriteReport) throws(CommandFailure) {
        let run = AuditRun(configurations: [file], unwrapping: NoKMS(), options: AuditOptions())
        var found = StoredCount()
        for store in stores {
            let result: AuditResult
            do { result = try run.audit(store, progress: AuditProgressLine(store.name)) } catch { throw error.failure }
            if store.resources == nil { report.revision = result.source.revision }
            found.add(result.live.resources, where: scope.isWanted)
        }
        report.audit = found
    }

    // MARK: What is rewritten

    /// The resources that the file covers and the servers serve.
    private func scope() throws(CommandFailure) -> RewriteScope {
        let served: [APIResource]
        do { served = try servers.cluster.entry.resources() } catch {
            throw error.failure(servers.cluster.entry.peer.description)
        }
        let scope = RewriteScope(
            of: file.configuration, served: served, only: resources, includesShortLived: includesShortLived)
        if let resource = scope.impossible.first {
            throw CommandFailure(
                "\(resource): no entry of \(fileName(file.path)) covers it, or no server can re-encrypt it",
                hint: "run `encconf show` for the resources of the file")
        }
        return scope
    }

    // MARK: With and without etcd

    /// All objects, by pages of metadata.
    private func listed(_ targets: [APIResource], _ crew: RewriteCrew<APIServer>) -> [RewriteReport.Row] {
        var rows: [RewriteReport.Row] = []
        for target in targets {
            let progress = Progress(Program.redactor.shown("\(target.resource)").text)
            let outcome = crew.rewrite(
                target,
                { take throws(APIFailure) in
                    var hasBegun = false
                    try servers.cluster.entry.pages(of: target) { page throws(APIFailure) in
                        if !hasBegun { progress.start(total: page.objects.count + (page.remaining ?? 0)) }
                        hasBegun = true
                        return take(page.objects.map { RewriteCandidate($0, isStale: false) })
                    }
                }, progress: { progress.advance(by: $0) })
            progress.finish()
            guard outcome.counts.total > 0 || outcome.interruption != nil else { continue }
            rows.append(
                RewriteReport.Row(
                    target.resource, outcome: outcome.counts, interruption: outcome.interruption))
            if case .cancelled? = outcome.interruption { break }
        }
        return rows
    }

    /// The stale objects, as etcd shows them.
    ///
    /// - Parameter unserved: How many there are of what no server can rewrite.
    private func stored(
        _ scope: RewriteScope, _ crew: RewriteCrew<APIServer>, _ unserved: inout [GroupResource: Int]
    ) throws(CommandFailure) -> [RewriteReport.Row] {
        let byName = Dictionary(scope.targets.map { ($0.resource, $0) }) { first, _ in first }
        var rows: [GroupResource: RewriteReport.Row] = [:]
        for store in stores {
            let stale = StaleValues(under: file.configuration, in: store) { scope.isWanted($0) }
            do throws(EtcdError) {
                try stale.pages { values in
                    for (resource, values) in Dictionary(grouping: values, by: \.resource).sorted(by: {
                        $0.key < $1.key
                    }) {
                        guard let target = byName[resource] else {
                            unserved[resource, default: 0] += values.count { $0.isCertain }
                            continue
                        }
                        let outcome = crew.rewrite(
                            target,
                            { take throws(APIFailure) in
                                _ = take(values.map { RewriteCandidate($0) })
                            })
                        var row = rows[resource] ?? RewriteReport.Row(resource, outcome: ResourceOutcome())
                        row.outcome.add(outcome.counts)
                        row.interruption = row.interruption ?? outcome.interruption
                        rows[resource] = row
                        guard outcome.interruption == nil else { return false }
                    }
                    return true
                }
            } catch {
                throw error.failure(store.name)
            }
        }
        return rows.values.sorted { $0.resource < $1.resource }
    }
}

extension RewriteCandidate {
    fileprivate init(_ value: StaleValue) {
        self.init(
            ObjectReference(namespace: value.namespace, name: value.name, resourceVersion: "\(value.revision)"),
            isStale: value.isCertain)
    }
}
