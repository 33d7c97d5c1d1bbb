public import KubernetesVersions

/// A judgement of the flags with which a server starts.
public enum FlagCheck: NodeCheck {
    /// Whether `--encryption-provider-config` is given.
    case configuration(isGiven: Bool)
    /// Words that kube-apiserver does not know.
    case misspelled([String])
    /// Whether the flag is given by its old name.
    case name(isDeprecated: Bool)
    case reload(isOn: Bool)
    /// Feature gates with which the version does not start.
    case gates([GateRefusal], KubernetesVersion)
    /// Nil if the manifest does not tell it.
    case version(KubernetesVersion?, assumed: KubernetesVersion)

    public static let category = CheckCategory.flags

    public var id: String {
        switch self {
        case .configuration: "flag-configuration"
        case .misspelled, .name: "flag-name"
        case .reload: "flag-reload"
        case .gates: "flag-gates"
        case .version: "flag-version"
        }
    }

    public var status: CheckStatus {
        switch self {
        case .configuration(let isGiven): isGiven ? .ok : .failed
        case .misspelled: .failed
        case .name(let isDeprecated): isDeprecated ? .warning : .ok
        case .reload: .ok
        case .gates(let refusals, _): refusals.isEmpty ? .ok : .failed
        case .version(let version, _): version.map { $0 <= .newest } ?? false ? .ok : .warning
        }
    }

    public var stake: CheckStake {
        switch self {
        case .misspelled, .gates: .start
        // Without the flag the server starts, reads no encrypted value, and writes plaintext.
        case .configuration: .reading
        default: .other
        }
    }
}
