import GoText
import KubernetesResources
import Testing

struct GroupResourceTests {
    @Test(arguments: [
        ("secrets", "secrets", ""), ("secrets.", "secrets", ""), ("deployments.apps", "deployments", "apps"),
        ("widgets.a.example.com", "widgets", "a.example.com"), ("*.*", "*", "*"), ("", "", ""),
    ])
    func splitsAtTheFirstDot(_ text: String, _ resource: String, _ group: String) {
        #expect(GroupResource(parsing: text) == GroupResource(resource: ByteName(resource), group: ByteName(group)))
    }

    @Test func isWrittenAsRead() {
        #expect(GroupResource(parsing: "deployments.apps").description == "deployments.apps")
        #expect(GroupResource(parsing: "secrets.").description == "secrets")
    }
}
