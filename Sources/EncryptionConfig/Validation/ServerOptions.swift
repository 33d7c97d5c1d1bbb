/// What else decides whether kube-apiserver takes a file.
public struct ServerOptions: Equatable, Sendable {
    /// `--encryption-provider-config-automatic-reload`: names of KMS v1 providers must then be unique.
    public var automaticReload: Bool
    /// Whether KMS v1 is enabled: `--feature-gates=KMSv1=true`, or by default up to Kubernetes 1.28.
    public var kmsv1: Bool
    /// The version of kube-apiserver.
    public let kubernetes: KubernetesVersion

    /// - Parameter kmsv1: The feature gate; nil for the default of the version.
    public init(
        automaticReload: Bool = false, kmsv1: Bool? = nil, kubernetes: KubernetesVersion = .newest
    ) {
        self.automaticReload = automaticReload
        self.kmsv1 = kmsv1 ?? kubernetes.enablesKMSv1
        self.kubernetes = kubernetes
    }

    /// What reads the most files: for data that is there already, whatever server wrote it.
    public static let lenient = ServerOptions(kmsv1: true)
}
