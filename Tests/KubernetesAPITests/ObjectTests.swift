@testable import KubernetesAPI
import KubernetesResources
import SecretMemory
import TestSupport
import Testing

/// Discovery, lists, empty patches, canaries.
struct ObjectTests {
    private static let secrets = APIResource(
        GroupResource(resource: "secrets", group: ""), version: "v1", isNamespaced: true, verbs: ["list", "patch"])
    private static let widgets = APIResource(
        GroupResource(resource: "widgets", group: "example.com"), version: "v1", isNamespaced: true, verbs: [])
    private static let nodes = APIResource(
        GroupResource(resource: "nodes", group: ""), version: "v1", isNamespaced: false, verbs: [])

    // MARK: Discovery

    private static func discovering(
        _ api: ScriptedServer.Answer, _ apis: ScriptedServer.Answer
    ) throws -> ScriptedServer {
        try ScriptedServer { request, _ in request.target == "/api" ? api : apis }
    }

    @Test func discovers() throws {
        let server = try Self.discovering(
            try Recording.answer("discovery:plain-aggregated-api"),
            try Recording.answer("discovery:plain-aggregated-apis"))
        let resources = try server.client().resources()
        #expect(server.requests.map(\.target) == ["/api", "/apis"])
        let accept = try Recording.one("discovery:plain-aggregated-apis").request?.headers["Accept"]
        #expect(server.requests.allSatisfy { $0["accept"] == accept })
        #expect(resources == resources.sorted { $0.resource < $1.resource })
        #expect(Set(resources.map(\.resource)).count == resources.count)
        func resource(_ name: String, _ group: String) -> APIResource? {
            resources.first { $0.resource == GroupResource(resource: .init(name), group: .init(group)) }
        }
        let secrets = try #require(resource("secrets", ""))
        #expect(secrets.version == "v1" && secrets.isNamespaced && secrets.canBeRewritten)
        #expect(
            secrets.verbs
                == ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"])
        let widgets = try #require(resource("widgets", "example.com"))
        #expect(widgets.version == "v1" && widgets.isNamespaced && widgets.canBeRewritten)
        #expect(resource("namespaces", "")?.isNamespaced == false)
        // Through the core group alone.
        #expect(resource("events", "")?.canBeRewritten == true && resource("events", "events.k8s.io") == nil)
        // The preferred version is the first one.
        #expect(resource("horizontalpodautoscalers", "autoscaling")?.version == "v2")
        // What is not stored.
        for (name, group) in [
            ("bindings", ""), ("componentstatuses", ""), ("tokenreviews", "authentication.k8s.io"),
            ("selfsubjectreviews", "authentication.k8s.io"), ("subjectaccessreviews", "authorization.k8s.io"),
        ] {
            #expect(try #require(resource(name, group)).canBeRewritten == false, "\(name)")
        }
        #expect(!resources.contains { $0.resource.resource.text.contains("/") })
        #expect(resources.filter(\.canBeRewritten).count > 40)
    }

    /// The migrator's group is there only where it is served.
    @Test func discoversWhatIsServed() throws {
        let migrations = GroupResource(resource: "storageversionmigrations", group: "storagemigration.k8s.io")
        for (name, isServed) in [("migrator", true), ("mixed", false), ("plain", false)] {
            let server = try Self.discovering(
                try Recording.answer("discovery:plain-aggregated-api"),
                try Recording.answer("discovery:\(name)-aggregated-apis"))
            let found = try server.client().resources().first { $0.resource == migrations }
            #expect((found != nil) == isServed, "\(name)")
            if isServed { #expect(found?.version == "v1beta1" && found?.isNamespaced == false) }
        }
    }

    /// The old form is none that is understood.
    @Test func wantsTheAggregatedForm() throws {
        let good = try Recording.answer("discovery:plain-aggregated-api")
        for answer in [
            try Recording.answer("discovery:plain-apis"), try Recording.answer("discovery:plain-api"), .json("{}"),
        ] {
            #expect(Failure.of { _ = try Self.discovering(good, answer).client().resources() } == "malformed")
            #expect(Failure.of { _ = try Self.discovering(answer, good).client().resources() } == "malformed")
        }
        let old = try Self.discovering(good, try Recording.answer("discovery:accept-v2beta1"))
        #expect(Failure.of { _ = try old.client().resources() } == "unexpected")
        let unknown = try Self.discovering(good, try Recording.answer("discovery:no-token-apis"))
        #expect(Failure.of { _ = try unknown.client().resources() } == "unauthorized")
    }

    // MARK: Lists

    private static func list(_ names: [String], continue token: String? = nil, revision: Int = 250)
        -> ScriptedServer.Answer
    {
        let items = names.map {
            "{\"metadata\":{\"name\":\"\($0)\",\"namespace\":\"n\",\"uid\":\"u\",\"resourceVersion\":\"7\"}}"
        }
        let metadata = "\"resourceVersion\":\"\(revision)\"" + (token.map { ",\"continue\":\"\($0)\"" } ?? "")
        return .json(
            "{\"kind\":\"PartialObjectMetadataList\",\"metadata\":{\(metadata)},\"items\":[\(items.joined(separator: ","))]}"
        )
    }

    private static func expired(_ token: String?) -> ScriptedServer.Answer {
        let metadata = token.map { "\"continue\":\"\($0)\"" } ?? ""
        return .json(
            "{\"kind\":\"Status\",\"metadata\":{\(metadata)},\"reason\":\"Expired\",\"code\":410}", status: 410)
    }

    /// The recorded pages, in their order, and what is in them.
    @Test func readsPages() throws {
        let pages = try (0...3).map { try Recording.one("listing:list-page-\($0)") }
        let server = try ScriptedServer(pages.map(\.answer))
        var (names, revisions, remaining): ([String], Set<String>, [Int?]) = ([], [], [])
        try server.client().pages(of: Self.secrets, limit: 7) { page in
            names += page.objects.map(\.description)
            revisions.insert(page.resourceVersion)
            remaining.append(page.remaining)
            return true
        }
        #expect(revisions == ["250"] && Set(names).count == names.count && names.first == "default/applied")
        #expect(remaining == [21, 14, 7, nil] && names.count == 28)
        let requests = server.requests
        #expect(requests.count == 4 && requests.allSatisfy { $0["accept"] == APIRequest.metadataList })
        #expect(requests[0].target == "/api/v1/secrets?limit=7")
        for (request, recorded) in zip(requests, pages).dropFirst() {
            // The token of the page before, encoded.
            let token = try #require(recorded.request?.path.components(separatedBy: "continue=").last)
            #expect(request.target == "/api/v1/secrets?limit=7&continue=\(token)")
        }
    }

    @Test func readsObjects() throws {
        let server = try ScriptedServer([try Recording.answer("listing:list-last-applied")])
        let page = try server.client().page(of: Self.secrets, after: nil, limit: 5)
        let object = try #require(page.objects.first)
        #expect(object.namespace == "default" && object.uid?.utf8.count == 36 && object.resourceVersion != nil)
        #expect(page.continueToken == nil && page.remaining == nil)
        // Annotations hold a whole Secret.
        #expect(!"\(page)".contains("last-applied"))
    }

    /// An empty list is null.
    @Test func readsEmptyLists() throws {
        for name in ["list-selector-remaining", "list-namespace-missing"] {
            let server = try ScriptedServer([try Recording.answer("listing:\(name)")])
            var count = 0
            try server.client().pages(of: Self.secrets) { page in
                count += 1
                #expect(page.objects.isEmpty && page.continueToken == nil)
                return true
            }
            #expect(count == 1)
        }
    }

    /// Only the asked form is taken: a fallback would be whole Secrets.
    @Test func wantsMetadataAlone() throws {
        for name in [
            "list-full-secret", "list-full-limit-2", "list-accept-wrong-version-fallback", "get-metadata",
            "list-accept-table",
        ] {
            let server = try ScriptedServer([try Recording.answer("listing:\(name)")])
            #expect(
                Failure.of { _ = try server.client().page(of: Self.secrets, after: nil, limit: 5) } == "malformed",
                "\(name)")
        }
        for text in [
            "{\"kind\":\"PartialObjectMetadataList\",\"metadata\":{},\"items\":[]}",
            "{\"kind\":\"PartialObjectMetadataList\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[{}]}",
            "{\"kind\":\"PartialObjectMetadataList\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[1]}",
        ] {
            let server = try ScriptedServer([.json(text)])
            #expect(Failure.of { _ = try server.client().page(of: Self.secrets, after: nil, limit: 5) } == "malformed")
        }
    }

    /// What has expired goes on with the token that comes with it.
    @Test func goesOnAfterExpiry() throws {
        let server = try ScriptedServer([
            Self.list(["a"], continue: "old"), try Recording.answer("listing:continue-expired"),
            Self.list(["b"], continue: "next", revision: 300), Self.list(["c"], revision: 300),
        ])
        var names: [String] = []
        try server.client().pages(of: Self.secrets) { page in
            names += page.objects.map(\.name)
            return true
        }
        #expect(names == ["a", "b", "c"])
        let status = try #require(APIStatus(try Recording.one("listing:continue-expired").secretBody))
        let tokens = server.requests.map { $0.target.components(separatedBy: "continue=").dropFirst().first }
        #expect(tokens == [nil, "old", status.continueToken, "next"])
    }

    @Test func endsWithoutATokenForTheRest() throws {
        for token in [nil, "old"] {
            let server = try ScriptedServer([Self.list(["a"], continue: "old"), Self.expired(token)])
            #expect(Failure.of { try server.client().pages(of: Self.secrets) { _ in true } } == "expired")
            #expect(server.requests.count == 2)
        }
    }

    /// A server that gives tokens that lead nowhere is not asked for ever.
    @Test func endsWithTheSameToken() throws {
        let same = try ScriptedServer([Self.list(["a"], continue: "t")])
        #expect(Failure.of { try same.client().pages(of: Self.secrets) { _ in true } } == "malformed")
        #expect(same.requests.count == 2)
        // Two tokens in turn.
        let turns = try ScriptedServer { _, count in Self.list(["a"], continue: "t\(count % 2)") }
        #expect(Failure.of { try turns.client().pages(of: Self.secrets) { _ in true } } == "malformed")
        #expect(turns.requests.count < 10)
        let expired = try ScriptedServer { _, count in Self.expired("t\(count % 2)") }
        #expect(Failure.of { try expired.client().pages(of: Self.secrets) { _ in true } } == "expired")
        #expect(expired.requests.count < 10)
    }

    /// An empty token is none.
    @Test func endsWithAnEmptyToken() throws {
        let server = try ScriptedServer([Self.list(["a"], continue: "")])
        var count = 0
        try server.client().pages(of: Self.secrets) { _ in
            count += 1
            return true
        }
        #expect(count == 1)
    }

    @Test func stopsWhenItIsEnough() throws {
        let server = try ScriptedServer([Self.list(["a"], continue: "t")])
        try server.client().pages(of: Self.secrets) { _ in false }
        #expect(server.requests.count == 1)
    }

    /// What is too large is asked for in smaller parts, at the same place.
    @Test func asksForLess() throws {
        let large = ScriptedServer.Answer(
            status: 200, fields: [("Content-Type", "application/json")],
            body: [UInt8](repeating: 0x20, count: (64 << 20) + 1))
        let server = try ScriptedServer { _, count in
            [Self.list(["a"], continue: "t"), large, large, Self.list(["b"])][count]
        }
        var names: [String] = []
        try server.client().pages(of: Self.secrets, limit: 500) { page in
            names += page.objects.map(\.name)
            return true
        }
        #expect(names == ["a", "b"])
        let limits = server.requests.map { $0.target.components(separatedBy: "limit=")[1].prefix { $0 != "&" } }
        #expect(limits[0] == limits[1] && Int(limits[2]) ?? 0 < Int(limits[1]) ?? 0)
        #expect(Int(limits[3]) ?? 0 < Int(limits[2]) ?? 0 && server.requests[3].target.hasSuffix("continue=t"))
        // One object cannot be cut.
        let always = try ScriptedServer([large])
        #expect(Failure.of { try always.client().pages(of: Self.secrets, limit: 9) { _ in true } } == "tooLarge")
        #expect(always.requests.map(\.target).last == "/api/v1/secrets?limit=1" && always.requests.count == 2)
    }

    // MARK: Patches

    /// The request in its exact form, and the version afterwards.
    @Test func patches() throws {
        for name in ["patch-stale-preconditions", "patch-current-preconditions", "patch-stale-empty", "patch-dry-run"] {
            let one = try Recording.one("rewriting:\(name)")
            let request = try #require(one.request)
            let metadata = request.body.flatMap {
                $0.contains("resourceVersion") ? $0.components(separatedBy: "\"") : nil
            }
            let value = { (key: String) in metadata.flatMap { words in words.firstIndex(of: key).map { words[$0 + 2] } }
            }
            let object = ObjectReference(
                namespace: "default", name: String(request.path.split(separator: "/").last?.prefix { $0 != "?" } ?? ""),
                uid: value("uid"), resourceVersion: value("resourceVersion"))
            let server = try ScriptedServer([one.answer])
            let version = try server.client().patchEmpty(object, of: Self.secrets, isDryRun: name == "patch-dry-run")
            #expect(version == Self.version(one.body))
            let sent = server.requests[0]
            #expect(sent.method == "PATCH" && sent.target == request.path, "\(name)")
            #expect(sent["content-type"] == "application/merge-patch+json")
            #expect(sent["accept"] == "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io")
            #expect(
                sent["accept"] == request.headers["Accept"] && sent["content-type"] == request.headers["Content-Type"])
            #expect(Self.packed(sent.text) == request.body.map(Self.packed), "\(name)")
            #expect(sent.all("accept").count == 1 && sent["expect"] == nil)
        }
    }

    /// Without white space.
    private static func packed(_ text: String) -> String { text.filter { !$0.isWhitespace } }

    private static func version(_ body: [UInt8]) -> String? {
        let words = String(decoding: body, as: UTF8.self).components(separatedBy: "\"")
        return words.firstIndex(of: "resourceVersion").map { words[$0 + 2] }
    }

    @Test func patchesAtThePlace() throws {
        let answer = ScriptedServer.Answer.json(
            "{\"kind\":\"PartialObjectMetadata\",\"metadata\":{\"resourceVersion\":\"9\"}}")
        let table: [(APIResource, ObjectReference, String, String)] = [
            (Self.secrets, ObjectReference(namespace: "a", name: "b"), "/api/v1/namespaces/a/secrets/b", "{}"),
            (
                Self.widgets, ObjectReference(namespace: "a", name: "b", uid: "u"),
                "/apis/example.com/v1/namespaces/a/widgets/b", "{\"metadata\":{\"uid\":\"u\"}}"
            ),
            (
                Self.nodes, ObjectReference(namespace: nil, name: "n", resourceVersion: "5"), "/api/v1/nodes/n",
                "{\"metadata\":{\"resourceVersion\":\"5\"}}"
            ),
            // Names of RBAC hold colons, and none can lead to another path.
            (
                Self.nodes, ObjectReference(namespace: nil, name: "system:node"), "/api/v1/nodes/system%3Anode", "{}"
            ), (Self.nodes, ObjectReference(namespace: nil, name: ".."), "/api/v1/nodes/%2E%2E", "{}"),
            (
                Self.secrets, ObjectReference(namespace: "a/../b", name: "c?d#e %\u{e4}"),
                "/api/v1/namespaces/a%2F..%2Fb/secrets/c%3Fd%23e%20%25%C3%A4", "{}"
            ),
            (
                Self.secrets, ObjectReference(namespace: "a", name: "b", uid: "\"\\\n"),
                "/api/v1/namespaces/a/secrets/b",
                "{\"metadata\":{\"uid\":\"\\\"\\\\\\n\"}}"
            ),
        ]
        for (resource, object, path, body) in table {
            let server = try ScriptedServer([answer])
            #expect(try server.client(pathPrefix: "/k8s").patchEmpty(object, of: resource) == "9")
            #expect(
                server.requests[0].target == "/k8s" + path && Self.packed(server.requests[0].text) == Self.packed(body))
        }
    }

    /// The whole object, or something else, is no answer.
    @Test func wantsMetadataOfAPatch() throws {
        let object = ObjectReference(namespace: "a", name: "b")
        for answer in [
            try Recording.answer("rewriting:patch-full-answer"), .json("{\"kind\":\"PartialObjectMetadata\"}"),
            .json(""),
        ] {
            let server = try ScriptedServer([answer])
            #expect(Failure.of { _ = try server.client().patchEmpty(object, of: Self.secrets) } == "malformed")
        }
    }

    /// An answer that was lost is asked for again: what was done is done.
    @Test func repeatsAPatch() throws {
        let server = try ScriptedServer([
            .none, try Recording.answer("canary:flow-control-429-patch"),
            try Recording.answer("shutdown:etcd-stopped-patch-timeout"),
            try Recording.answer("rewriting:patch-stale-empty"),
        ])
        let object = ObjectReference(namespace: "default", name: "a")
        _ = try server.client(attemptLimit: 4).patchEmpty(object, of: Self.secrets)
        #expect(server.requests.count == 4)
        // No more often than it may, and never what will not pass.
        let throttled = try ScriptedServer([.text("", status: 503)])
        #expect(
            Failure.of { _ = try throttled.client(attemptLimit: 3).patchEmpty(object, of: Self.secrets) } == "server")
        #expect(throttled.requests.count == 3)
        for name in ["rewriting:patch-conflict", "undecryptable:gate-on-list-full", "listing:list-rv-future"] {
            let refused = try ScriptedServer([try Recording.answer(name)])
            #expect(Failure.of { _ = try refused.client(attemptLimit: 3).patchEmpty(object, of: Self.secrets) } != nil)
            #expect(refused.requests.count == 1, "\(name)")
        }
    }

    // MARK: Canaries

    @Test func makesACanary() throws {
        let one = try Recording.one("canary:post-0")
        let server = try ScriptedServer([one.answer])
        let canary = try server.client(attemptLimit: 5).createCanary(namespace: "default", name: "canary-0")
        #expect(canary.description == "default/canary-0" && canary.uid?.utf8.count == 36)
        #expect(canary.resourceVersion == Self.version(one.body))
        let request = server.requests[0]
        #expect(request.method == "POST" && request.target == "/api/v1/namespaces/default/secrets")
        #expect(request["content-type"] == "application/json")
        #expect(request["accept"] == "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io")
        let wanted =
            "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"canary-0\",\"labels\":"
            + "{\"app.kubernetes.io/managed-by\":\"encconf\"}},\"type\":\"Opaque\"}"
        #expect(Self.packed(request.text) == wanted)
    }

    /// Once alone: the second request would say that the name is taken.
    @Test func makesACanaryOnce() throws {
        for (answer, failure) in [
            (ScriptedServer.Answer.none, "noAnswer"),
            (try Recording.answer("canary:flow-control-429-patch"), "throttled"),
            (try Recording.answer("canary:post-exists"), "conflict"),
            (try Recording.answer("canary:post-nobody"), "forbidden"),
            (try Recording.answer("canary:post-no-namespace"), "notFound"), (.json("{}", status: 201), "malformed"),
        ] {
            let server = try ScriptedServer([answer])
            let client = server.client(attemptLimit: 5)
            #expect(Failure.of { _ = try client.createCanary(namespace: "default", name: "c") } == failure)
            #expect(server.requests.count == 1, "\(failure)")
        }
    }

    /// The preconditions stand in the body, and nothing in the query, which a body makes void.
    @Test func deletesACanary() throws {
        let one = try Recording.one("canary:delete-0")
        let server = try ScriptedServer([one.answer])
        let canary = ObjectReference(namespace: "default", name: "canary-0", uid: "u-1", resourceVersion: "7")
        try server.client().deleteSecret(canary)
        let request = server.requests[0]
        #expect(request.method == "DELETE" && request.target == "/api/v1/namespaces/default/secrets/canary-0")
        #expect(request["content-type"] == "application/json" && request["accept"] == "application/json")
        let wanted =
            "{\"kind\":\"DeleteOptions\",\"apiVersion\":\"v1\",\"preconditions\":"
            + "{\"uid\":\"u-1\",\"resourceVersion\":\"7\"}}"
        #expect(Self.packed(request.text) == wanted)
    }

    @Test func deletesWhatWasMeant() throws {
        let canary = ObjectReference(namespace: "default", name: "canary-0", uid: "u", resourceVersion: "7")
        // Gone is what was wanted, also if the answer to the first request was lost.
        let gone = try ScriptedServer([.none, try Recording.answer("canary:delete-deleted")])
        try gone.client(attemptLimit: 2).deleteSecret(canary)
        #expect(gone.requests.count == 2)
        for name in ["delete-wrong-uid", "delete-wrong-rv"] {
            let other = try ScriptedServer([try Recording.answer("canary:\(name)")])
            #expect(Failure.of { try other.client(attemptLimit: 3).deleteSecret(canary) } == "conflict")
            #expect(other.requests.count == 1)
        }
    }
}
