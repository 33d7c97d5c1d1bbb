import GoText
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
                resource.kind.text.first?.isUppercase == true
                    && resource.groupResource.resource.text.allSatisfy(\.isLowercase))
        }
        #expect(KnownResource.all.map(\.groupResource) == KnownResource.all.map(\.groupResource).sorted())
    }

    @Test func isConsistentForOpenShift() {
        let resources = KnownResource.openShift
        #expect(Set(resources.map(\.groupResource)).count == resources.count)
        #expect(Set(resources.map(\.storagePath)).count == resources.count)
        for resource in resources {
            #expect(resource.groupResource.group.text.hasSuffix(".openshift.io"))
            // What kube-apiserver stores is another server's.
            #expect(KnownResource.named(resource.groupResource) == nil)
        }
        #expect(resources.map(\.groupResource) == resources.map(\.groupResource).sorted())
    }

    @Test(arguments: [
        ("events", "", true), ("events", "events.k8s.io", true), ("events", "apps", false),
        ("ingresses.networking.k8s.io", "extensions", true), ("deployments.apps", "extensions", true),
        ("deployments.apps", "", false), ("secrets", "", true), ("secrets", "extensions", false),
        ("statefulsets.apps", "extensions", false), ("secrets", "\u{301}", false),
    ])
    func knowsTheGroupsOfStoredObjects(_ resource: String, _ group: String, _ isIts: Bool) throws {
        let resource = try #require(KnownResource.named(GroupResource(parsing: resource)))
        #expect(resource.isStored(in: ByteName(group)) == isIts)
    }

    @Test(arguments: [
        ("secrets", "secrets"), ("nodes", "minions"), ("services", "services/specs"),
        ("ingresses.networking.k8s.io", "ingress"), ("leases.coordination.k8s.io", "leases"),
        ("apiservices.apiregistration.k8s.io", "apiregistration.k8s.io/apiservices"),
        ("widgets.example.com", "example.com/widgets"), ("foos", "foos"), ("foos.apps", "foos"),
    ])
    func knowsTheStoragePath(_ resource: String, _ path: String) {
        #expect(KnownResource.storagePath(of: GroupResource(parsing: resource)).text == path)
    }
}
