/// A minor version of Kubernetes 1, and what of it concerns encryption at rest.
public struct KubernetesVersion: Comparable, Sendable {
    /// 29 for Kubernetes 1.29.
    public let minor: Int

    public init(minor: Int) { self.minor = minor }

    /// The newest version whose answers were recorded, and the one that is meant where none is named.
    ///
    /// All rules and texts of this module are those of this version. Where an older one is asked for, only what is
    /// said below changes: how its rules and words differed beyond that is not known here.
    public static let newest = KubernetesVersion(minor: 36)

    /// How far a feature has come.
    public enum Maturity: String, Sendable { case absent, alpha, beta, stable }

    /// Whether KMS v1 works without `--feature-gates=KMSv1=true`: up to 1.28.
    public var enablesKMSv1: Bool { minor <= 28 }

    /// KMS v2: alpha, behind a feature gate that is off, in 1.25; beta in 1.27; stable in 1.29.
    ///
    /// It does not change the verdict: whether the gate was set on an old server is not known here.
    public var kmsv2: Maturity {
        switch minor {
        case ..<25: .absent
        case ..<27: .alpha
        case ..<29: .beta
        default: .stable
        }
    }

    /// Whether `*.<group>` and `*.*` mean something: since 1.27.
    ///
    /// It does not change the verdict: what an older server does with such a name is not known here.
    public var knowsWildcards: Bool { minor >= 27 }

    /// Whether custom resources are encrypted: since 1.26.
    ///
    /// It does not change the verdict: what an older server does with such a name is not known here.
    public var encryptsCustomResources: Bool { minor >= 26 }

    /// Whether the flag `--encryption-provider-config-automatic-reload` exists: since 1.26.
    public var knowsAutomaticReload: Bool { minor >= 26 }

    public static func < (left: Self, right: Self) -> Bool { left.minor < right.minor }
}

extension KubernetesVersion: CustomStringConvertible {
    public var description: String { "1.\(minor)" }
}

extension KubernetesVersion: LosslessStringConvertible {
    /// Reads `1.29`; a `v` in front and a patch level behind are passed over.
    public init?(_ text: String) {
        let numbers = (text.hasPrefix("v") ? text.dropFirst() : text[...]).split(
            separator: ".", omittingEmptySubsequences: false)
        guard (2...3).contains(numbers.count), numbers[0] == "1",
            numbers.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let minor = Int(numbers[1])
        else { return nil }
        self.init(minor: minor)
    }
}
