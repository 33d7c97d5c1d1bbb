/// What else decides whether kube-apiserver takes a file.
public struct ServerOptions: Equatable, Sendable {
    /// `--encryption-provider-config-automatic-reload`: names of KMS v1 providers must then be unique.
    public var automaticReload: Bool
    /// `--feature-gates=KMSv1=true`. Off by default since Kubernetes 1.29.
    public var kmsv1: Bool

    public init(automaticReload: Bool = false, kmsv1: Bool = false) {
        self.automaticReload = automaticReload
        self.kmsv1 = kmsv1
    }

    /// What reads the most files: for data that is there already, whatever server wrote it.
    public static let lenient = ServerOptions(kmsv1: true)
}
