public import KubernetesVersions

/// What an audit shows about one control.
public struct ControlJudgement: Sendable {
    public enum Verdict: String, Sendable, CaseIterable {
        /// All that the control asks of stored values and their configuration was shown.
        case met
        /// Something contradicts the control.
        case notMet
        /// Nothing contradicts it, and not all that it asks was shown.
        case notShown
    }

    public let control: Control
    /// The version of kube-apiserver, on which numbers of the CIS Benchmark depend.
    public let kubernetes: KubernetesVersion
    /// What contradicts the control.
    public let contradictions: [ControlReason]
    /// What was not shown.
    public let gaps: [ControlReason]
    /// What was shown.
    public let facts: [ControlReason]
    /// The codes of the findings that contradict the control.
    public let codes: [String]

    /// A contradiction weighs more than a gap, and without a fact nothing is met.
    public var verdict: Verdict {
        if !contradictions.isEmpty { return .notMet }
        return gaps.isEmpty && !facts.isEmpty ? .met : .notShown
    }
}
