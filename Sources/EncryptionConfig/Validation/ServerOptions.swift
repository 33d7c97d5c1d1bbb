public import KubernetesVersions

/// The flags of kube-apiserver that decide, beside its version, whether it takes a file.
public struct ServerOptions: Equatable, Sendable {
    /// `--encryption-provider-config-automatic-reload`: names of KMS v1 providers must then be unique.
    public var automaticReload: Bool
    /// `--feature-gates`.
    public var gates: FeatureGates

    public init(automaticReload: Bool = false, gates: FeatureGates = FeatureGates()) {
        self.automaticReload = automaticReload
        self.gates = gates
    }

    /// What reads the most files: for data that is there already, whatever server wrote it.
    public static let lenient = ServerOptions(gates: .lenient)
}
