public import GoText
public import EncryptionConfig
public import KubernetesResources
internal import Transformers

/// What follows from an audit: the verdict, and all that leads to it. Every format of the report is made from this.
public struct AuditJudgement: Sendable {
    public enum Verdict: String, Sendable { case clean, findings, unknown }

    public let verdict: Verdict
    /// The number of all findings, by code.
    public let totals: [FindingCode: Int]
    /// The codes that count as findings.
    public let failOn: Set<FindingCode>
    /// Why the verdict cannot be clean, though nothing was found that counts.
    public let doubts: [AuditDoubt]
    /// How many records were judged, and how many not.
    public let coverage: AuditCoverage
    /// Resources with objects that no entry of the configuration encrypts.
    public let uncovered: [UncoveredResource]
    /// Resources that the configuration names and of which there is no object.
    public let absent: [GroupResource]
    /// What the policy adds.
    public let policy: PolicyOutcome

    /// One resource with objects that no entry of the configuration encrypts.
    public struct UncoveredResource: Sendable {
        public let resource: GroupResource
        public let objects: Int
        public let plaintext: Int
    }

    /// - Parameters:
    ///   - result: What was found.
    ///   - configuration: The one in force.
    ///   - options: What was asked.
    ///   - failOn: The codes that count as findings.
    ///   - policy: What a policy adds to the findings and doubts.
    public init(
        _ result: AuditResult, under configuration: EncryptionConfiguration, options: AuditOptions,
        failOn: Set<FindingCode>, policy: PolicyOutcome = PolicyOutcome()
    ) {
        let scope = AuditScope(result, ResourceResolution(configuration), options, failOn: failOn)
        totals = result.findingTotals.merging(policy.totals, uniquingKeysWith: +)
        doubts = scope.doubts + policy.doubts
        self.policy = policy
        coverage = AuditCoverage(result)
        uncovered = scope.uncovered
        absent = scope.absent
        self.failOn = failOn
        verdict = Self.verdict(totals: totals, failOn: failOn, hasDoubts: !doubts.isEmpty)
    }

    /// Findings weigh more than doubts, and a doubt is never clean.
    static func verdict(totals: [FindingCode: Int], failOn: Set<FindingCode>, hasDoubts: Bool) -> Verdict {
        if failOn.contains(where: { (totals[$0] ?? 0) > 0 }) { return .findings }
        return hasDoubts ? .unknown : .clean
    }

    /// The findings that count, in the order of the codes.
    public var counted: [(code: FindingCode, count: Int)] { sorted { failOn.contains($0) } }

    /// The findings that do not count. Values that need a plugin are not among them: they are a doubt.
    public var uncounted: [(code: FindingCode, count: Int)] {
        sorted { !failOn.contains($0) && $0 != .needsPlugin }
    }

    private func sorted(_ isIncluded: (FindingCode) -> Bool) -> [(code: FindingCode, count: Int)] {
        totals.filter { $0.value > 0 && isIncluded($0.key) }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

extension AuditResult {
    /// Writes of one AES-GCM key, over all resources, at least: the etcd versions of its live objects.
    public var gcmWrites: [(key: ByteName, writes: Int64)] {
        var sums: [ByteName: Int64] = [:]
        for numbers in live.resources.values {
            for (label, census) in numbers.byLabel where label.provider == .aesgcm {
                sums[label.key ?? "", default: 0] += census.writes
            }
        }
        return sums.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// kubernetes.io/docs, "Encrypting Confidential Data at Rest": rotate every 200,000 writes.
    public static var gcmWriteLimit: Int64 { 200_000 }

    /// All findings: of live values, of old revisions, of free space, of keys and of the file.
    var findingTotals: [FindingCode: Int] {
        var totals = live.findings.totals
        if let history { totals.merge(history.findings.totals, uniquingKeysWith: +) }
        if let remnants, remnants.plaintext > 0 { totals[.freePlaintext] = remnants.plaintext }
        let overdue = gcmWrites.count { $0.writes >= Self.gcmWriteLimit }
        if overdue > 0 { totals[.writes] = overdue }
        if source.hasChanged { totals[.digest] = 1 }
        return totals
    }

    /// The findings that are listed, by code: the first of live values, then of old revisions.
    public var listedFindings: [FindingCode: [AuditFinding]] {
        live.findings.kept.merging(history?.findings.kept ?? [:]) { live, old in
            Array((live + old).prefix(self.live.findings.limit))
        }
    }
}
