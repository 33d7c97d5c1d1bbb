@testable import KubernetesAPI
import EnvelopeCrypto
import SecretMemory
import TestSupport
import Testing

/// Leases, addresses, readiness, version, flags.
struct ServerStateTests {
    private static func leases(_ name: String) throws -> (leases: [IdentityLease], request: ScriptedServer.Request) {
        let server = try ScriptedServer([try Recording.answer("identity:\(name)")])
        return (try server.client().identityLeases(), server.requests[0])
    }

    @Test func readsLeases() throws {
        let (leases, request) = try Self.leases("leases-three-servers")
        let recorded = try #require(try Recording.one("identity:leases-three-servers").request)
        #expect(request.method == "GET" && request.target == recorded.path)
        #expect(request["accept"] == recorded.headers["Accept"])
        #expect(leases.map(\.host) == ["control-plane-0", "control-plane-2", "control-plane-1"])
        let first = IdentityLease(
            name: "apiserver-fj5kznqc76qe2fhtpt4hqnivua", uid: "a6a36cfa-c356-48f4-bedb-fe0809ecd070",
            host: "control-plane-0", peerAddress: "192.0.2.10:6443",
            holder: "apiserver-fj5kznqc76qe2fhtpt4hqnivua_684dc7d1-5ad5-40fe-870a-09d0a6b393fd",
            renewTime: "2026-11-30T06:35:41.884952Z", resourceVersion: "63")
        #expect(leases[0] == first)
        for lease in leases { #expect(lease.holder?.hasPrefix(lease.name + "_") == true) }
    }

    /// The metrics of a server show the SHA-256 of its Lease's name.
    @Test func belongToMetrics() throws {
        let (leases, _) = try Self.leases("leases-three-servers")
        let hashes = try leases.map { lease in
            "sha256:" + Digest.hexadecimal(try Digest.sha256(Array(lease.name.utf8).span.rawBytes))
        }
        let metrics = try ScriptedServer([try Recording.answer("identity:metrics-config-reload")]).client().metrics()
        // Of server 1, whose Lease is the last one.
        #expect(metrics.identityHash == hashes[2] && leases[2].host == "control-plane-1")
    }

    /// A killed server leaves its Lease, which does not move; a new one has another uid and holder under the same name.
    @Test func seesWhatMoves() throws {
        let (before, _) = try Self.leases("leases-three-servers")
        let (killed, _) = try Self.leases("leases-after-sigkill")
        let (again, _) = try Self.leases("leases-after-restart")
        func lease(_ leases: [IdentityLease], _ host: String) throws -> IdentityLease {
            try #require(leases.first { $0.host == host })
        }
        // Server 2 ended by SIGTERM and took its Lease away.
        #expect(Set(killed.map(\.host)) == ["control-plane-0", "control-plane-1"])
        let dead = try lease(killed, "control-plane-1")
        #expect(!dead.hasMoved(since: try lease(before, "control-plane-1")))
        #expect(try lease(killed, "control-plane-0").hasMoved(since: try lease(before, "control-plane-0")))
        let new = try lease(again, "control-plane-1")
        #expect(new.name == dead.name && new.uid != dead.uid && new.holder != dead.holder && new.hasMoved(since: dead))
        #expect(!dead.hasMoved(since: dead))
    }

    /// Metadata alone, or another kind, is no list of Leases; a Lease without a name or uid is none.
    @Test func wantsLeases() throws {
        let bodies = [
            try Recording.answer("identity:leases-metadata-only"), try Recording.answer("identity:pods-none"),
            .json("{}"), .json("no"), .json("{\"kind\":\"LeaseList\",\"items\":[{\"metadata\":{\"name\":\"a\"}}]}"),
            .json("{\"kind\":\"LeaseList\",\"items\":[5]}"),
        ]
        for answer in bodies {
            let server = try ScriptedServer([answer])
            #expect(Failure.of { _ = try server.client().identityLeases() } == "malformed")
        }
        for text in ["{\"kind\":\"LeaseList\",\"items\":null}", "{\"kind\":\"LeaseList\"}"] {
            #expect(try ScriptedServer([.json(text)]).client().identityLeases().isEmpty)
        }
        let server = try ScriptedServer([try Recording.answer("identity:leases-nobody")])
        #expect(Failure.of { _ = try server.client().identityLeases() } == "forbidden")
    }

    @Test func readsEndpoints() throws {
        func endpoints(_ answer: ScriptedServer.Answer) throws -> ServiceEndpoints {
            let server = try ScriptedServer([answer])
            let found = try server.client().serviceEndpoints()
            #expect(server.requests[0].target == (try Recording.one("identity:endpointslice-kubernetes").request?.path))
            return found
        }
        let three = ["192.0.2.10", "192.0.2.11", "192.0.2.12"]
        let table = [
            ("endpointslice-kubernetes", ServiceEndpoints(addresses: three, port: 6443)),
            ("endpointslice-after-sigterm", ServiceEndpoints(addresses: Array(three[..<2]), port: 6445)),
            ("endpointslice-after-sigkill", ServiceEndpoints(addresses: Array(three[..<2]), port: 6445)),
        ]
        for (name, wanted) in table { #expect(try endpoints(try Recording.answer("identity:\(name)")) == wanted) }
        // Slices of both families, one address twice, two ports.
        let slice = { (address: String, port: Int) in
            "{\"endpoints\":[{\"addresses\":[\"\(address)\"]}],\"ports\":[{\"port\":\(port)}]}"
        }
        let slices = [slice("10.0.0.1", 6443), slice("fd00::1", 6443), slice("10.0.0.1", 6443)]
        let list = { (items: [String]) in
            ScriptedServer.Answer.json("{\"kind\":\"EndpointSliceList\",\"items\":[\(items.joined(separator: ","))]}")
        }
        #expect(try endpoints(list(slices)) == ServiceEndpoints(addresses: ["10.0.0.1", "fd00::1"], port: 6443))
        #expect(try endpoints(list(slices + [slice("10.0.0.2", 6444)])).port == nil)
        #expect(try endpoints(list([])) == ServiceEndpoints(addresses: [], port: nil))
        #expect(try endpoints(.json("{\"kind\":\"EndpointSliceList\",\"items\":null}")).addresses.isEmpty)
        let server = try ScriptedServer([try Recording.answer("identity:endpoints-kubernetes")])
        #expect(Failure.of { _ = try server.client().serviceEndpoints() } == "malformed")
    }

    /// Every recorded answer of /readyz.
    @Test func readsReadiness() throws {
        let failed: [String: [String]] = [
            "metrics:readyz-kms-down": ["kms-provider-0", "kms-provider-1"],
            "undecryptable:restart-with-bad-values-readyz": ["informer-sync", "poststarthook/storage-readiness"],
            "undecryptable:no-file-readyz": ["informer-sync", "poststarthook/storage-readiness"],
            "shutdown:stop-plain-readyz-500": ["shutdown"], "shutdown:stop-delay-readyz-500": ["shutdown"],
            "shutdown:stop-delay-retry-readyz-500": ["shutdown"],
        ]
        var count = 0
        for one in Recording.answered
        where one.request?.path.hasPrefix("/readyz") == true && one.request?.path.contains("/readyz/") == false {
            guard let status = one.response?.status, [200, 500].contains(status), !one.body.isEmpty,
                one.response?.cutByteCount == nil
            else { continue }
            count += 1
            let server = try ScriptedServer([one.answer])
            let readiness = try server.client().readiness()
            #expect(server.requests[0].target == "/readyz?verbose=" && server.requests[0]["accept"] == "text/plain")
            #expect(readiness.isReady == (status == 200), "\(one.place)")
            if one.place == "shutdown:start-readyz-500" {
                #expect(readiness.failedChecks.contains("poststarthook/rbac/bootstrap-roles"))
            } else {
                #expect(readiness.failedChecks == failed[one.place, default: []], "\(one.place)")
            }
        }
        #expect(count > 15)
        let server = try ScriptedServer([.text("404 page not found\n", status: 404)])
        #expect(Failure.of { _ = try server.client().readiness() } == "notServed")
        let throttled = try ScriptedServer([try Recording.answer("canary:flow-control-429-readyz")])
        #expect(Failure.of { _ = try throttled.client().readiness() } == "throttled")
        let proxy = try ScriptedServer([try Recording.answer("identity:version-admin")])
        #expect(try proxy.client().readiness().failedChecks.isEmpty)
    }

    @Test func readsTheVersion() throws {
        for name in ["version-admin", "version-nobody", "version-anonymous"] {
            let server = try ScriptedServer([try Recording.answer("identity:\(name)")])
            #expect(try server.client().version() == "v1.36.2")
            #expect(server.requests[0].target == "/version")
        }
        for text in ["{}", "ok", "{\"gitVersion\":1}", ""] {
            let server = try ScriptedServer([.json(text)])
            #expect(Failure.of { _ = try server.client().version() } == "malformed", "\(text)")
        }
    }

    @Test func readsFlags() throws {
        let server = try ScriptedServer([try Recording.answer("identity:flagz-accept-v1beta1")])
        let flags = try #require(try server.client().flags())
        let recorded = try #require(try Recording.one("identity:flagz-accept-v1beta1").request)
        #expect(server.requests[0].target == "/flagz" && server.requests[0]["accept"] == recorded.headers["Accept"])
        #expect(flags["encryption-provider-config"]?.hasPrefix("/etc/kubernetes/recording") == true)
        #expect(flags["encryption-provider-config-automatic-reload"] == "false")
        #expect(flags["advertise-address"] == "192.0.2.10" && flags["audit-log-path"] == "" && flags.count > 100)
    }

    /// A server that does not show its flags is none that failed.
    @Test func doesWithoutFlags() throws {
        for name in ["flagz-gate-off", "flagz-accept-v1", "flagz-accept-json", "flagz-nobody", "flagz-anonymous"] {
            let server = try ScriptedServer([try Recording.answer("identity:\(name)")])
            #expect(try server.client().flags() == nil, "\(name)")
        }
        // Text, or another kind, is no answer to the question.
        for answer in [try Recording.answer("identity:flagz-admin"), .json("{\"kind\":\"Status\"}")] {
            #expect(Failure.of { _ = try ScriptedServer([answer]).client().flags() } == "malformed")
        }
        let failed = try ScriptedServer([.text("no", status: 500)])
        #expect(Failure.of { _ = try failed.client().flags() } == "server")
        let unknown = try ScriptedServer([try Recording.answer("identity:wrong-token")])
        #expect(Failure.of { _ = try unknown.client().flags() } == "unauthorized")
    }

    @Test func readsTheNamespaceAndTheRevision() throws {
        let server = try ScriptedServer { request, _ in
            request.target.contains("limit")
                ? .json(
                    "{\"kind\":\"PartialObjectMetadataList\",\"metadata\":{\"resourceVersion\":\"4711\"},\"items\":[]}")
                : .json("{\"kind\":\"PartialObjectMetadata\",\"metadata\":{\"uid\":\"u\",\"resourceVersion\":\"5\"}}")
        }
        let namespace = try server.client().clusterNamespace()
        #expect(namespace.uid == "u" && namespace.resourceVersion == "5")
        #expect(try server.client().revision() == 4711)
        #expect(server.requests.map(\.target) == ["/api/v1/namespaces/kube-system", "/api/v1/namespaces?limit=1"])
        #expect(server.requests.map { $0["accept"] } == [APIRequest.metadata, APIRequest.metadataList])
        for version in ["0", "-1", "", "x", "99999999999999999999"] {
            let wrong = try ScriptedServer([.json("{\"metadata\":{\"resourceVersion\":\"\(version)\"}}")])
            #expect(Failure.of { _ = try wrong.client().revision() } == "malformed", "\(version)")
        }
    }
}
