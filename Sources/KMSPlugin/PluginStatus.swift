internal import EnvelopeCrypto
public import GoText
internal import KubernetesVersions
internal import SecretMemory

/// What a plugin says of itself: Status of v2, Version of v1.
public struct PluginStatus: Equatable, Sendable {
    /// Such as `v2` or `v1beta1`.
    public let apiVersion: String
    /// `ok`, or what is wrong. Nil for v1, which has no such question.
    public let healthz: String?
    /// The name of the key that new values are encrypted with. Nil for v1.
    public let keyID: ByteName?

    /// What a version of kube-apiserver says against it; nil if it goes on with the plugin.
    ///
    /// (k8s.io/apiserver, pkg/server/options/encryptionconfig/config.go, `isKMSv2ProviderHealthyAndMaybeRotateDEK`
    /// and `isKMSv2ProviderHealthy`; pkg/storage/value/encrypt/envelope/grpc_service.go, `checkAPIVersion`.)
    func problem(ofProvider name: ByteName, in kubernetes: KubernetesVersion = .newest) -> String? {
        guard let healthz, let keyID else {
            guard apiVersion != "v1beta1" else { return nil }
            return "KMS provider api version \(apiVersion) is not supported, only v1beta1 is supported now"
        }
        var problems: [String] = []
        if healthz != "ok" { problems.append("got unexpected healthz status: \(healthz)") }
        let versions = kubernetes.kmsv2PluginVersions
        if !versions.contains(apiVersion) {
            problems.append("expected KMSv2 API version \(versions[0]), got \(apiVersion)")
        }
        if let problem = KMSEnvelopeError(keyID: keyID) {
            problems.append("got invalid KMSv2 KeyID hash \(goQuoted(keyIDHash ?? "")): \(problem.keyIDText)")
        }
        guard !problems.isEmpty else { return nil }
        return "kmsv2 Provider \(name) is not healthy, error: \(aggregated(problems))"
    }

    /// The key ID as the metrics of kube-apiserver show it: `sha256:` and the SHA-256; nothing for no key ID
    /// (pkg/storage/value/encrypt/envelope/metrics, `getHash`).
    public var keyIDHash: String? { keyID.map(Self.hash) }

    static func hash(_ keyID: ByteName) -> String {
        let bytes = Array(keyID.utf8)
        guard !bytes.isEmpty, let digest = try? Digest.sha256(bytes.span.rawBytes) else { return "" }
        return "sha256:" + Digest.hexadecimal(digest)
    }
}
