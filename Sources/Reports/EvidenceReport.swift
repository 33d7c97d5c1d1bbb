internal import Explanations
public import StorageEvidence

extension StorageEvidence {
    /// Each source, and how far it goes: `{source, clusterUID, revision, complete, ofThisCluster,
    /// lateEnough, gaps[]}`.
    public var values: [ReportValue] { sources.map(value) }

    func value(of source: EvidenceSource) -> ReportValue {
        [
            "source": .text(source.name), "clusterUID": .text(source.clusterUID), "revision": .number(source.revision),
            "complete": .bool(source.incompleteness == nil), "ofThisCluster": .bool(isOfThisCluster(source)),
            // Null without a check: then a change is safe on a condition that names the revision.
            "lateEnough": convergence == nil ? .null : .bool(earliness(of: source) == nil),
            "gaps": .array(allGaps.filter { $0.isAbout(source) }.map { .phrase($0.problem(in: self).message) }),
        ]
    }
}
