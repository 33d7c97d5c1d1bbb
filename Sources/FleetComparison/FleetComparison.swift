internal import EncryptionConfig
public import GoText

/// The comparison of the configurations and audits of many clusters.
///
/// All files of one cluster should mean the same, no key should be in two clusters, and each key that stored values need
/// should be in the configuration of their cluster, or in an archive.
public struct FleetComparison: Sendable {
    public enum Verdict: String, Sendable {
        /// No difference, and everything that is needed is there.
        case same
        case different
        /// No difference was found, and not everything could be compared.
        case unknown
    }

    /// Why the verdict is not ``Verdict/same``.
    public enum Finding: Hashable, Sendable {
        /// The files of a cluster differ.
        case files(cluster: ByteName?)
        /// The audits of a cluster are of several.
        case clusterUIDs(cluster: ByteName?)
        /// So many keys are in several clusters.
        case sharedKeys(Int)
        /// A source needs a key that the configuration of its cluster does not have.
        case needs(audit: ByteName)
    }

    public let clusters: [FleetCluster]
    public let sharedKeys: [SharedKey]
    public let audits: [JudgedAudit]
    public let archives: [FleetFile]

    public init(
        files: [FleetFile], archives: [FleetFile], audits: [FleetAudit], fingerprints: KeyFingerprints
    ) {
        var names: [ByteName?] = []
        for name in files.map(\.name.cluster) + audits.map(\.name.cluster) where !names.contains(name) {
            names.append(name)
        }
        let clusters = names.map { name in
            FleetCluster(
                name: name, files: files.filter { $0.name.cluster == name },
                audits: audits.filter { $0.name.cluster == name })
        }
        let readers = clusters.map { cluster in
            cluster.groups.map { ValueReader($0.configuration, fingerprints) }
        }
        let (ofFiles, ofArchives) = (KeyHolders(files, fingerprints), KeyHolders(archives, fingerprints))
        let judged = audits.map { audit in
            let place = clusters.firstIndex { $0.name == audit.name.cluster }
            return JudgedAudit(
                audit, readers: place.map { readers[$0] } ?? [], files: ofFiles, archives: ofArchives)
        }
        self.clusters = clusters
        self.archives = archives
        self.audits = judged
        sharedKeys = SharedKey.all(of: files, judged, fingerprints)
    }

    public var findings: [Finding] {
        clusters.filter { !$0.isUniform }.map { .files(cluster: $0.name) }
            + clusters.filter { $0.clusterUIDs.count > 1 }.map { .clusterUIDs(cluster: $0.name) }
            + (sharedKeys.isEmpty ? [] : [.sharedKeys(sharedKeys.count)])
            + audits.filter { audit in (0..<audit.groupCount).contains { audit.answer($0) == .no } }
            .map { .needs(audit: $0.audit.name.text) }
    }

    public var verdict: Verdict {
        guard findings.isEmpty else { return .different }
        let isUnknown = audits.contains { audit in
            // Without a configuration of its cluster there is no answer.
            audit.groupCount == 0 || (0..<audit.groupCount).contains { audit.answer($0) == .unknown }
        }
        return isUnknown ? .unknown : .same
    }
}
