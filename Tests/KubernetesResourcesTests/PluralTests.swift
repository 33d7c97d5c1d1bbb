import GoText
import KubernetesResources
import Testing

struct PluralTests {
    @Test(
        arguments: [
            ("Pod", "pods"), ("Ingress", "ingresses"), ("NetworkPolicy", "networkpolicies"), ("Gateway", "gatewaies"),
            ("Y", "ies"), ("", ""), ("Caf\u{e9}", "caf\u{e9}s"),
        ] as [(ByteName, ByteName)])
    func guessesAsKubernetes(_ kind: ByteName, _ plural: ByteName) { #expect(Plural.guess(ofKind: kind) == plural) }

    @Test(
        arguments: [
            ("Pod", "pods", true), ("Gateway", "gateways", true), ("Mesh", "meshes", true),
            ("PodChaos", "podchaos", true),
            ("NetworkAttachmentDefinition", "network-attachment-definitions", true),
            ("Prometheus", "prometheuses", true),
            ("Policy", "policies", true), ("Pod", "secrets", false), ("Pod", "", false), ("", "s", false),
            ("", "", false),
            // Kelvin is to Swift a K.
            ("\u{212a}ind", "kinds", false), ("Kind", "\u{212a}inds", false), ("Child", "children", false),
        ] as [(ByteName, ByteName, Bool)])
    func knowsUsualPlurals(_ kind: ByteName, _ plural: ByteName, _ isUsual: Bool) {
        #expect(Plural.isUsual(plural, ofKind: kind) == isUsual)
    }

    /// Each built-in kind has a usual plural, so none is doubted.
    @Test func fitsEveryKnownResource() {
        for resource in KnownResource.all + KnownResource.openShift {
            let name = resource.groupResource.resource
            #expect(Plural.isUsual(name, ofKind: resource.kind) || name.starts(with: "oauth"), "\(resource)")
        }
    }
}
