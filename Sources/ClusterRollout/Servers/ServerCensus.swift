internal import EnvelopeCrypto
internal import GoText
public import KubernetesAPI
internal import KubernetesResources
internal import KubernetesVersions
internal import SecretMemory

/// Which kube-apiservers there are, and whether each of them runs a file.
///
/// Two sources list the servers and must agree, because each can be wrong: a Lease may be of a removed server, a
/// server may have no Lease, and the addresses of the Service may lag (recorded in testdata/apiserver). Each server
/// must answer itself. A server that is not seen is unknown.
public struct ServerCensus: Sendable {
    public enum Verdict: String, Sendable { case yes, no, unknown }

    /// What is missing to the knowledge of all servers.
    public enum Gap: Sendable, Equatable {
        case noServers
        /// So many servers by each source; nil where a source says nothing.
        case sourcesDisagree(leases: Int?, endpoints: Int?, named: Int?)
        /// Only one source lists servers.
        case oneSource
        /// An address of the Service at which no known server is.
        case unknownEndpoint(String)
    }

    /// What the census is made from.
    public struct Facts: Sendable {
        /// The hash of the file that is asked about: `sha256:` and 64 hex digits. Nil to compare the servers alone.
        public var fileHash: String?
        /// Nil if they could not be read.
        public var leases: [IdentityLease]?
        /// The names of the Leases that were renewed between two looks; nil if there was one look only.
        public var renewed: Set<String>?
        /// Nil if they could not be read.
        public var endpoints: ServiceEndpoints?
        /// The number of servers of `--server`; nil without it.
        public var named: Int?
        public var sightings: [ServerSighting]

        public init(
            fileHash: String?, leases: [IdentityLease]?, renewed: Set<String>? = nil, endpoints: ServiceEndpoints?,
            named: Int? = nil, sightings: [ServerSighting]
        ) {
            self.fileHash = fileHash
            self.leases = leases
            self.renewed = renewed
            self.endpoints = endpoints
            self.named = named
            self.sightings = sightings
        }
    }

    public let servers: [ServerStanding]
    public let converged: Verdict
    public let gaps: [Gap]
    public let leaseCount: Int?
    public let endpointCount: Int?

    public init(_ facts: Facts) {
        let servers = Self.standings(facts)
        self.servers = servers
        leaseCount = facts.leases.flatMap { $0.isEmpty ? nil : $0.count }
        endpointCount = facts.endpoints.flatMap { $0.addresses.isEmpty ? nil : $0.addresses.count }
        gaps = Self.gaps(facts, servers, leases: leaseCount, endpoints: endpointCount)
        converged = Self.verdict(facts, servers, gaps)
    }

    // MARK: Who is who

    private static func standings(_ facts: Facts) -> [ServerStanding] {
        // One server can be asked at several addresses; the first that answers speaks for it.
        var answering: [String: ServerSighting] = [:]
        var others: [ServerSighting] = []
        let leases = facts.leases ?? []
        let idsByHash = Dictionary(leases.map { (identityHash(of: $0), $0.name) }) { first, _ in first }
        for sighting in facts.sightings {
            guard let metrics = sighting.metrics else { continue }
            let id =
                metrics.identityHash.flatMap { idsByHash[$0] }
                // An old server does not report its identity. At the address of a Lease that no other server has, it
                // is that server.
                ?? (metrics.identityHash == nil ? lease(at: sighting.address, in: leases)?.name : nil)
            guard let id else {
                others.append(sighting)
                continue
            }
            if answering[id] == nil { answering[id] = sighting }
        }
        let ofLeases = leases.map { lease in
            standing(of: lease, answering[lease.name], facts)
        }
        let known = Set(answering.values.map(\.address) + leases.compactMap(\.peerAddress))
        // A server without a Lease that is listed twice would show the same start, and counts twice.
        let withoutLease = others.filter { !answering.values.map(\.address).contains($0.address) }
            .map { standing(of: $0, facts) }
        let silent = facts.sightings.filter { $0.metrics == nil && !known.contains($0.address) }
            .map { sighting in
                ServerStanding(
                    id: sighting.address, host: nil, address: sighting.address, sighting: sighting, loaded: .unknown,
                    writesAsFile: false, problems: problems(of: sighting))
            }
        return (ofLeases + withoutLease + silent).sorted { ($0.host ?? $0.id) < ($1.host ?? $1.id) }
    }

    private static func standing(
        of lease: IdentityLease, _ sighting: ServerSighting?, _ facts: Facts
    ) -> ServerStanding {
        guard let sighting else {
            let atAddress = facts.sightings.first { $0.address == lease.peerAddress }
            var problems: [ServerStanding.Problem] = []
            if let atAddress {
                switch atAddress.answer {
                case .failure(let failure): problems.append(.failure(failure))
                case .metrics: problems.append(.answeredByAnother(address: atAddress.address))
                }
            }
            problems.append(.unanswered(isRenewed: facts.renewed.map { $0.contains(lease.name) }))
            return ServerStanding(
                id: lease.name, host: lease.host, address: lease.peerAddress, sighting: nil, loaded: .unknown,
                writesAsFile: false, problems: problems)
        }
        return standing(id: lease.name, host: lease.host, sighting, facts, extra: [])
    }

    private static func standing(of sighting: ServerSighting, _ facts: Facts) -> ServerStanding {
        // With the gate off the identity is empty; another one is of a Lease that was deleted, or of another cluster.
        let isNamed = sighting.metrics?.identityHash?.isEmpty == false
        return standing(
            id: sighting.address, host: nil, sighting, facts, extra: isNamed ? [.withoutLease] : [])
    }

    private static func standing(
        id: String, host: String?, _ sighting: ServerSighting, _ facts: Facts, extra: [ServerStanding.Problem]
    ) -> ServerStanding {
        var problems = extra + problems(of: sighting)
        var (loaded, writesAsFile) = (ServerStanding.Loaded.unknown, false)
        if let metrics = sighting.metrics {
            if let hash = metrics.configurationHash, !metrics.isIncomplete {
                if let fileHash = facts.fileHash {
                    loaded = hash == fileHash ? .yes : .no
                    if loaded == .no { problems.append(.otherFile) }
                } else {
                    loaded = .yes
                }
            } else if metrics.configurationHash == nil, !metrics.isIncomplete,
                sighting.kubernetes?.tellsConfigurationHash == true
            {
                loaded = .no
                problems.append(.noFile)
            } else if metrics.configurationHash == nil {
                problems.append(.noHash)
            }
        }
        switch sighting.canary {
        case .wrote(_, isAsFile: true)?: writesAsFile = true
        case .wrote(_, isAsFile: false)?:
            loaded = .no
            problems.append(.otherWriteKey)
        case .failed(let fault)?: problems.append(.canary(fault))
        case nil: break
        }
        // Who it is matters as much as what it says.
        if !extra.isEmpty, loaded == .yes { loaded = .unknown }
        return ServerStanding(
            id: id, host: host, address: sighting.address, sighting: sighting, loaded: loaded,
            writesAsFile: writesAsFile, problems: problems)
    }

    private static func problems(of sighting: ServerSighting) -> [ServerStanding.Problem] {
        var problems: [ServerStanding.Problem] = []
        switch sighting.answer {
        case .failure(let failure): problems.append(.failure(failure))
        case .metrics(let metrics):
            if metrics.isIncomplete { problems.append(.unreadableMetrics) }
            if metrics.failedReloads > 0 { problems.append(.failedReloads(metrics.failedReloads)) }
        }
        if let readiness = sighting.readiness, !readiness.isReady {
            problems.append(.notReady(readiness.failedChecks))
        }
        return problems
    }

    /// The label `apiserver_id_hash` of the server with a Lease: the SHA-256 of its name (recorded in testdata/apiserver).
    static func identityHash(of lease: IdentityLease) -> String {
        let name = Array(lease.name.utf8)
        return (try? Digest.sha256(name.span.rawBytes)).map { "sha256:\(Digest.hexadecimal($0))" } ?? ""
    }

    private static func lease(at address: String, in leases: [IdentityLease]) -> IdentityLease? {
        let found = leases.filter { $0.peerAddress == address }
        return found.count == 1 ? found[0] : nil
    }

    // MARK: Whether they are all

    private static func gaps(
        _ facts: Facts, _ servers: [ServerStanding], leases: Int?, endpoints: Int?
    ) -> [Gap] {
        guard !servers.isEmpty else { return [.noServers] }
        var gaps: [Gap] = []
        // `--server` may list only some servers, to set their addresses. If the cluster has only one source, this
        // list is the second one.
        let named = leases == nil || endpoints == nil ? facts.named : nil
        let counts = [leases, endpoints, named].compactMap { $0 }
        if counts.count < 2 {
            gaps.append(.oneSource)
        } else if Set(counts).count > 1 {
            gaps.append(.sourcesDisagree(leases: leases, endpoints: endpoints, named: named))
        }
        let hosts = Set(
            servers.flatMap { [$0.address, $0.sighting?.address].compactMap { $0 } }.map(ServerAddress.host)
                + (facts.leases ?? []).compactMap(\.peerAddress).map(ServerAddress.host))
        gaps += (facts.endpoints?.addresses ?? []).filter { !hosts.contains($0) }.map { .unknownEndpoint($0) }
        return gaps
    }

    private static func verdict(_ facts: Facts, _ servers: [ServerStanding], _ gaps: [Gap]) -> Verdict {
        if servers.contains(where: { $0.loaded == .no }) { return .no }
        if facts.fileHash == nil, Set(servers.compactMap(\.hash)).count > 1 { return .no }
        return gaps.isEmpty && servers.allSatisfy { $0.loaded == .yes } ? .yes : .unknown
    }

    /// Whether every server is known to write as the file says, by the file that it runs or by a canary.
    ///
    /// It says nothing of the keys that a server reads.
    public var writesAsFile: Bool {
        gaps.isEmpty && !servers.isEmpty && servers.allSatisfy { $0.loaded == .yes || $0.writesAsFile }
    }

    /// How long to wait until requests that began before the last server changed over have ended, in seconds; nil if a
    /// server does not say since when it runs what it runs.
    ///
    /// - Parameter requestTimeout: How long a request lasts at most (kube-apiserver's `--request-timeout`), in seconds.
    public func secondsUntilSettled(requestTimeout: Double) -> Double? {
        var longest = 0.0
        for server in servers {
            guard let running = server.sighting?.metrics?.runningSeconds else { return nil }
            longest = max(longest, requestTimeout - running)
        }
        return longest
    }
}
