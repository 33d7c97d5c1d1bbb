import GoText
import KubernetesResources
import TestSupport
import Testing

struct EtcdKeyTests {
    @Test(
        arguments: [
            ("/registry/secrets/default/foo", "secrets", "default", "foo"),
            ("/registry/deployments/web/shop", "deployments.apps", "web", "shop"),
            ("/registry/services/specs/default/kubernetes", "services", "default", "kubernetes"),
            ("/registry/services/endpoints/default/kubernetes", "endpoints", "default", "kubernetes"),
            ("/registry/minions/node-1", "nodes", nil, "node-1"),
            ("/registry/controllers/default/rc", "replicationcontrollers", "default", "rc"),
            ("/registry/ingress/default/i", "ingresses.networking.k8s.io", "default", "i"),
            ("/registry/ingressclasses/nginx", "ingressclasses.networking.k8s.io", nil, "nginx"),
            ("/registry/podsecuritypolicy/restricted", "podsecuritypolicies.policy", nil, "restricted"),
            ("/registry/events/default/e.1", "events", "default", "e.1"),
            ("/registry/namespaces/secrets", "namespaces", nil, "secrets"),
            (
                "/registry/clusterroles/system:discovery", "clusterroles.rbac.authorization.k8s.io", nil,
                "system:discovery"
            ),
            (
                "/registry/apiextensions.k8s.io/customresourcedefinitions/widgets.example.com",
                "customresourcedefinitions.apiextensions.k8s.io", nil, "widgets.example.com"
            ),
            ("/registry/apiregistration.k8s.io/apiservices/v1.", "apiservices.apiregistration.k8s.io", nil, "v1."),
            ("/registry/example.com/widgets/team-a/w", "widgets.example.com", "team-a", "w"),
            ("/registry/custom.fancy.com/pants/p", "pants.custom.fancy.com", nil, "p"),
            // A custom resource may bear a built-in plural; a newer Kubernetes may have resources of its own.
            ("/registry/example.com/secrets/ns/n", "secrets.example.com", "ns", "n"),
            ("/registry/foos/ns/n", "foos", "ns", "n"),
            ("/registry/foos/n", "foos", nil, "n"),
        ] as [(String, String, String?, String)])
    func namesAnObject(_ text: String, _ resource: String, _ namespace: String?, _ name: String) {
        let key = RegistryKey(
            resource: GroupResource(parsing: resource), namespace: namespace.map { ByteName($0) }, name: ByteName(name))
        #expect(EtcdKey(text) == .object(key))
        #expect(read(Array(text.utf8)) == .object(key))
        #expect(key.description == text)
    }

    @Test(arguments: [
        ("/kubernetes.io/secrets/default/x", "/kubernetes.io", "secrets"),
        ("/kubernetes.io/foos/default/x", "/kubernetes.io", "foos"),
        ("/kubernetes.io/example.com/widgets/default/x", "/kubernetes.io", "widgets.example.com"),
        ("/custom/prefix/secrets/default/x", "/custom/prefix", "secrets"),
        ("/custom/prefix/services/specs/default/x", "/custom/prefix", "services"),
        ("/custom/prefix/example.com/widgets/default/x", "/custom/prefix", "widgets.example.com"),
        ("/registry/cluster-1/secrets/default/x", "/registry/cluster-1", "secrets"),
        ("/secrets/default/x", "", "secrets"),
    ])
    func detectsThePrefix(_ text: String, _ prefix: String, _ resource: String) {
        let resource = GroupResource(parsing: resource)
        let key = RegistryKey(resource: resource, namespace: "default", name: "x", prefix: ByteName(prefix))
        #expect(EtcdKey(text) == .object(key))
        #expect(EtcdKey(text, prefix: prefix + "/") == .object(key))
        #expect(key.description == text)
    }

    /// What the key alone cannot tell, the prefix decides.
    @Test func believesTheGivenPrefix() {
        let text = "/registry/eu/namespaces/x"
        #expect(
            EtcdKey(text)
                == .object(RegistryKey(resource: GroupResource(resource: "eu"), namespace: "namespaces", name: "x")))
        let namespaces = GroupResource(resource: "namespaces")
        #expect(
            EtcdKey(text, prefix: "/registry/eu")
                == .object(RegistryKey(resource: namespaces, namespace: nil, name: "x", prefix: "/registry/eu")))
        #expect(EtcdKey("/registry/secrets/a/b", prefix: "/other") == .unrecognised)
    }

    @Test(
        arguments: [
            ("/registry/ranges/serviceips", .range("serviceips")),
            ("/registry/ranges/secondaryserviceips", .range("secondaryserviceips")),
            ("/registry/ranges/servicenodeports", .range("servicenodeports")),
            ("/kubernetes.io/ranges/servicenodeports", .range("servicenodeports")),
            ("/registry/masterleases/10.0.0.1", .masterLease("10.0.0.1")),
            ("/custom/masterleases/fd00::1", .masterLease("fd00::1")),
            ("/registry/health", .health),
            ("compact_rev_key", .compactedRevision),
            ("/registry/compact_rev_key", .compactedRevision),
            ("/registry/peerserverleases/5f2c", .peerServerLease("5f2c")),
            ("gap-17", .gap("gap-17")),
            ("/bootstrap/e3b0c44298fc", .distribution("/bootstrap/e3b0c44298fc")),
            ("k3s/apiaddresses", .distribution("k3s/apiaddresses")),
            ("rke2/etcd/learnerProgress", .distribution("rke2/etcd/learnerProgress")),
        ] as [(String, EtcdKey.Bookkeeping)])
    func namesBookkeeping(_ text: String, _ kept: EtcdKey.Bookkeeping) {
        #expect(EtcdKey(text) == .bookkeeping(kept))
    }

    @Test(arguments: [
        "", "/", "//", "/registry", "/registry/", "/registry/secrets", "registry/secrets/a/b",
        "/registry/ranges/other", "/registry/masterleases/a/b", "/registry/nodes/n", "/registry/services/other/n",
        "/registry/example.com/widgets", "/registry/example.com/a.b/c", "/other/foos/ns/n", "anything", "gap-",
        "gap-1x",
        "/bootstrap/e3b0c44298fC", "/bootstrap/e3b0c44298f", "/bootstrap/a/e3b0c44298fc", "/k3s/apiaddresses",
        "/openshift.io/oauth/other", "/openshift.io/routes", "/openshift.io/ranges/uids",
        "/openshift.io/example.com/a/b",
        "/kubernetes.io/ranges/other",
    ])
    func doesNotGuess(_ text: String) {
        #expect(EtcdKey(text) == .unrecognised)
    }

    /// Servers list by the bytes of a prefix, whatever follows it.
    @Test(arguments: [
        ("/registry/secrets/", "secrets"), ("/registry/secrets/x", "secrets"), ("/registry/secrets/a/b/c", "secrets"),
        ("/registry/secrets//b", "secrets"), ("/registry/secrets/a/", "secrets"), ("/registry/minions/ns/n", "nodes"),
        ("/kubernetes.io/secrets/x", "secrets"), ("/registry/services/specs/a", "services"),
        ("/registry/example.com/widgets/a/b/c", "widgets.example.com"),
        ("/openshift.io/oauth/accesstokens/a/b", "oauthaccesstokens.oauth.openshift.io"),
    ])
    func tellsWhoseListAStrayIsIn(_ text: String, _ resource: String) {
        #expect(EtcdKey(text) == .stray(GroupResource(parsing: resource)))
    }

    @Test func tellsWhoseListWhatIsNotTextIsIn() {
        #expect(
            read(Array("/registry/secrets/a/".utf8) + [0xff]) == .stray(GroupResource(resource: "secrets")))
        #expect(read(Array("/registry/".utf8) + [0xff] + Array("/a/b".utf8)) == .unrecognised)
        #expect(read([0xff]) == .unrecognised)
    }

    /// A mark that joins itself to the slash before it must not hide the slash, nor one behind a dot the dot.
    @Test(arguments: ["\u{301}admin", "\u{200d}x", "\u{fe0f}", "\u{1f3fb}", "e\u{301}", "\u{e9}", "\u{212a}"])
    func splitsAtBytes(_ name: String) {
        let roles = GroupResource(resource: "clusterroles", group: "rbac.authorization.k8s.io")
        let key = RegistryKey(resource: roles, namespace: nil, name: ByteName(name))
        #expect(EtcdKey("/registry/clusterroles/" + name) == .object(key))
        let custom = GroupResource(resource: "widgets", group: ByteName("example.\(name)"))
        #expect(
            EtcdKey("/registry/example.\(name)/widgets/a/b", prefix: "/registry")
                == .object(RegistryKey(resource: custom, namespace: "a", name: "b")))
    }

    /// Equivalent texts with other bytes are other keys.
    @Test func comparesBytes() {
        #expect(EtcdKey("/registry/clusterroles/\u{e9}") != EtcdKey("/registry/clusterroles/e\u{301}"))
        #expect(EtcdKey("/\u{e9}/secrets/a/b", prefix: "/e\u{301}") == .unrecognised)
        #expect(EtcdKey("/registry/clusterroles/\u{212a}") != EtcdKey("/registry/clusterroles/K"))
    }

    /// OpenShift's own servers, whose paths do not hold the group.
    @Test(
        arguments: [
            ("/openshift.io/oauth/accesstokens/sha256~x", "oauthaccesstokens.oauth.openshift.io", nil, "sha256~x"),
            ("/openshift.io/oauth/clients/console", "oauthclients.oauth.openshift.io", nil, "console"),
            ("/openshift.io/routes/ns/r", "routes.route.openshift.io", "ns", "r"),
            ("/openshift.io/useridentities/github:a", "identities.user.openshift.io", nil, "github:a"),
            ("/openshift.io/groups/admins", "groups.user.openshift.io", nil, "admins"),
            ("/openshift.io/builds/ns/b", "builds.build.openshift.io", "ns", "b"),
            ("/openshift.io/authorization/local/policies/ns/p", "policies.authorization.openshift.io", "ns", "p"),
            ("/openshift.io/registry/sdnsubnets/node", "hostsubnets.network.openshift.io", nil, "node"),
            // A newer server's perhaps.
            ("/openshift.io/foos/ns/f", "foos", "ns", "f"),
        ] as [(String, String, String?, String)])
    func readsOpenShift(_ text: String, _ resource: String, _ namespace: String?, _ name: String) {
        let key = RegistryKey(
            resource: GroupResource(parsing: resource), namespace: namespace.map { ByteName($0) }, name: ByteName(name),
            prefix: "/openshift.io")
        for prefix in [nil, "/kubernetes.io", "/registry", "openshift.io"] {
            #expect(EtcdKey(text, prefix: prefix) == .object(key))
        }
        #expect(key.description == text)
        #expect((key.basis == .table) == (resource != "foos") && (key.known != nil) == (resource != "foos"))
    }

    @Test func saysWhatTheResourceWasToldBy() {
        let keys = ["/registry/secrets/a/b", "/registry/example.com/widgets/a/b", "/registry/foos/a/b"]
        let bases = keys.map { text -> RegistryKey.Basis? in
            if case .object(let key) = EtcdKey(text) { key.basis } else { nil }
        }
        #expect(bases == [.table, .path, .plural])
    }

    /// Takes no longer than the key is long.
    @Test func readsAKeyOfSlashes() {
        #expect(EtcdKey(String(repeating: "/a", count: 1 << 19)) == .unrecognised)
    }

    /// Every key of a real cluster; the counts come from the program that recorded it.
    @Test func readsEveryLiveKey() throws {
        let keys = String(decoding: try TestData.bytes("objects/live-keys.txt"), as: UTF8.self).split(separator: "\n")
        var counts: [String: Int] = [:]
        for key in keys {
            switch EtcdKey(key) {
            case .object(let object):
                #expect(object.description == key && object.prefix.text == RegistryKey.defaultPrefix)
                // The recorder tells built-in resources without their group.
                let isBuiltIn = object.known.map { !$0.storagePath.contains(UInt8(ascii: ".")) } ?? false
                let plural = object.resource.resource
                let name = plural == "endpoints" ? "services" : isBuiltIn ? plural.text : object.resource.description
                counts[name, default: 0] += 1
            case .bookkeeping(.range): counts["ranges", default: 0] += 1
            case let other: Issue.record("\(key) is \(other)")
            }
        }
        #expect(counts == (try TestData.json("objects/live-key-counts.json")))
    }

    @Test(arguments: 0..<32 as Range<UInt64>)
    func arbitraryKeysNeverTrap(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let parts = ["/", "registry", "secrets", "a.b", "ranges", "x", "services", "specs", "é", "\0", "health"]
        for _ in 0..<200 {
            let length = Int.random(in: 0..<10, using: &random)
            let text = (0..<length).map { _ in parts.randomElement(using: &random) ?? "" }.joined()
            if case .object(let key) = EtcdKey(text) { #expect(key.description == text) }
            _ = read(random.bytes(length))
        }
    }

    private func read(_ bytes: [UInt8]) -> EtcdKey { EtcdKey(bytes: bytes.span.bytes) }
}
