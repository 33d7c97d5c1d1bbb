public import EncryptionConfig
public import KubernetesVersions

/// One minor version of an upgrade or downgrade.
public struct UpgradeStep: Sendable {
    public let from: KubernetesVersion
    public let to: KubernetesVersion
    /// The result of the current file and flags on a server of the new version.
    public let answer: ServerAnswer
    /// What the file means otherwise than before.
    public let changes: [UpgradeChange]
    /// What has to be done before the step, without what an earlier step demands.
    public let demands: [UpgradeDemand]

    /// What a step does to a cluster, the worst last.
    public enum Effect: Comparable, Sendable {
        /// The server starts, every value stays readable, and the same is encrypted.
        case harmless
        /// It depends on what cannot be seen from here: what a KMS plugin answers.
        case depends
        /// The server does not start, a value becomes unreadable, or something else is encrypted.
        case harmful
    }

    public var effect: Effect {
        if !answer.isAccepted || changes.contains(where: \.isHarmful) { return .harmful }
        return demands.contains(where: \.isAboutPlugins) ? .depends : .harmless
    }
}
