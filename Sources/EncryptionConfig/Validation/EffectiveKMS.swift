internal import KubernetesVersions

/// The fields of a KMS provider after kube-apiserver has filled in what is missing.
///
/// (k8s.io/apiserver 1.36, pkg/apis/apiserver/v1/defaults.go.)
struct EffectiveKMS {
    static let defaultTimeout: Int64 = 3_000_000_000
    static let defaultCachesize: Int32 = 1000

    let apiVersion: String
    let name: String
    /// Nil where it is not set, which is right for v2.
    let cachesize: Int32?
    let endpoint: String
    /// In nanoseconds.
    let timeout: Int64

    init(_ kms: KMSConfiguration, in kubernetes: KubernetesVersion) {
        let apiVersion = kms.apiVersion?.value ?? ""
        self.apiVersion = apiVersion.isEmpty ? "v1" : apiVersion
        name = kms.name?.value ?? ""
        let hasCache = self.apiVersion == "v1" || !kubernetes.refusesCachesizeInKMSv2
        cachesize = kms.cachesize?.value ?? (hasCache ? Self.defaultCachesize : nil)
        endpoint = kms.endpoint?.value ?? ""
        timeout = kms.timeout?.value ?? Self.defaultTimeout
    }
}
