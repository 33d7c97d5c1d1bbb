import EncryptionConfig
import Testing

struct ServerOptionsTests {
    @Test(arguments: [
        (24, true, KubernetesVersion.Maturity.absent, false, false), (25, true, .alpha, false, false),
        (26, true, .alpha, false, true), (27, true, .beta, true, true), (28, true, .beta, true, true),
        (29, false, .stable, true, true), (36, false, .stable, true, true),
    ])
    func versions(
        minor: Int, kmsv1: Bool, kmsv2: KubernetesVersion.Maturity, wildcards: Bool, customResourcesAndReload: Bool
    ) {
        let version = KubernetesVersion(minor: minor)
        #expect(ServerOptions(kubernetes: version).kmsv1 == kmsv1)
        #expect(ServerOptions(kmsv1: true, kubernetes: version).kmsv1)
        #expect(!ServerOptions(kmsv1: false, kubernetes: version).kmsv1)
        #expect(version.kmsv2 == kmsv2)
        #expect(version.knowsWildcards == wildcards)
        #expect(version.encryptsCustomResources == customResourcesAndReload)
        #expect(version.knowsAutomaticReload == customResourcesAndReload)
    }

    @Test(arguments: [("1.29", 29), ("v1.30", 30), ("1.31.4", 31), ("1.0", 0)])
    func versionText(text: String, minor: Int) {
        #expect(KubernetesVersion(text) == KubernetesVersion(minor: minor))
    }

    @Test(arguments: ["", "1", "2.1", "1.", "vv1.2", "1.x", "1.2.3.4", "1.+2", "1.99999999999999999999"])
    func noVersion(text: String) { #expect(KubernetesVersion(text) == nil) }
}
