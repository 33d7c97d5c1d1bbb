import GoText
import KubernetesObjects
import KubernetesResources
import Testing

/// Keys that leave the resource open, and objects that tell it.
struct ObjectPlaceTests {
    @Test(
        arguments: [
            ("/registry/foos/ns/n", "new.k8s.io/v1", "Foo", "ns", "n", "foos.new.k8s.io"),
            ("/registry/foos/n", "new.k8s.io/v1", "Foo", "", "n", "foos.new.k8s.io"),
            ("/openshift.io/things/ns/n", "thing.openshift.io/v1", "Thing", "ns", "n", "things.thing.openshift.io"),
            ("/a/b/c/example.com/widgets/ns/n", "example.com/v1", "Widget", "ns", "n", "widgets.example.com"),
            ("/copies/secrets/ns/n", "v1", "Secret", "ns", "n", "secrets"),
            ("/x/services/specs/ns/n", "v1", "Service", "ns", "n", "services"),
            (
                "/x/oauth/accesstokens/n", "oauth.openshift.io/v1", "OAuthAccessToken", "", "n",
                "oauthaccesstokens.oauth.openshift.io"
            ),
            // Other paths than those of the table, but group and plural say it.
            (
                "/x/route.openshift.io/routes/ns/n", "route.openshift.io/v1", "Route", "ns", "n",
                "routes.route.openshift.io"
            ),
            // The key does not end with the names of the object.
            ("/registry/foos/ns/m", "new.k8s.io/v1", "Foo", "ns", "n", nil),
            ("/registry/foos/other/n", "new.k8s.io/v1", "Foo", "ns", "n", nil),
            ("/registry/foos/ns/n", "new.k8s.io/v1", "Foo", "", "n", nil),
            ("/registry/foos/ns/e\u{301}", "new.k8s.io/v1", "Foo", "ns", "\u{e9}", nil),
            ("n", "new.k8s.io/v1", "Foo", "", "n", nil), ("/n", "new.k8s.io/v1", "Foo", "", "n", nil),
            ("secrets/ns/n", "v1", "Secret", "ns", "n", nil),
            // The plural is not one of the kind, or the kind has another path.
            ("/registry/bars/ns/n", "new.k8s.io/v1", "Foo", "ns", "n", nil),
            ("/registry/foos/ns/n", "v1", "Secret", "ns", "n", nil),
            ("/x/pods/n", "v1", "Pod", "", "n", nil),
            ("/registry/foos/ns/n", "a/b/c", "Foo", "ns", "n", nil),
            ("/registry/foos/", "new.k8s.io/v1", "Foo", "", "", nil),
        ] as [(String, String, String, String, String, String?)])
    func told(
        _ key: String, _ apiVersion: String, _ kind: String, _ namespace: String, _ name: String, _ resource: String?
    ) {
        let identity = ObjectIdentity(
            apiVersion: ByteName(apiVersion), kind: ByteName(kind), namespace: ByteName(namespace), name: ByteName(name)
        )
        let bytes = Array(key.utf8)
        #expect(identity.resource(under: bytes.span.bytes) == resource.map { GroupResource(parsing: $0) })
    }

    @Test func nothingIsToldOfWhatIsNotText() {
        let identity = ObjectIdentity(apiVersion: "new.k8s.io/v1", kind: "Foo", namespace: "ns", name: "\u{fffd}")
        let bytes = Array("/registry/foos/ns/".utf8) + [0xff]
        #expect(identity.resource(under: bytes.span.bytes) == nil)
    }
}
