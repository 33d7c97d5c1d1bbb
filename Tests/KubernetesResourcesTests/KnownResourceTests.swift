import KubernetesResources
import Testing

struct KnownResourceTests {
    /// No two resources may claim the same name, or the same place in etcd.
    @Test func isConsistent() {
        #expect(Set(KnownResource.all.map(\.groupResource)).count == KnownResource.all.count)
        #expect(Set(KnownResource.all.map(\.storagePath)).count == KnownResource.all.count)
        for resource in KnownResource.all {
            #expect(KnownResource.named(resource.groupResource) == resource)
            #expect(KnownResource.stored(at: resource.storagePath) == resource)
            #expect(
                resource.kind.first?.isUppercase == true && resource.groupResource.resource.allSatisfy(\.isLowercase))
        }
        #expect(KnownResource.all.map(\.groupResource) == KnownResource.all.map(\.groupResource).sorted())
    }

    @Test(arguments: [
        ("secrets", "secrets"), ("nodes", "minions"), ("services", "services/specs"),
        ("ingresses.networking.k8s.io", "ingress"), ("leases.coordination.k8s.io", "leases"),
        ("apiservices.apiregistration.k8s.io", "apiregistration.k8s.io/apiservices"),
        ("widgets.example.com", "example.com/widgets"), ("foos", "foos"), ("foos.apps", "foos"),
    ])
    func knowsTheStoragePath(_ resource: String, _ path: String) {
        #expect(KnownResource.storagePath(of: GroupResource(parsing: resource)) == path)
    }
}
