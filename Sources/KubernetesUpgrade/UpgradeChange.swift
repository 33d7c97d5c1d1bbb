public import EncryptionConfig
public import GoText
internal import KeyTransition
public import KubernetesVersions

/// What one version makes of a file otherwise than the version before it.
public enum UpgradeChange: Sendable {
    /// New objects of some resources are written with another key, or encrypted at all, or no longer.
    case writeKey(from: StoredKeyLabel, to: StoredKeyLabel, [ResourcePattern])
    /// Values that one of the two versions writes, or may have written, and the other one does not read.
    case unreadable(UnreadableValues)
    /// New values of these KMS v2 providers have a key that comes from a seed; those with a key of their own are stale.
    case writesSeeds([ByteName])
    /// New values of these KMS v2 providers have a key of their own again; those with a seed are stale, if they are read.
    case writesKeys([ByteName])
    /// Values of these KMS v2 providers whose key comes from a seed cannot be read.
    case cannotReadSeeds([ByteName])
    /// While servers of both versions run, the older one cannot read what the newer one writes for these KMS v2 providers.
    case seedsUnreadable(by: KubernetesVersion, [ByteName])
    /// A changed file is found within a minute instead of at once, or the other way round.
    case reloads(byPolling: Bool)

    /// Whether it changes what is encrypted, or what can be read.
    public var isHarmful: Bool {
        switch self {
        case .writeKey, .unreadable, .cannotReadSeeds, .seedsUnreadable: true
        case .writesSeeds, .writesKeys, .reloads: false
        }
    }
}

/// Values that one version cannot read as another one writes them.
public struct UnreadableValues: Sendable {
    /// Who wrote what, and who cannot read it.
    public struct Case: Hashable, Sendable {
        public let writer: KubernetesVersion
        public let reader: KubernetesVersion
        /// What the values are stored with.
        public let key: StoredKeyLabel
        /// Whether the writer writes new values like this; if not, it can have written them earlier.
        public let isCertain: Bool
    }

    public let found: Case
    public let resources: [ResourcePattern]
}

extension UpgradeChange {
    static func all(from before: Server, to after: Server) -> [UpgradeChange] {
        transitions(from: before, to: after) + seeds(from: before, to: after) + reloading(from: before, to: after)
    }

    /// The proof of `diff`, with one file that means two things.
    private static func transitions(from before: Server, to after: Server) -> [UpgradeChange] {
        guard let old = before.meaning, let new = after.meaning else { return [] }
        let proof = TransitionProof(from: old, to: new)
        let writers = proof.changes.compactMap { change -> UpgradeChange? in
            guard case .writeKeyChanged(let from, let to) = change.kind else { return nil }
            return .writeKey(from: from, to: to, change.resources)
        }
        // Entries whose values the same server cannot read for the same reason make one line.
        var order: [UnreadableValues.Case] = []
        var resources: [UnreadableValues.Case: [ResourcePattern]] = [:]
        for group in proof.groups {
            for counterexample in group.proof.counterexamples {
                let isOldWriter = counterexample.writer.side == .old
                let found = UnreadableValues.Case(
                    writer: isOldWriter ? before.kubernetes : after.kubernetes,
                    reader: isOldWriter ? after.kubernetes : before.kubernetes,
                    key: counterexample.writer.key.label, isCertain: counterexample.certainty == .certain)
                if resources[found] == nil { order.append(found) }
                resources[found, default: []] += group.resources
            }
        }
        let unreadable = order.map { UnreadableValues(found: $0, resources: resources[$0] ?? []) }
        return writers + unreadable.map { .unreadable($0) }
    }

    private static func seeds(from before: Server, to after: Server) -> [UpgradeChange] {
        let names = after.plugins(.v2).map(\.name)
        guard !names.isEmpty else { return [] }
        let old = KMSv2Rules(before.kubernetes, before.options.gates)
        let new = KMSv2Rules(after.kubernetes, after.options.gates)
        var changes: [UpgradeChange] = []
        if old.readsSeeds, !new.readsSeeds { changes.append(.cannotReadSeeds(names)) }
        if old.writesSeeds != new.writesSeeds {
            changes.append(new.writesSeeds ? .writesSeeds(names) : .writesKeys(names))
        }
        if !old.readsSeeds, new.writesSeeds { changes.append(.seedsUnreadable(by: before.kubernetes, names)) }
        return changes
    }

    private static func reloading(from before: Server, to after: Server) -> [UpgradeChange] {
        let trigger = after.kubernetes.reloadTrigger
        guard after.options.automaticReload, before.kubernetes.reloadTrigger != trigger else { return [] }
        return [.reloads(byPolling: trigger == .polling)]
    }
}
