import KubernetesVersions
import Testing

/// Feature gates by version (spec/versions.md, section 1).
struct FeatureGateTests {
    private func standings(_ gate: FeatureGate) -> [FeatureGate.Standing] {
        KubernetesVersion.recorded.map { gate.standing(in: $0) }
    }

    @Test func standings() {
        let off = FeatureGate.Standing.settable(isOn: false, .deprecated)
        #expect(
            standings(.kmsv1)
                == [.absent(isOn: true), .absent(isOn: true), .settable(isOn: true, .deprecated)]
                + Array(repeating: off, count: 8))
        let locked = Array(repeating: FeatureGate.Standing.locked(isOn: true), count: 3)
        let gone = Array(repeating: FeatureGate.Standing.absent(isOn: true), count: 5)
        #expect(
            standings(.kmsv2)
                == [.settable(isOn: false, .alpha), .settable(isOn: true, .beta), .settable(isOn: true, .beta)] + locked
                + gone)
        #expect(
            standings(.kmsv2KDF)
                == [.absent(isOn: false), .absent(isOn: false), .settable(isOn: false, .beta)] + locked + gone)
        #expect(FeatureGate.kmsv1.settableVersions == KubernetesVersion(minor: 28)...KubernetesVersion(minor: 36))
        #expect(FeatureGate.kmsv2.settableVersions == KubernetesVersion(minor: 26)...KubernetesVersion(minor: 28))
    }

    @Test(arguments: [
        ("KMSv1=true", 27, ["unrecognized feature gate: KMSv1"]), ("KMSv1=true", 28, []), ("KMSv1=false", 36, []),
        ("KMSv2=true", 31, []), ("KMSv2=true", 32, ["unrecognized feature gate: KMSv2"]),
        ("KMSv2=false", 29, ["cannot set feature gate KMSv2 to false, feature is locked to true"]),
        ("KMSv2=false", 28, []), ("KMSv2KDF=true", 27, ["unrecognized feature gate: KMSv2KDF"]),
        ("KMSv2KDF=false", 31, ["cannot set feature gate KMSv2KDF to false, feature is locked to true"]),
        ("KMSv2KDF=true,KMSv1=true", 26, ["unrecognized feature gate: KMSv1", "unrecognized feature gate: KMSv2KDF"]),
        ("APIListChunking=true", 36, []), ("", 36, []), ("AllAlpha=true", 36, []),
        ("kube:KMSv1=true", 31, []), ("kube:KMSv1=true", 30, ["unrecognized feature gate: kube:KMSv1"]),
        (
            "kube:Other=true,KMSv1=true", 36,
            ["set kube feature gates with default empty prefix or kube: prefix consistently, do not mix use"]
        ),
    ])
    func refusals(text: String, minor: Int, expected: [String]) throws {
        let gates = try #require(FeatureGates(parsing: text))
        #expect(gates.refusals(by: KubernetesVersion(minor: minor)).map(\.apiserverText) == expected)
    }

    @Test(arguments: [
        ("", 26, FeatureGate.kmsv2, false), ("AllAlpha=true", 26, .kmsv2, true),
        ("AllAlpha=true,KMSv2=false", 26, .kmsv2, false), ("KMSv2=false,AllAlpha=true", 26, .kmsv2, false),
        ("AllBeta=true", 28, .kmsv2KDF, true), ("AllBeta=false", 28, .kmsv2, false),
        ("AllAlpha=true", 28, .kmsv2KDF, false),
        ("KMSv1=true,KMSv1=false", 29, .kmsv1, false), ("KMSv1=T", 29, .kmsv1, true), (" KMSv1 = 1 ", 29, .kmsv1, true),
        ("kube: KMSv1=true", 33, .kmsv1, true), ("KMSv2=false", 33, .kmsv2, true), ("KMSv1=false", 27, .kmsv1, true),
    ])
    func values(text: String, minor: Int, gate: FeatureGate, expected: Bool) throws {
        let gates = try #require(FeatureGates(parsing: text))
        #expect(gates.isOn(gate, in: KubernetesVersion(minor: minor)) == expected)
    }

    @Test(arguments: ["KMSv1", "KMSv1=maybe", "=true", "KMSv1=", "KMSv1=true=false"])
    func malformed(text: String) { #expect(FeatureGates(parsing: text) == nil) }

    /// A flag of the command line adds to those of a manifest, as repeated flags do.
    @Test func laidOver() throws {
        let manifest = try #require(FeatureGates(parsing: "KMSv2KDF=true,KMSv1=false"))
        let gates = FeatureGates([.kmsv1: true]).laid(over: manifest)
        #expect("\(gates)" == "KMSv1=true,KMSv2KDF=true")
    }

    @Test func printed() throws {
        let gates = try #require(FeatureGates(parsing: "KMSv2=false,AllAlpha=true,KMSv1=true"))
        #expect("\(gates)" == "AllAlpha=true,KMSv1=true,KMSv2=false")
        #expect(FeatureGates(parsing: "\(gates)") == gates)
    }
}
