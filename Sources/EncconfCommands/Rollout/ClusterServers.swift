internal import ClusterRollout
internal import EncryptionConfig
internal import EtcdClient
internal import Explanations
internal import KubernetesAPI
internal import KubernetesVersions
internal import RemoteCalls
internal import Reports
internal import ShownText
internal import StorageAudit
internal import Terminal

/// The servers of a cluster, asked which file they run, and the etcd behind them.
struct ClusterServers {
    let cluster: ClusterConnection
    /// Every etcd of the cluster that is named, the main one first; none if none was.
    let stores: [EtcdSource]
    let settings: APISettings
    /// How long a request lasts at most (kube-apiserver's `--request-timeout`), in seconds.
    let requestSeconds: Double
    private let survey: ServerSurvey
    private let console: Console

    /// kube-apiserver's own default.
    static let requestSeconds = 60.0

    init(
        _ options: KubernetesOptions, etcd: EtcdOptions?, requestSeconds: Double = Self.requestSeconds,
        _ settings: APISettings, _ console: Console
    ) throws(CommandFailure) {
        let cluster = try options.cluster(settings, console)
        self.cluster = cluster
        self.settings = settings
        self.requestSeconds = requestSeconds
        self.console = console
        stores = try etcd?.sources(readingAll: true) ?? []
        survey = ServerSurvey(
            entry: cluster.entry,
            named: cluster.named.map { ServerSurvey.Named(address: $0.address, server: $0.server) }, settings: settings,
            connect: { cluster.server(host: $0.host, port: $0.port) })
        try checkStore()
    }

    private var store: EtcdSource? { stores.first }

    /// Refuses an etcd that is another cluster's.
    private func checkStore() throws(CommandFailure) {
        guard let store else { return }
        let match: StoreMatch
        do throws(StoreMatchError) {
            match = try StoreMatch(of: store, with: cluster.entry)
        } catch {
            switch error {
            case .api(let failure): throw failure.failure(cluster.entry.peer.description)
            case .etcd(let failure): throw failure.failure(store.name)
            }
        }
        if case .same = match { return }
        if case .unknown = match {
            throw CommandFailure(
                "Cannot tell whether \(store.name) is the etcd of the cluster at \(cluster.entry.peer): no server "
                    + "has a Lease, and the namespace kube-system is encrypted.",
                hint: "enable the feature gate APIServerIdentity", status: .unproven)
        }
        throw CommandFailure(
            "\(store.name) is not the etcd of the cluster at \(cluster.entry.peer).",
            hint:
                "use the etcd of these servers, with --discover-from, or with --endpoints and --etcd-prefix",
            status: .unproven)
    }

    /// The versions of all servers that tell theirs.
    var versions: [KubernetesVersion] {
        survey.look(for: nil, isThorough: false, canary: nil).census.servers.compactMap { $0.sighting?.kubernetes }
    }

    /// Asks all servers, until they run the file or the time is up.
    ///
    /// - Parameters:
    ///   - wait: How long to ask again; nil to ask once.
    ///   - isCanaryWanted: Whether each server is to write a canary.
    ///   - isThorough: Whether it is found out in the end if a server lives that does not answer, which takes 15 seconds.
    func look(
        for file: ConfigurationFile?, wait: Duration? = nil, isCanaryWanted: Bool = false, isThorough: Bool = false
    ) throws(CommandFailure) -> ServerSurvey.Look {
        var canary: (@Sendable (APIServer) -> ServerSighting.Canary)?
        if isCanaryWanted, let store, let file {
            let trial = CanaryTrial(store: store, file: file.configuration) { "encconf-canary-\(Self.randomSuffix())" }
            canary = { trial.run($0) }
        }
        let end = ContinuousClock.now + (wait ?? .zero)
        var told: [String: String] = [:]
        var pause = Duration.milliseconds(250)
        while true {
            let isLast = ContinuousClock.now >= end
            let look = survey.look(for: file?.hash, isThorough: isLast && isThorough, canary: canary)
            let census = look.census
            guard census.converged != .yes, !isLast, !isCanaryWanted || !census.writesAsFile else { return look }
            tell(census, &told)
            guard APIServer.pause(pause, settings.isCancelled) else { return look }
            pause = min(pause * 2, .seconds(2))
        }
    }

    /// Reports each server whose state has changed.
    private func tell(_ census: ServerCensus, _ told: inout [String: String]) {
        for server in census.servers {
            let state =
                server.loaded.rawValue + server.problems.map { Program.redactor.shown($0.explanation).text }.joined()
            guard told[server.id] != state else { continue }
            told[server.id] = state
            let problem = server.problems.first.map { ": \($0.explanation)" as Phrase } ?? ""
            switch server.loaded {
            case .yes: console.note("\(server.host ?? server.id) runs the file")
            case .no, .unknown: console.note("\(server.host ?? server.id) does not run the file yet\(problem)")
            }
        }
    }

    private static func randomSuffix() -> String {
        // Not a secret; only to be another name than everybody else's.
        String(UInt64.random(in: 0...UInt64.max), radix: 36)
    }

    /// The report of a look, with the revision of etcd from which on all that is stored was written by servers that run the
    /// file.
    ///
    /// - Parameter isSettlingAwaited: Whether to wait until requests have ended that began before the last server changed
    ///   over; else there is no revision until then.
    func report(
        _ look: ServerSurvey.Look, of file: ConfigurationFile?, isSettlingAwaited: Bool
    ) throws(CommandFailure) -> ServerReport {
        let census = look.census
        var report = ServerReport(file: file?.path, hash: file?.hash, census: census, failures: look.failures)
        do throws(APIFailure) {
            report.clusterUID = try cluster.entry.clusterNamespace().uid
        } catch {
            // Without it a receipt would be taken for one of any cluster.
            guard census.converged != .yes else { throw error.failure(cluster.entry.peer.description) }
        }
        guard file != nil, census.converged == .yes else { return report }
        guard let seconds = census.secondsUntilSettled(requestTimeout: requestSeconds) else {
            report.revisionGap = "no revision: a server does not report when it loaded the file"
            return report
        }
        if seconds > 0 {
            guard isSettlingAwaited else {
                report.revisionGap =
                    "no revision yet: older requests may take \(Int(seconds.rounded(.up))) s more"
                return report
            }
            console.note("waiting \(Int(seconds.rounded(.up))) s for older requests")
            guard APIServer.pause(.milliseconds(Int64(seconds * 1000)), settings.isCancelled) else {
                throw CommandFailure("Interrupted.")
            }
        }
        if let store {
            do {
                let page = try store.client.range(RangeRequest(KeyRange(key: Array("/".utf8))))
                report.revision = page.header.revision
                report.etcdClusterID = page.header.clusterID
            } catch {
                throw error.failure(store.name)
            }
        } else {
            do { report.revision = try cluster.entry.revision() } catch {
                throw error.failure(cluster.entry.peer.description)
            }
        }
        return report
    }
}
