public import EncryptionConfig
public import StorageAudit

/// Whether everything that the sources hold is readable under the rescued configuration.
public struct RescueJudgement: Sendable {
    public enum Verdict: String, Sendable {
        /// Every stored value is readable: each was decrypted.
        case complete
        /// Some values stay unreadable.
        case incomplete
        /// Not all was checked, or it is unknown whether a KMS plugin decrypts what stays unreadable.
        case unproven
    }

    /// One source under the rescued configuration.
    public struct Source: Sendable {
        public let name: String
        public let revision: Int64
        /// The unreadable values under the file in force.
        public let unreadableBefore: Int
        /// The values that stay unreadable.
        public let unreadable: [UnreadableGroup]
        /// Why not all was checked.
        public let doubts: [AuditDoubt]

        /// The number of values that stay unreadable.
        public var unreadableCount: Int { unreadable.reduce(0) { $0 + $1.count } }
    }

    public let verdict: Verdict
    public let sources: [Source]

    /// - Parameters:
    ///   - names: Of the sources.
    ///   - before: Their audits under the file in force.
    ///   - after: Their audits under the rescued configuration, of the same sources in the same order.
    ///   - configuration: The rescued one.
    ///   - options: What was asked.
    public init(
        _ names: [String], before: [AuditResult], after: [AuditResult], under configuration: EncryptionConfiguration,
        _ options: AuditOptions
    ) {
        precondition(names.count == before.count && names.count == after.count, "each source has two audits")
        precondition(options.isTriage, "only triage gathers the unreadable values")
        sources = names.indices.map { index in
            let judgement = AuditJudgement(after[index], under: configuration, options: options, failOn: [])
            return Source(
                name: names[index], revision: after[index].source.revision,
                unreadableBefore: before[index].live.unreadable.count,
                unreadable: after[index].live.unreadable.groups, doubts: judgement.doubts)
        }
        verdict =
            if sources.contains(where: { $0.unreadable.contains { !$0.isPluginMissing } }) {
                .incomplete
            } else if sources.isEmpty || sources.contains(where: { !$0.doubts.isEmpty || !$0.unreadable.isEmpty }) {
                .unproven
            } else {
                .complete
            }
    }
}
