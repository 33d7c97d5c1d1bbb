public import KubernetesVersions

/// A judgement of the flags with which a server starts.
public enum FlagCheck: NodeCheck {
    /// Whether `--encryption-provider-config` is given.
    case configuration(isGiven: Bool)
    /// Words that kube-apiserver does not know.
    case misspelled([String])
    /// Whether the flag is given by its old name, which Kubernetes 1.24 removed (kubernetes/kubernetes, pull request
    /// 108423).
    case name(isRemoved: Bool)
    case reload(isOn: Bool)
    /// Automatic reload is on, and no file is named: kube-apiserver refuses to start.
    case reloadWithoutConfiguration
    /// Feature gates with which the version does not start.
    case gates([GateRefusal], KubernetesVersion)
    /// The version; nil if it is not known.
    ///
    /// - isSettled: Whether all known versions say the same of the file.
    case version(KubernetesVersion?, isSettled: Bool)

    public static let category = CheckCategory.flags

    public var id: String {
        switch self {
        case .configuration: "flag-configuration"
        case .misspelled, .name: "flag-name"
        case .reload, .reloadWithoutConfiguration: "flag-reload"
        case .gates: "flag-gates"
        case .version: "flag-version"
        }
    }

    public var status: CheckStatus {
        switch self {
        case .configuration(let isGiven): isGiven ? .ok : .failed
        case .misspelled, .reloadWithoutConfiguration: .failed
        case .name(let isRemoved): isRemoved ? .failed : .ok
        case .reload: .ok
        case .gates(let refusals, _): refusals.isEmpty ? .ok : .failed
        case .version(let version, let isSettled):
            version.map { $0 <= .newest } ?? false ? .ok : isSettled ? .warning : .unknown
        }
    }

    public var stake: CheckStake {
        switch self {
        case .misspelled, .gates, .name, .reloadWithoutConfiguration, .version: .start
        // Without the flag the server starts. Whether it can read the stored values is seen in them.
        case .configuration, .reload: .other
        }
    }
}
