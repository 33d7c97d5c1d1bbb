import GoText
import KubernetesObjects
import KubernetesResources
import TestSupport
import Testing

struct ObjectIdentityTests {
    @Test(arguments: try RecordedObject.all())
    func findsTheObjectUnderItsOwnKey(_ recorded: RecordedObject) throws {
        #expect(try check(recorded.plaintext(), under: recorded.etcdKey) == .same)
    }

    @Test(arguments: [
        "/registry/secrets/default/bar", "/registry/secrets/other/foo", "/registry/configmaps/default/foo",
        "/registry/namespaces/foo", "/registry/example.com/widgets/default/foo",
        "/registry/example.com/secrets/default/foo",
        // Of no known resource, but a Secret has a path of its own.
        "/registry/foos/default/foo", "/openshift.io/routes/default/foo", "/openshift.io/foos/default/foo",
    ])
    func tellsAMovedObject(_ key: String) throws {
        let moved = ObjectIdentity(apiVersion: "v1", kind: "Secret", namespace: "default", name: "foo")
        #expect(try check(StoredObjectTests.example, under: key) == .other(moved))
    }

    @Test func tellsWhatIsNoObject() throws {
        let key = "/registry/secrets/default/foo"
        #expect(try check(Array("hunter2".utf8), under: key) == .notAnObject)
        #expect(try check(hex("6b387300 0a"), under: key) == .undecodable(.protobuf(.truncated)))
        #expect(try check(Array("{".utf8), under: key) == .undecodable(.json(offset: 1)))
        #expect(try check(json("a/b/v1", "Secret", "default", "foo"), under: key) == .undecodable(.noKind))
    }

    /// An encoding that is not read leaves everything open, unless nothing of the resource can be stored in it.
    @Test func tellsWhatIsNotRead() throws {
        let cbor = hex("d9d9f7 a0")
        for key in ["/registry/secrets/default/foo", "/registry/deployments/default/foo", "/openshift.io/routes/a/b"] {
            #expect(try check(cbor, under: key) == .notAnObject)
        }
        for key in ["/registry/example.com/widgets/default/foo", "/registry/foos/default/foo"] {
            #expect(try check(cbor, under: key) == .undecodable(.noKind))
            #expect(try check(hex("d9d9f7 a1 41 61 c1 00"), under: key) == .notRead(.cbor))
        }
        let yaml = Array("apiVersion: v1\nkind: Secret\n".utf8)
        #expect(try check(yaml, under: "/registry/secrets/default/foo") == .notRead(.yaml))
        #expect(IdentityCheck(.unreadCBOR) == .notRead(.cbor) && IdentityCheck(.yaml) == .notRead(.yaml))
    }

    /// Versions do not matter; the group does, and some resources have had several.
    @Test(arguments: [
        ("v1", "Event", "/registry/events/default/foo", true),
        ("events.k8s.io/v1", "Event", "/registry/events/default/foo", true),
        ("events.k8s.io/v1beta1", "Event", "/registry/events/default/foo", true),
        ("apps/v1", "Event", "/registry/events/default/foo", false),
        ("apps/v1", "Deployment", "/registry/deployments/default/foo", true),
        ("extensions/v1beta1", "Deployment", "/registry/deployments/default/foo", true),
        ("v1", "Deployment", "/registry/deployments/default/foo", false),
        ("extensions/v1beta1", "Ingress", "/registry/ingress/default/foo", true),
        ("example.com/v1", "Secret", "/registry/secrets/default/foo", false),
        ("route.openshift.io/v1", "Route", "/openshift.io/routes/default/foo", true),
        ("v1", "Route", "/openshift.io/routes/default/foo", true),
        ("example.com/v1", "Route", "/openshift.io/routes/default/foo", false),
        ("example.com/v2beta1", "Widget", "/registry/example.com/widgets/default/foo", true),
        ("other.io/v1", "Widget", "/registry/example.com/widgets/default/foo", false),
        ("v1", "Widget", "/registry/example.com/widgets/default/foo", false),
        // To Swift, an equal group.
        ("caf\u{e9}.io/v1", "Widget", "/registry/cafe\u{301}.io/widgets/default/foo", false),
        ("gateway.networking.k8s.io/v1", "Gateway", "/registry/gateway.networking.k8s.io/gateways/default/foo", true),
    ])
    func comparesTheGroup(_ apiVersion: String, _ kind: String, _ key: String, _ isSame: Bool) throws {
        let identity = ObjectIdentity(
            apiVersion: ByteName(apiVersion), kind: ByteName(kind), namespace: "default", name: "foo")
        let answer = try check(json(apiVersion, kind, "default", "foo"), under: key)
        #expect(answer == (isSame ? .same : .other(identity)))
    }

    /// The definition of a custom resource can name any plural. Nothing speaks for the object then, and nothing against.
    @Test(arguments: [
        ("example.com/v1", "Gadget", "/registry/example.com/widgets/default/foo"),
        ("new.k8s.io/v1", "Gadget", "/registry/foos/default/foo"),
    ])
    func cannotTellAnUnusualPlural(_ apiVersion: String, _ kind: String, _ key: String) throws {
        let identity = ObjectIdentity(
            apiVersion: ByteName(apiVersion), kind: ByteName(kind), namespace: "default", name: "foo")
        let answer = try check(json(apiVersion, kind, "default", "foo"), under: key)
        #expect(answer == .cannotTell(identity, .unusualPlural))
        #expect(answer.mayBeSame && answer != .same)
        let elsewhere = try check(json(apiVersion, kind, "default", "bar"), under: key)
        #expect(!elsewhere.mayBeSame)
    }

    /// A resource that this program has not heard of can be of any group.
    @Test func takesAnyGroupWhereTheKeyNamesNone() throws {
        #expect(try check(json("new.k8s.io/v1", "Foo", "default", "foo"), under: "/registry/foos/default/foo") == .same)
    }

    @Test func comparesNamesByTheirBytes() throws {
        let key = "/registry/clusterroles/e\u{301}"
        let group = "rbac.authorization.k8s.io/v1"
        #expect(try check(json(group, "ClusterRole", "", "e\u{301}"), under: key) == .same)
        #expect(try !check(json(group, "ClusterRole", "", "\u{e9}"), under: key).mayBeSame)
    }

    private func json(_ apiVersion: String, _ kind: String, _ namespace: String, _ name: String) -> [UInt8] {
        let metadata = #"{"name":"\#(name)","namespace":"\#(namespace)"}"#
        return Array(#"{"apiVersion":"\#(apiVersion)","kind":"\#(kind)","metadata":\#(metadata)}"#.utf8)
    }

    private func check(_ plaintext: [UInt8], under text: String) throws -> IdentityCheck {
        guard case .object(let key) = EtcdKey(text) else { throw NoObjectKey() }
        return IdentityCheck(plaintext: plaintext.span.bytes, key: key)
    }

    private struct NoObjectKey: Error {}
}
