internal import EncryptionConfig
internal import Explanations
internal import KeyTransition
internal import KubernetesResources
internal import Reports
internal import StorageEvidence
internal import Terminal

extension TransitionReport {
    /// The judgement of a change, with a warning for each gap of the evidence.
    ///
    /// - Parameter evidence: The stored values; nil without a source.
    static func judging(
        from old: EncryptionConfiguration, to new: EncryptionConfiguration, resources: [GroupResource]? = nil,
        _ evidence: StorageEvidence?, _ console: Console
    ) -> TransitionReport {
        let proof = TransitionProof(
            from: old, to: new, resources: resources, stored: { evidence?.labels(of: $0) ?? .unknown })
        let unaided = evidence.map { _ in TransitionProof(from: old, to: new, resources: resources) }
        let report = TransitionReport(proof, evidence, unaided: unaided, gaps: evidence?.gaps(in: proof) ?? [])
        for gap in report.gaps { console.warning(gap.message, hint: gap.hint) }
        return report
    }
}
