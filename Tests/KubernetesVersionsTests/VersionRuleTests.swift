import KubernetesVersions
import Testing

/// Each rule, for each version: the table of spec/versions.md, written once more.
struct VersionRuleTests {
    private static func since(_ minor: Int, _ rule: (KubernetesVersion) -> Bool) -> Bool {
        KubernetesVersion.recorded.allSatisfy { rule($0) == ($0.minor >= minor) }
    }

    @Test func beginnings() {
        #expect(Self.since(31, \.isDecodingStrict))
        #expect(Self.since(27, \.namesUndecodedFile))
        #expect(Self.since(31, \.writesMapKeyErrorSmall))
        #expect(Self.since(30, \.registersOtherKinds))
        #expect(Self.since(32, \.registersAuthorizationV1))
        #expect(Self.since(34, \.registersAuthenticationV1))
        #expect(Self.since(27, \.hasWildcards))
        #expect(Self.since(27, \.checksResourceNames))
        #expect(Self.since(27, \.refusesMaskedResources))
        #expect(Self.since(27, \.refusesCachesizeInKMSv2))
        #expect(Self.since(34, \.hasPlainProtobufErrors))
        #expect(Self.since(28, \.namesDEKSource))
        #expect(Self.since(34, \.tellsConfigurationHash))
        #expect(Self.since(28, \.tellsReloads))
        #expect(Self.since(31, \.hasComponentGates))
    }

    @Test func forms() {
        let versions = KubernetesVersion.recorded
        #expect(versions.map(\.schemeLine) == [312, 461, 485, 131, 130, 130, 142, 142, 142, 142, 142])
        let hex = KubernetesVersion.HashForm.hexadecimal
        #expect(
            versions.map(\.hashForm)
                == [hex, hex, hex, hex, .unstable, .unstable, .unstable, .unstable, .sha256, .sha256, .sha256])
        #expect(versions.map { $0.reloadTrigger == .polling } == versions.map { $0.minor >= 29 })
        #expect(
            versions.map(\.valueFormat)
                == versions.map {
                    $0.minor >= 34 ? .json : .goSyntax(package: $0.minor >= 30 ? "apiserver" : "config")
                })
        #expect(versions.map(\.kmsv2Package) == versions.map { $0.minor >= 27 ? "v2" : "v2alpha1" })
        #expect(
            versions.map(\.kmsv2PluginVersions)
                == versions.map { $0.minor >= 29 ? ["v2", "v2beta1"] : $0.minor >= 27 ? ["v2beta1"] : ["v2alpha1"] })
        #expect(KubernetesVersion(minor: 28).emptyFilePrefix == "")
        #expect(KubernetesVersion(minor: 29).emptyFilePrefix == "error while loading file: ")
    }

    /// What the versions make of KMS v2 values.
    @Test func storedValues() {
        let rules = KubernetesVersion.recorded.map { KMSv2Rules($0) }
        #expect(rules.map(\.readsSeeds) == (26...36).map { $0 >= 28 })
        #expect(rules.map(\.writesSeeds) == (26...36).map { $0 >= 29 })
        #expect(rules.map(\.comparesKeyIDs) == (26...36).map { $0 >= 27 })
        let gates = FeatureGates([.kmsv2KDF: true])
        #expect(
            (26...36).map { KMSv2Rules(KubernetesVersion(minor: $0), gates).writesSeeds } == (26...36).map { $0 >= 28 })
    }

    @Test(arguments: [("1.29", 29), ("v1.30", 30), ("1.31.4", 31), ("1.0", 0)])
    func text(text: String, minor: Int) { #expect(KubernetesVersion(text) == KubernetesVersion(minor: minor)) }

    @Test(arguments: ["", "1", "2.1", "1.", "vv1.2", "1.x", "1.2.3.4", "1.+2", "1.99999999999999999999"])
    func noText(text: String) { #expect(KubernetesVersion(text) == nil) }

    @Test(arguments: [
        ("v1.36.2+k3s1", 36), ("v1.31.0-eks-7f9249a", 31), ("1.28.5-gke.1", 28), ("v1.30.2", 30), ("v1.30", 30),
        ("v1.30.2_vmware.1", 30),
    ])
    func release(text: String, minor: Int) { #expect(KubernetesVersion(release: text)?.minor == minor) }

    @Test(arguments: ["latest", "", "v", "stable-1.30", "sha256"])
    func noRelease(text: String) { #expect(KubernetesVersion(release: text) == nil) }

    @Test func paths() {
        let (old, new) = (KubernetesVersion(minor: 28), KubernetesVersion(minor: 31))
        #expect(old.path(to: new).map(\.minor) == [29, 30, 31])
        #expect(new.path(to: old).map(\.minor) == [30, 29, 28])
        #expect(old.path(to: old) == [])
    }
}
