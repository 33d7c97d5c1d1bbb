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
        "/registry/namespaces/foo",
    ])
    func tellsAMovedObject(_ key: String) throws {
        let moved = ObjectIdentity(apiVersion: "v1", kind: "Secret", namespace: "default", name: "foo")
        #expect(try check(StoredObjectTests.example, under: key) == .other(moved))
    }

    @Test func tellsWhatIsNoObject() throws {
        let key = "/registry/secrets/default/foo"
        #expect(try check(Array("hunter2".utf8), under: key) == .notAnObject)
        #expect(try check(hex("6b387300 0a"), under: key) == .undecodable(.protobuf(.truncated)))
        #expect(try check(hex("d9d9f7 a0"), under: key) == .cborNotRead)
        #expect(try check(Array("apiVersion: v1\nkind: Secret\n".utf8), under: key) == .yamlNotRead)
        #expect(try check(Array("{".utf8), under: key) == .undecodable(.json(offset: 1)))
    }

    /// A resource that this program has not heard of can be of any kind.
    @Test func comparesTheKindOfKnownResourcesOnly() throws {
        #expect(try check(StoredObjectTests.example, under: "/registry/foos/default/foo") == .same)
    }

    private func check(_ plaintext: [UInt8], under text: String) throws -> IdentityCheck {
        guard case .object(let key) = EtcdKey(text) else { throw NoObjectKey() }
        return IdentityCheck(plaintext: plaintext.span.bytes, key: key)
    }

    private struct NoObjectKey: Error {}
}
