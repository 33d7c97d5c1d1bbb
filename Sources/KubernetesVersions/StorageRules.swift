/// How a kube-apiserver writes and reads the values of KMS v2 providers. All other values are the same in every version.
///
/// (k8s.io/apiserver, pkg/storage/value/encrypt/envelope/kmsv2/envelope.go.)
public struct KMSv2Rules: Equatable, Sendable {
    /// Whether a value whose key comes from a seed can be read, from 1.28 on. Before, the type of the key is ignored and the
    /// seed taken for the key itself: `cipher: message authentication failed` (vector a0532).
    public let readsSeeds: Bool
    /// Whether new values have a key that comes from a seed: from 1.29 on, and in 1.28 with the gate KMSv2KDF. Otherwise
    /// they have a key of their own (a DEK). A value of the other kind is stale (vectors a0532 and a0584).
    public let writesSeeds: Bool
    /// Whether a value is stale whose plugin has another current key, from 1.27 on. 1.26 calls none stale for that.
    public let comparesKeyIDs: Bool

    public init(_ kubernetes: KubernetesVersion, _ gates: FeatureGates = FeatureGates()) {
        readsSeeds = kubernetes.isAtLeast(28)
        writesSeeds = gates.isOn(.kmsv2KDF, in: kubernetes)
        comparesKeyIDs = kubernetes.isAtLeast(27)
    }

    /// Those of the newest version.
    public static let newest = KMSv2Rules(.newest)
}

extension KubernetesVersion {
    /// The protobuf package of KMS v2: of the plugin's API, and of the message in which a value is stored. Vector a1503.
    public var kmsv2Package: String { isAtLeast(27) ? "v2" : "v2alpha1" }

    /// Whether the error of a protobuf message has no details, from 1.34 on (google.golang.org/protobuf in place of
    /// github.com/gogo/protobuf). Vectors a1446, a1503.
    public var hasPlainProtobufErrors: Bool { isAtLeast(34) }

    /// Whether texts say `encrypted DEK source`, from 1.28 on; before, `encrypted DEK`. Vector a1767.
    public var namesDEKSource: Bool { isAtLeast(28) }

    /// The versions that a KMS v2 plugin may tell in its answer to Status. 1.26 speaks the API v2alpha1, which later
    /// versions do not (k8s.io/kms, apis/v2; pkg/storage/value/encrypt/envelope/kmsv2/grpc_service.go).
    public var kmsv2PluginVersions: [String] {
        if !isAtLeast(27) { return ["v2alpha1"] }
        return isAtLeast(29) ? ["v2", "v2beta1"] : ["v2beta1"]
    }
}
