public import Diagnostics
public import EncryptionConfig
public import GoText
internal import KubernetesResources
public import KubernetesVersions

/// What has to be done before a server of the next version starts.
public struct UpgradeDemand: Sendable {
    public enum Kind: Hashable, Sendable {
        /// Take a gate out of `--feature-gates`: the version does not have it, or has locked it to the other value.
        case removeGate(FeatureGate)
        /// Write all gates without `kube:` in front.
        case removeComponents
        /// Set `KMSv1=true`, or be done with KMS v1.
        case allowKMSv1
        /// Set `KMSv2=true`.
        case allowKMSv2
        /// Set `KMSv2KDF=false` until all servers run the new version: the older one cannot read seeds.
        case delaySeeds
        /// Correct the file, which the version refuses.
        case correctFile
        /// Remove the wildcards until all servers run the new version: the older one reads them as names.
        case delayWildcards([ResourcePattern])
        /// Name each resource in place of the wildcards, which the older version does not have.
        case nameResources([ResourcePattern])
        /// The plugins of these providers must tell one of these versions in their Status.
        case pluginVersion([ByteName], versions: [String], before: [String])
        /// Re-encrypt every KMS v2 value with servers that write keys, because seeds cannot be read.
        case rewriteSeeds([ByteName])
    }

    public let kind: Kind
    /// What is wrong with the file, for ``Kind/correctFile``.
    public let findings: [Diagnostic]

    init(_ kind: Kind, findings: [Diagnostic] = []) {
        self.kind = kind
        self.findings = findings
    }

    /// Whether it can be met only by a KMS plugin, whose answers are not known here.
    public var isAboutPlugins: Bool { if case .pluginVersion = kind { true } else { false } }

    /// - Parameter changes: What the step changes.
    static func all(
        from before: Server, to after: Server, _ changes: [UpgradeChange]
    ) -> [UpgradeDemand] {
        flags(of: after) + file(after) + wildcards(from: before, to: after, changes)
            + plugins(from: before, to: after) + seeds(from: before, to: after)
    }

    private static func flags(of after: Server) -> [UpgradeDemand] {
        var demands = after.options.gates.refusals(by: after.kubernetes).map {
            UpgradeDemand($0.gate.map { .removeGate($0) } ?? .removeComponents)
        }
        let gates = after.options.gates
        if !after.plugins(.v1).isEmpty, !gates.isOn(.kmsv1, in: after.kubernetes) {
            demands.append(UpgradeDemand(.allowKMSv1))
        }
        if !after.plugins(.v2).isEmpty, !gates.isOn(.kmsv2, in: after.kubernetes) {
            demands.append(UpgradeDemand(.allowKMSv2))
        }
        return demands
    }

    private static func file(_ after: Server) -> [UpgradeDemand] {
        guard after.meaning == nil, case .refusesFile(let refusal) = after.answer else { return [] }
        return [UpgradeDemand(.correctFile, findings: refusal.diagnostics)]
    }

    private static func wildcards(
        from before: Server, to after: Server, _ changes: [UpgradeChange]
    ) -> [UpgradeDemand] {
        let patterns = after.lastMeaning?.entries.flatMap(\.resources).filter { $0.name.resource == "*" }
        guard let patterns, !patterns.isEmpty else { return [] }
        // What encrypts nothing does no harm. Where the file is refused, nothing is known of it.
        let isUnreadable = changes.contains { if case .unreadable = $0 { true } else { false } }
        guard isUnreadable || after.meaning == nil else { return [] }
        switch (before.kubernetes.hasWildcards, after.kubernetes.hasWildcards) {
        case (false, true): return [UpgradeDemand(.delayWildcards(patterns))]
        case (true, false): return [UpgradeDemand(.nameResources(patterns))]
        default: return []
        }
    }

    private static func plugins(from before: Server, to after: Server) -> [UpgradeDemand] {
        let versions = after.kubernetes.kmsv2PluginVersions
        let names = after.plugins(.v2).map(\.name)
        // What satisfies the older version may not satisfy the newer one.
        guard !names.isEmpty, !before.kubernetes.kmsv2PluginVersions.allSatisfy(versions.contains) else { return [] }
        return [
            UpgradeDemand(.pluginVersion(names, versions: versions, before: before.kubernetes.kmsv2PluginVersions))
        ]
    }

    private static func seeds(from before: Server, to after: Server) -> [UpgradeDemand] {
        let names = after.plugins(.v2).map(\.name)
        guard !names.isEmpty else { return [] }
        let old = KMSv2Rules(before.kubernetes, before.options.gates)
        let new = KMSv2Rules(after.kubernetes, after.options.gates)
        if old.readsSeeds, !new.readsSeeds { return [UpgradeDemand(.rewriteSeeds(names))] }
        return !old.readsSeeds && new.writesSeeds ? [UpgradeDemand(.delaySeeds)] : []
    }
}
