/// How a version reads the file. (k8s.io/apiserver, pkg/server/options/encryptionconfig/config.go.)
extension KubernetesVersion {
    /// Whether a field that is unknown or set twice refuses the file, from 1.31 on (config.go:133, `EnableStrict`). Before,
    /// unknown fields are ignored, of repeated YAML keys the last one counts, and a repeated JSON field is laid over the
    /// first. Probes p003, p013, p018 to p024.
    public var isDecodingStrict: Bool { isAtLeast(31) }

    /// Whether `error decoding encryption provider configuration file "F": ` is the prefix of a decoding error, from
    /// 1.27 on. Probe p043.
    public var namesUndecodedFile: Bool { isAtLeast(27) }

    /// The prefix of the error for an empty file: it contains the place from 1.29 on. Probe p115.
    public var emptyFilePrefix: String { isAtLeast(29) ? "error while loading file: " : "" }

    /// Whether the words on a map key without a form in JSON begin with a small letter, from 1.31 on (sigs.k8s.io/yaml
    /// 1.4.0). Probe p100.
    public var writesMapKeyErrorSmall: Bool { isAtLeast(31) }

    /// The line of config.go that `in scheme ".../config.go:N"` names: where the scheme is made. Probe p073.
    public var schemeLine: Int {
        switch minor {
        case ...26: 312
        case 27: 461
        case 28: 485
        case 29: 131
        case 30, 31: 130
        default: 142
        }
    }

    /// Whether the decoder knows kinds other than EncryptionConfiguration: AdmissionConfiguration, and what every API
    /// group has, such as WatchEvent and DeleteOptions, from 1.30 on (pkg/apis/apiserver/v1/register.go in place of
    /// pkg/apis/config). Probes p084, p090, p093.
    public var registersOtherKinds: Bool { isAtLeast(30) }

    /// Whether AuthorizationConfiguration has a version `v1`, from 1.32 on. Probe p078.
    public var registersAuthorizationV1: Bool { isAtLeast(32) }

    /// Whether AuthenticationConfiguration and TracingConfiguration have a version `v1`, from 1.34 on. Probes p076, p081.
    public var registersAuthenticationV1: Bool { isAtLeast(34) }
}
