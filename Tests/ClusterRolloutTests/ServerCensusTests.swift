import ClusterRollout
import KubernetesAPI
import Testing
import Transformers

/// Whether all servers run a file, over what Leases, addresses and each server say.
struct ServerCensusTests {
    private static let file = "sha256:" + String(repeating: "a", count: 64)
    private static let other = "sha256:" + String(repeating: "b", count: 64)
    private static func lease(_ number: Int, address: String? = nil) -> IdentityLease {
        IdentityLease(
            name: "apiserver-\(number)", uid: "u\(number)", host: "host-\(number)",
            peerAddress: address ?? "192.0.2.\(number):6443")
    }

    private static func sighting(
        _ number: Int, hash: String? = file, identity: String? = nil, at address: String? = nil,
        version: String = "v1.36.0", isIncomplete: Bool = false
    ) -> ServerSighting {
        var metrics = ServerMetrics()
        metrics.configurationHash = hash
        metrics.identityHash = hash == nil ? nil : identity ?? TestHash.sha256("apiserver-\(number)")
        metrics.isIncomplete = isIncomplete
        return ServerSighting(
            address: address ?? "192.0.2.\(number):6443", .metrics(metrics), version: version, seenAt: 0)
    }

    private static func census(
        _ sightings: [ServerSighting], leases: [IdentityLease]? = [lease(1), lease(2)],
        endpoints: [String]? = ["192.0.2.1", "192.0.2.2"], named: Int? = nil
    ) -> ServerCensus {
        ServerCensus(
            ServerCensus.Facts(
                fileHash: file, leases: leases,
                endpoints: endpoints.map { ServiceEndpoints(addresses: $0, port: 6443) }, named: named,
                sightings: sightings))
    }

    @Test func allRunIt() {
        let census = Self.census([Self.sighting(1), Self.sighting(2)])
        #expect(census.converged == .yes && census.gaps.isEmpty && census.servers.count == 2)
    }

    /// Each of these is not enough.
    @Test func isNotEnough() {
        let both = [Self.sighting(1), Self.sighting(2)]
        // A server of one source only.
        #expect(Self.census(both, endpoints: ["192.0.2.1"]).converged == .unknown)
        #expect(Self.census(both, endpoints: ["192.0.2.1", "192.0.2.2", "192.0.2.3"]).converged == .unknown)
        #expect(Self.census(both, endpoints: ["192.0.2.1", "192.0.2.9"]).converged == .unknown)
        #expect(Self.census(both, leases: [Self.lease(1)]).converged == .unknown)
        // One source alone, and none.
        #expect(Self.census(both, endpoints: nil).converged == .unknown)
        #expect(Self.census(both, leases: nil, endpoints: ["192.0.2.1", "192.0.2.2"]).converged == .unknown)
        #expect(Self.census([], leases: [], endpoints: []).converged == .unknown)
        // A Lease for which nobody answers.
        #expect(Self.census([Self.sighting(1)]).converged == .unknown)
        // Another server answers at its address: behind a load balancer one server is seen twice.
        #expect(Self.census([Self.sighting(1), Self.sighting(1, at: "192.0.2.2:6443")]).converged == .unknown)
        // What it shows cannot all be read.
        #expect(Self.census([Self.sighting(1), Self.sighting(2, isIncomplete: true)]).converged == .unknown)
        // A server of another cluster, or one whose Lease was deleted.
        let stranger = Self.sighting(2, identity: TestHash.sha256("apiserver-9"))
        #expect(Self.census([Self.sighting(1), stranger]).converged == .unknown)
        // An old server says nothing of its file.
        #expect(Self.census([Self.sighting(1), Self.sighting(2, hash: nil, version: "v1.33.2")]).converged == .unknown)
    }

    /// Somebody who runs something else is enough for no.
    @Test func anotherFile() {
        let census = Self.census([Self.sighting(1), Self.sighting(2, hash: Self.other)], endpoints: nil)
        #expect(census.converged == .no)
        let none = Self.census([Self.sighting(1), Self.sighting(2, hash: nil)])
        #expect(none.converged == .no)
    }

    /// A server without a Lease, as with the gate APIServerIdentity off, counts by its address, if a second list agrees.
    @Test func withoutLeases() {
        let both = [Self.sighting(1, identity: ""), Self.sighting(2, identity: "")]
        #expect(Self.census(both, leases: []).converged == .unknown)
        #expect(Self.census(both, leases: [], named: 2).converged == .yes)
        #expect(Self.census(both, leases: [], named: 3).converged == .unknown)
    }

    /// A canary shows what a server writes with, and no more.
    @Test func canaries() {
        func old(_ number: Int, isAsFile: Bool) -> ServerSighting {
            var sighting = Self.sighting(number, hash: nil, version: "v1.30.0")
            sighting.canary = .wrote(StoredLabel(provider: .aesgcm, key: "k1"), isAsFile: isAsFile)
            return sighting
        }
        let alike = Self.census([old(1, isAsFile: true), old(2, isAsFile: true)])
        #expect(alike.converged == .unknown && alike.writesAsFile)
        let other = Self.census([old(1, isAsFile: true), old(2, isAsFile: false)])
        #expect(other.converged == .no && !other.writesAsFile)
    }

    /// How long to wait for requests that began before, by each server's own clock.
    @Test func settling() {
        var metrics = ServerMetrics()
        metrics.configurationHash = Self.file
        metrics.identityHash = TestHash.sha256("apiserver-1")
        (metrics.startTime, metrics.lastReload, metrics.answerTime) = (1000, 5000, 5020)
        let sighting = ServerSighting(address: "192.0.2.1:6443", .metrics(metrics), seenAt: 0)
        let census = Self.census([sighting], leases: [Self.lease(1)], endpoints: ["192.0.2.1"])
        #expect(census.secondsUntilSettled(requestTimeout: 60) == 40)
        #expect(census.secondsUntilSettled(requestTimeout: 10) == 0)
        #expect(Self.census([Self.sighting(1), Self.sighting(2)]).secondsUntilSettled(requestTimeout: 60) == nil)
    }

    /// What servers run beside a rollout's file.
    @Test func beside() {
        var record = RolloutRecord(goal: "", originalHash: Self.other, previousKey: nil)
        record.prepare(RolloutRecord.Version(hash: Self.file, position: .added), isConverged: true)
        record.complete()
        func servers(_ sightings: [ServerSighting], _ record: RolloutRecord?) -> RolloutFacts.Servers {
            RolloutFacts.Servers(Self.census(sightings), file: Self.file, isSettled: true, record: record)
        }
        #expect(servers([Self.sighting(1), Self.sighting(2)], record) == .runFile)
        #expect(servers([Self.sighting(1), Self.sighting(2, hash: Self.other)], record) == .runOurs)
        #expect(servers([Self.sighting(1), Self.sighting(2, hash: Self.other)], nil) == .runAnother)
        let foreign = "sha256:" + String(repeating: "c", count: 64)
        #expect(servers([Self.sighting(1), Self.sighting(2, hash: foreign)], record) == .runAnother)
        #expect(servers([Self.sighting(1)], record) == .unknown)
        #expect(servers([Self.sighting(1, hash: nil), Self.sighting(2, hash: nil)], nil) == .runNoFile)
        #expect(servers([Self.sighting(1), Self.sighting(2, hash: nil)], nil) == .runNoFile)
        #expect(servers([Self.sighting(1, hash: foreign), Self.sighting(2, hash: nil)], nil) == .runAnother)
    }
}
