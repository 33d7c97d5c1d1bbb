/// A feature gate of kube-apiserver that decides over encryption at rest, by its name in `--feature-gates`.
///
/// (k8s.io/apiserver, pkg/features/kube_features.go: KMSv1 in 1.28 line 288 and 1.29 line 307.)
public enum FeatureGate: String, CaseIterable, Sendable {
    /// Whether KMS v1 providers are allowed. Probe p025.
    case kmsv1 = "KMSv1"
    /// Whether KMS v2 providers are allowed. Probe p027.
    case kmsv2 = "KMSv2"
    /// Whether KMS v2 providers write values with keys derived from a seed. Vectors of the class `kmsv2-dek`.
    case kmsv2KDF = "KMSv2KDF"

    /// What a version knows of a gate.
    public enum Standing: Equatable, Sendable {
        /// The gate does not exist: a flag that names it stops kube-apiserver. The feature cannot be changed.
        case absent(isOn: Bool)
        /// The flag decides; without it the default does.
        case settable(isOn: Bool, Maturity)
        /// The gate exists, and only its own value may be named.
        case locked(isOn: Bool)
    }

    /// The stage of a gate that can be set, which `AllAlpha` and `AllBeta` ask for.
    public enum Maturity: String, Sendable { case alpha, beta, deprecated }

    /// What `version` knows of this gate.
    public func standing(in version: KubernetesVersion) -> Standing {
        switch self {
        case .kmsv1:
            if !version.isAtLeast(28) { return .absent(isOn: true) }
            return .settable(isOn: !version.isAtLeast(29), .deprecated)
        case .kmsv2:
            if !version.isAtLeast(27) { return .settable(isOn: false, .alpha) }
            if !version.isAtLeast(29) { return .settable(isOn: true, .beta) }
            return version.isAtLeast(32) ? .absent(isOn: true) : .locked(isOn: true)
        case .kmsv2KDF:
            if !version.isAtLeast(28) { return .absent(isOn: false) }
            if !version.isAtLeast(29) { return .settable(isOn: false, .beta) }
            return version.isAtLeast(32) ? .absent(isOn: true) : .locked(isOn: true)
        }
    }
}

extension KubernetesVersion {
    /// Whether `--feature-gates` takes a component in front of a gate, `kube:KMSv1=true`, from 1.31 on. Before, it is a part
    /// of the name.
    public var hasComponentGates: Bool { isAtLeast(31) }
}

extension FeatureGate {
    /// The versions whose flag decides over the feature.
    public var settableVersions: ClosedRange<KubernetesVersion>? {
        let versions = KubernetesVersion.recorded.filter { version in
            if case .settable = standing(in: version) { true } else { false }
        }
        guard let first = versions.first, let last = versions.last else { return nil }
        return first...last
    }
}
