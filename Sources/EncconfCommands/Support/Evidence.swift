internal import EncryptionConfig
internal import Explanations
internal import KeyTransition
internal import KubernetesResources
internal import Reports
internal import SecretMemory
internal import StorageAudit
internal import Transformers

/// One snapshot or living cluster, audited under the file that servers run.
struct EvidenceSource {
    let report: AuditReport
    /// Whether a manifest names it.
    var isOfManifest = false

    var name: String { report.path.printable }

    /// The resources that live in this cluster and not in the main one, if a manifest says so; nil for the main one and
    /// for snapshots.
    var resources: Set<GroupResource>? {
        guard case .etcd(let etcd) = report.result.source.origin else { return nil }
        return etcd.resources
    }

    fileprivate func census(of resource: GroupResource) -> ResourceCensus {
        report.result.live.resources[resource] ?? ResourceCensus()
    }
}

/// What snapshots and living clusters show of the stored values, and how far that goes.
///
/// That something is stored, any source shows. That something is not stored shows only what is of the right cluster and
/// holds the resource: an etcd of another cluster has no value of the key either.
struct Evidence {
    /// What the sources were audited under.
    let file: ConfigurationFile
    let sources: [EvidenceSource]
    /// Whether a manifest of a server that runs the file names the sources, so that they are its store and all of it.
    let isWholeStore: Bool
    private let resolution: ResourceResolution
    /// How often each label is stored, by resource.
    private let counts: [GroupResource: [StoredKeyLabel: Int]]

    /// - Throws: If encrypted values are stored of which nobody knows what they belong to.
    init(under file: ConfigurationFile, _ sources: [EvidenceSource], isWholeStore: Bool) throws(CommandFailure) {
        self.file = file
        self.sources = sources
        self.isWholeStore = isWholeStore
        resolution = ResourceResolution(file.configuration)
        var counts: [GroupResource: [StoredKeyLabel: Int]] = [:]
        for source in sources {
            guard source.report.result.live.encryptedOtherKeys == 0 else {
                throw CommandFailure(
                    "\(source.name): is no evidence: \(source.report.result.live.encryptedOtherKeys) encrypted values "
                        + "are stored under keys that name no object",
                    hint:
                        "--etcd-prefix tells what kube-apiserver's keys begin with; if they are another cluster's, this "
                        + "etcd is no evidence for either")
            }
            for (resource, census) in source.report.result.live.resources {
                for (label, numbers) in census.byLabel {
                    guard let provider = label.provider else { continue }
                    counts[resource, default: [:]][StoredKeyLabel(provider: provider, key: label.key), default: 0] +=
                        numbers.objects
                }
            }
        }
        self.counts = counts
    }

    /// How many values carry a label, by resource.
    func uses(of label: StoredKeyLabel) -> [(resource: GroupResource, count: Int)] {
        counts.compactMap { resource, found in found[label].map { (resource, $0) } }.sorted { $0.0 < $1.0 }
    }

    /// The labels of the values that a pattern stands for, as far as the entry serves them that serves it.
    func labels(of pattern: ResourcePattern) -> StoredLabels {
        guard let rule = resolution.rule(for: pattern.name) else { return .unknown }
        let isComplete = gap(in: pattern) == nil
        // What another cluster has written says nothing of this one.
        guard isComplete || homes(of: pattern).contains(where: speaks) else { return .unknown }
        var labels: Set<StoredKeyLabel> = []
        for (resource, found) in counts
        where pattern.covers(resource) && resolution.rule(for: resource)?.pattern == rule.pattern {
            labels.formUnion(found.keys)
        }
        return StoredLabels(labels, isComplete: isComplete)
    }

    /// What the sources hold of each resource.
    var census: [GroupResource: ResourceCensus] {
        sources.reduce(into: [:]) { sum, source in
            for (resource, census) in source.report.result.live.resources {
                sum[resource, default: ResourceCensus()].add(census)
            }
        }
    }

    /// The resources that the sources hold and that an entry's pattern serves.
    func resources(servedBy pattern: ResourcePattern) -> [GroupResource] {
        counts.keys.filter { resolution.rule(for: $0)?.pattern == pattern }.sorted()
    }

    /// The values of a resource, or of all that an entry's wildcard serves, where kube-apiserver looks for them.
    func census(of pattern: ResourcePattern, in source: EvidenceSource) -> ResourceCensus {
        let resources = pattern.isWildcard ? resources(servedBy: pattern) : [pattern.name]
        return resources.filter { isHome(source, of: $0) }
            .reduce(into: ResourceCensus()) { $0.add(source.census(of: $1)) }
    }
}

// MARK: - How far the evidence goes

extension Evidence {
    /// Why what was not found may be stored all the same.
    enum Gap {
        /// No source holds an object of the resource, and nobody says that these are all sources.
        case unseen
        /// A wildcard covers resources that no source need hold, and nobody says that these are all sources.
        case openEnded
        /// There are objects of a built-in resource that this program has not heard of: whether they are those is not
        /// told by their etcd keys, which lack the group.
        case unnamed(GroupResource)
        /// The source has such objects, and nothing in it was written with what the file writes.
        case strange(EvidenceSource, census: ResourceCensus)
    }

    /// What is missing to the proof that values which were not found are not stored; nil if nothing is.
    ///
    /// - Parameter pattern: A resource that an entry of the file serves, or an entry's wildcard.
    func gap(in pattern: ResourcePattern) -> Gap? {
        if let unnamed = counts.keys.sorted().first(where: pattern.mayMean) { return .unnamed(unnamed) }
        let isPlaintext = resolution.rule(for: pattern.name)?.writesPlaintext == true
        let holders = sources.map { ($0, census(of: pattern, in: $0)) }.filter { $0.1.objects > 0 }
        let stranger = holders.first { source, census in
            // Plaintext carries no key that would tell whose it is.
            !isOfThisCluster(source) && !(isStore(source) && isPlaintext && census.current > 0)
        }
        if let (source, census) = stranger { return .strange(source, census: census) }
        if !holders.isEmpty, !pattern.isWildcard { return nil }
        guard isWholeStore else { return pattern.isWildcard ? .openEnded : .unseen }
        // The store has to show itself, whatever stands in snapshots beside it.
        return isPlaintext || sources.contains { isStore($0) && isOfThisCluster($0) } ? nil : .unseen
    }

    /// Whether the present write key of the file wrote something in a source. In a cluster that a manifest names, what
    /// only a plugin could tell is taken for that.
    private func isOfThisCluster(_ source: EvidenceSource) -> Bool {
        source.report.result.live.resources.contains { resource, census in
            guard let rule = resolution.rule(for: resource), !rule.writesPlaintext else { return false }
            return census.current > 0 || isStore(source) && census.needsPlugin > 0
        }
    }

    private func isStore(_ source: EvidenceSource) -> Bool { isWholeStore && source.isOfManifest }

    /// Whether a source has a value that a key of the file opens, or that a plugin of the file would be asked for.
    private func speaks(_ source: EvidenceSource) -> Bool {
        source.report.result.live.resources.values.contains { census in
            census.needsPlugin > 0 || census.byLabel.values.contains { $0.opened > 0 }
        }
    }

    private func homes(of pattern: ResourcePattern) -> [EvidenceSource] {
        sources.filter { pattern.isWildcard || isHome($0, of: pattern.name) }
    }

    /// Whether kube-apiserver looks for the resource in this source.
    private func isHome(_ source: EvidenceSource, of resource: GroupResource) -> Bool {
        if let resources = source.resources { return resources.contains(resource) }
        return !sources.contains { $0.resources?.contains(resource) == true }
    }
}
