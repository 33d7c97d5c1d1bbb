public import EncryptionConfig
public import KubernetesVersions

/// One minor version of an upgrade or downgrade.
public struct UpgradeStep: Sendable {
    public let from: KubernetesVersion
    public let to: KubernetesVersion
    /// What a server of the new version makes of the file and the flags as they are.
    public let answer: ServerAnswer
    /// What the file means otherwise than before.
    public let changes: [UpgradeChange]
    /// What has to be done before the step, without what an earlier step demands.
    public let demands: [UpgradeDemand]

    /// Whether the server starts, and neither a value becomes unreadable nor another thing is encrypted.
    public var isHarmless: Bool { answer.isAccepted && !changes.contains(where: \.isHarmful) }
}
