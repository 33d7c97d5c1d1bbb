internal import Glibc
public import KubernetesAPI
internal import Synchronization

/// Asks who the servers of a cluster are, and each of them what it runs.
public struct ServerSurvey: Sendable {
    /// A server of `--server`.
    public struct Named: Sendable {
        /// As a Lease would have it; of a socket, or behind a path, as the person wrote it.
        public let address: String
        public let server: APIServer

        public init(address: String, server: APIServer) {
            self.address = address
            self.server = server
        }
    }

    /// The source of the list of servers: any server, or the load balancer.
    private let entry: APIServer
    private let named: [Named]
    private let connect: @Sendable (ServerAddress) -> APIServer
    private let settings: APISettings
    /// Connections are kept between two looks.
    private let known = KnownServers()

    /// - Parameters:
    ///   - entry: Any server, or a load balancer.
    ///   - named: The servers of `--server`.
    ///   - connect: A way to one server itself.
    public init(
        entry: APIServer, named: [Named] = [], settings: APISettings,
        connect: @escaping @Sendable (ServerAddress) -> APIServer
    ) {
        self.entry = entry
        self.named = named
        self.settings = settings
        self.connect = connect
    }

    /// One look at all servers.
    public struct Look: Sendable {
        public let census: ServerCensus
        /// Why the Leases or the addresses could not be read.
        public let failures: [APIFailure]
        /// The servers that answered, by the name or address that the census gives them.
        public let reachable: [String: APIServer]
    }

    /// Asks once.
    ///
    /// - Parameters:
    ///   - fileHash: The hash of the file that is asked about; nil to compare the servers.
    ///   - isThorough: Whether Leases without an answer are read a second time, which takes up to 15 seconds.
    ///   - canary: Asks a server to write, where a canary is wanted.
    public func look(
        for fileHash: String?, isThorough: Bool,
        canary: (@Sendable (APIServer) -> ServerSighting.Canary)? = nil
    ) -> Look {
        var failures: [APIFailure] = []
        var (leases, endpoints): ([IdentityLease]?, ServiceEndpoints?)
        do { leases = try entry.identityLeases() } catch { failures.append(error) }
        do { endpoints = try entry.serviceEndpoints() } catch { failures.append(error) }

        // A server that ends deletes its Lease and its address at once, and goes on serving for a while; one that starts again
        // may run another file. So who was seen once in this run is asked again.
        let candidates = ServerAddress.candidates(leases: leases ?? [], endpoints: endpoints, seen: known.addresses)
            .filter { candidate in !named.contains { $0.address == candidate.description } }
        let asked =
            named
            + candidates.map { Named(address: $0.description, server: known.server(at: $0, connect)) }
        let sightings = Concurrently.map(asked) { Self.sighting($0, canary) }
        var facts = ServerCensus.Facts(
            fileHash: fileHash, leases: leases, endpoints: endpoints, named: named.isEmpty ? nil : named.count,
            sightings: sightings)
        var census = ServerCensus(facts)
        let unanswered = (leases ?? []).filter { lease in
            census.servers.contains { $0.id == lease.name && $0.sighting == nil }
        }
        if isThorough, !unanswered.isEmpty {
            facts.renewed = renewed(unanswered)
            census = ServerCensus(facts)
        }
        let servers = Dictionary(asked.map { ($0.address, $0.server) }) { first, _ in first }
        let reachable = census.servers.compactMap { standing -> (String, APIServer)? in
            guard let address = standing.sighting?.address, let server = servers[address] else { return nil }
            return (standing.id, server)
        }
        return Look(
            census: census, failures: failures, reachable: Dictionary(reachable) { first, _ in first })
    }

    /// A server renews its Lease every ten seconds (recorded in testdata/apiserver).
    private static let renewalSeconds = 15

    /// The Leases that are renewed in the time in which a running server renews its Lease.
    private func renewed(_ first: [IdentityLease]) -> Set<String> {
        var renewed: Set<String> = []
        for _ in 0..<Self.renewalSeconds where renewed.count < first.count {
            guard APIServer.pause(.seconds(1), settings.isCancelled), let now = try? entry.identityLeases() else {
                break
            }
            for lease in first where now.contains(where: { $0.name == lease.name && $0.hasMoved(since: lease) }) {
                renewed.insert(lease.name)
            }
        }
        return renewed
    }

    private static func sighting(
        _ asked: Named, _ canary: (@Sendable (APIServer) -> ServerSighting.Canary)?
    ) -> ServerSighting {
        let server = asked.server
        let answer: ServerSighting.Answer
        do {
            answer = .metrics(try server.metrics())
        } catch {
            answer = .failure(error)
        }
        var sighting = ServerSighting(address: asked.address, answer, seenAt: Int64(time(nil)))
        // Who did not answer the first question is not asked five more.
        if case .failure(let failure) = answer, !failure.isAnswer { return sighting }
        sighting.readiness = try? server.readiness()
        sighting.version = try? server.version()
        if let flags = try? server.flags() {
            sighting.reloadsAutomatically = flags["encryption-provider-config-automatic-reload"] == "true"
        }
        if let canary { sighting.canary = canary(server) }
        sighting.seenAt = Int64(time(nil))
        return sighting
    }
}

/// The servers that were asked, with their connections.
private final class KnownServers: Sendable {
    private let servers = Mutex<[ServerAddress: APIServer]>([:])

    var addresses: [ServerAddress] { servers.withLock { Array($0.keys) } }

    func server(at address: ServerAddress, _ connect: (ServerAddress) -> APIServer) -> APIServer {
        if let known = servers.withLock({ $0[address] }) { return known }
        let server = connect(address)
        return servers.withLock { known in
            if let other = known[address] { return other }
            known[address] = server
            return server
        }
    }
}
