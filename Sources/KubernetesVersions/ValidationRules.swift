/// What a version checks in a file, and how it prints what it refuses.
///
/// (k8s.io/apiserver, pkg/apis/apiserver/validation/validation_encryption.go; up to 1.29 pkg/apis/config/validation.)
extension KubernetesVersion {
    /// Whether `*.<group>` and `*.*` match resources, from 1.27 on. Before, they are names that no resource has, so
    /// they encrypt nothing. Probes p046, p048.
    public var hasWildcards: Bool { isAtLeast(27) }

    /// Whether names of resources are checked, and overlaps within a list, from 1.27 on (validation.go:123, 193). Probes
    /// p054, p055, p057, p058, p060, p061, p063.
    public var checksResourceNames: Bool { isAtLeast(27) }

    /// Whether an entry that an earlier wildcard covers refuses the file, from 1.27 on (config.go:256, 262). Probes p064,
    /// p066.
    public var refusesMaskedResources: Bool { isAtLeast(27) }

    /// Whether a KMS v2 provider may have no `cachesize`, from 1.27 on (validation.go:383). Before, it has the default of
    /// v1, and 0 is refused. Probes p033, p034.
    public var refusesCachesizeInKMSv2: Bool { isAtLeast(27) }

    /// How a refused value is printed.
    public enum ValueFormat: Equatable, Sendable {
        /// Go syntax, with the package of the types. Pointers are addresses, which differ at each start.
        case goSyntax(package: String)
        /// JSON.
        case json
    }

    /// JSON from 1.34 on (k8s.io/apimachinery, pkg/util/validation/field/errors.go); the package of the types changed with
    /// 1.30. Probes p042, p055, p069, p072.
    public var valueFormat: ValueFormat {
        isAtLeast(34) ? .json : .goSyntax(package: isAtLeast(30) ? "apiserver" : "config")
    }
}
