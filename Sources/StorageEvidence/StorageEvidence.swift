public import EncryptionConfig
public import KeyTransition
internal import GoText
public import KubernetesResources
public import StorageAudit
internal import Transformers

/// What snapshots and etcd show of the stored values, and how far that goes.
///
/// Any source shows that something is stored. Only a source that is complete and of the right cluster shows that
/// something is not stored.
public struct StorageEvidence: Sendable {
    /// The file that the sources were audited under.
    public let file: ConfigurationFile
    public let sources: [EvidenceSource]
    /// Whether the manifest of a server that runs the file names sources, so that they are all that it stores in.
    public let isWholeStore: Bool
    /// Since when every server runs the file; nil without a check, and then a change is safe only on a condition.
    public let convergence: Convergence?
    /// The UID of the namespace `kube-system`, from servers that run the file; nil if none was asked.
    private let clusterUID: String?
    let resolution: ResourceResolution
    /// The sources that show the stored values: of several of one cluster, the newest.
    let present: [EvidenceSource]
    /// The number of values by resource and label.
    private let counts: [GroupResource: [StoredKeyLabel: Int]]
    /// The same by label, and the resources in order.
    private let countsByLabel: [StoredKeyLabel: [(resource: GroupResource, count: Int)]]
    /// The stored values of each resource.
    public let census: [GroupResource: ResourceCensus]
    /// The resources of ``counts`` by the entry that serves them, and by group, in order.
    private let served: [ResourcePattern: [GroupResource]]
    private let groups: [ByteName: [GroupResource]]
    /// The resources of ``counts`` of the core group that this program does not know, in order.
    private let unknown: [GroupResource]
    /// What is known of each source.
    private var traits: [ObjectIdentifier: SourceTraits] = [:]

    /// What the values of a source show.
    private struct SourceTraits {
        let isIdentifiedByKey: Bool
        let speaks: Bool
    }

    public init(
        under file: ConfigurationFile, _ sources: [EvidenceSource], isWholeStore: Bool,
        convergence: Convergence? = nil, clusterUID: String? = nil
    ) {
        self.file = file
        self.clusterUID = clusterUID
        self.convergence = convergence
        self.sources = sources
        self.isWholeStore = isWholeStore
        resolution = ResourceResolution(file.configuration)
        present = Self.newest(of: sources)
        var counts: [GroupResource: [StoredKeyLabel: Int]] = [:]
        for source in present {
            for (resource, census) in source.result.live.resources {
                for (label, numbers) in census.byLabel {
                    guard let provider = label.provider else { continue }
                    counts[resource, default: [:]][StoredKeyLabel(provider: provider, key: label.key), default: 0] +=
                        numbers.objects
                }
            }
        }
        self.counts = counts
        let resources = counts.keys.sorted()
        var countsByLabel: [StoredKeyLabel: [(resource: GroupResource, count: Int)]] = [:]
        for resource in resources {
            for (label, count) in counts[resource] ?? [:] {
                countsByLabel[label, default: []].append((resource, count))
            }
        }
        self.countsByLabel = countsByLabel
        let resolution = resolution
        served = Dictionary(
            resources.compactMap { resource in resolution.rule(for: resource).map { ($0.pattern, [resource]) } },
            uniquingKeysWith: +)
        groups = Dictionary(grouping: resources, by: \.group)
        unknown = resources.filter { $0.group.isEmpty && KnownResource.named($0) == nil }
        census = present.reduce(into: [:]) { sum, source in
            for (resource, census) in source.result.live.resources {
                sum[resource, default: ResourceCensus()].add(census)
            }
        }
        for source in sources { traits[source.identity] = traits(of: source) }
    }

    /// Of several main stores of one cluster, the one with the highest revision; all other stores unchanged.
    ///
    /// What can lack records takes the place of none. Nor does a file take that of a running etcd, whatever it shows:
    /// an etcd that was restored from an old backup has a low revision, and a copy of the cluster has its UID.
    private static func newest(of sources: [EvidenceSource]) -> [EvidenceSource] {
        sources.filter { source in
            guard let uid = source.clusterUID, source.resources == nil, !source.isRunning else { return true }
            return !sources.contains { other in
                other.clusterUID == uid && other.resources == nil && other.incompleteness == nil
                    && other.revision > source.revision
            }
        }
    }

    /// The number of stored values with a label, by resource.
    public func uses(of label: StoredKeyLabel) -> [(resource: GroupResource, count: Int)] {
        countsByLabel[label] ?? []
    }

    /// The labels of the values of a pattern that its entry serves.
    public func labels(of pattern: ResourcePattern) -> StoredLabels {
        guard let rule = resolution.rule(for: pattern.name) else { return .unknown }
        let isComplete = gap(in: pattern) == nil
        // What another cluster has written shows nothing about this one.
        guard isComplete || homes(of: pattern).contains(where: { knownTraits(of: $0).speaks }) else { return .unknown }
        var labels: Set<StoredKeyLabel> = []
        for resource in resources(of: pattern) where resolution.rule(for: resource)?.pattern == rule.pattern {
            labels.formUnion(counts[resource]?.keys ?? [:].keys)
        }
        return StoredLabels(labels, isComplete: isComplete)
    }

    /// The resources that a pattern covers and of which there are values.
    private func resources(of pattern: ResourcePattern) -> [GroupResource] {
        if pattern == .everything { return Array(counts.keys) }
        if pattern.isWildcard { return groups[pattern.name.group] ?? [] }
        return counts[pattern.name] == nil ? [] : [pattern.name]
    }

    /// The resources of which there are values and that the entry with the pattern serves.
    func resources(servedBy pattern: ResourcePattern) -> [GroupResource] {
        served[pattern] ?? []
    }

    /// The values of a resource, or of all that the wildcard of an entry serves, where kube-apiserver looks for them.
    private func census(of pattern: ResourcePattern, in source: EvidenceSource) -> ResourceCensus {
        let resources = pattern.isWildcard ? resources(servedBy: pattern) : [pattern.name]
        return resources.filter { isHome(source, of: $0) }
            .reduce(into: ResourceCensus()) { $0.add(source.census(of: $1)) }
    }
}

// MARK: - How far the evidence goes

extension StorageEvidence {
    /// What is missing to the proof that values which were not found are not stored; nil if nothing is.
    ///
    /// - Parameter pattern: A resource that an entry of the file serves, or the wildcard of an entry.
    public func gap(in pattern: ResourcePattern) -> EvidenceGap? {
        kind(in: pattern).map { EvidenceGap(entry: pattern, kind: $0) }
    }

    /// What is missing for each entry of the file.
    public var gaps: [EvidenceGap] { resolution.rules.map(\.pattern).compactMap { gap(in: $0) } }

    /// The same with the sources that are too early, where that was asked.
    public var allGaps: [EvidenceGap] {
        convergence == nil ? gaps : gaps + earlyGaps(in: resolution.rules.map(\.pattern))
    }

    private func kind(in pattern: ResourcePattern) -> EvidenceGap.Kind? {
        if let unknown = unknownResource(of: pattern) { return .unknownGroup(unknown) }
        let holders = present.map { ($0, census(of: pattern, in: $0)) }.filter { $0.1.objects > 0 }
        for (source, census) in holders {
            if let stranger = strangeness(of: source, census, pattern) { return stranger }
            if let incompleteness = source.incompleteness { return .incomplete(source, incompleteness) }
        }
        if !holders.isEmpty, !pattern.isWildcard { return nil }
        guard isWholeStore else { return pattern.isWildcard ? .openEnded : .unseen }
        // The store has to show itself, whatever is in snapshots beside it.
        for source in present where isStore(source) {
            if let incompleteness = source.incompleteness { return .incomplete(source, incompleteness) }
        }
        return writesPlaintext(pattern) || present.contains { isStore($0) && isOfThisCluster($0) } ? nil : .silentStore
    }

    /// A resource of which there are values that may be of the pattern; nil for none.
    private func unknownResource(of pattern: ResourcePattern) -> GroupResource? {
        guard !pattern.isWildcard else { return unknown.first.flatMap { pattern.mayMean($0) ? $0 : nil } }
        let core = GroupResource(resource: pattern.name.resource)
        return counts[core] != nil && pattern.mayMean(core) ? core : nil
    }

    /// Why a source may be of another cluster; nil if it is of this one.
    private func strangeness(
        of source: EvidenceSource, _ census: ResourceCensus, _ pattern: ResourcePattern
    ) -> EvidenceGap.Kind? {
        guard !isOfThisCluster(source) else { return nil }
        // Plaintext carries no key that would show whose it is; that of the server's own etcd is its own.
        if writesPlaintext(pattern), census.current > 0 {
            return isStore(source) ? nil : .plaintextCluster(source)
        }
        return census.needsPlugin > 0 ? .silentPlugins(source) : .otherCluster(source, objects: census.objects)
    }

    private func writesPlaintext(_ pattern: ResourcePattern) -> Bool {
        resolution.rule(for: pattern.name)?.writesPlaintext == true
    }

    /// Whether a source is of the cluster that runs the file: a value in it opens with a key that identifies the cluster,
    /// or its namespace `kube-system` is that of a source for which this holds, or of the servers that run the file.
    public func isOfThisCluster(_ source: EvidenceSource) -> Bool {
        if knownTraits(of: source).isIdentifiedByKey { return true }
        guard let uid = source.clusterUID else { return false }
        if uid == clusterUID { return true }
        return sources.contains { $0.clusterUID == uid && knownTraits(of: $0).isIdentifiedByKey }
    }

    private func knownTraits(of source: EvidenceSource) -> SourceTraits {
        traits[source.identity] ?? traits(of: source)
    }

    private func traits(of source: EvidenceSource) -> SourceTraits {
        SourceTraits(isIdentifiedByKey: isIdentifiedByKey(source), speaks: speaks(source))
    }

    /// Whether a value opens with the write key of its entry or, where identity writes, with a key that it still reads.
    private func isIdentifiedByKey(_ source: EvidenceSource) -> Bool {
        source.result.live.resources.contains { resource, census in
            guard let rule = resolution.rule(for: resource) else { return false }
            // In the etcd that a manifest names, a value that only a plugin could open counts as one.
            if isStore(source), census.needsPlugin > 0 { return true }
            guard rule.writesPlaintext else { return census.current > 0 }
            return census.byLabel.contains { $0.key.provider != .identity && $0.value.opened > 0 }
        }
    }

    private func isStore(_ source: EvidenceSource) -> Bool { isWholeStore && source.isOfManifest }

    /// Whether a source has a value that a key of the file opens, or that a plugin of the file would be asked for.
    private func speaks(_ source: EvidenceSource) -> Bool {
        source.result.live.resources.values.contains { census in
            census.needsPlugin > 0 || census.byLabel.values.contains { $0.opened > 0 }
        }
    }

    private func homes(of pattern: ResourcePattern) -> [EvidenceSource] {
        present.filter { pattern.isWildcard || isHome($0, of: pattern.name) }
    }

    /// Whether kube-apiserver looks for the resource in this source.
    func isHome(_ source: EvidenceSource, of resource: GroupResource) -> Bool {
        if let resources = source.resources { return resources.contains(resource) }
        return !present.contains { $0.resources?.contains(resource) == true }
    }
}

// MARK: - Sources that cannot be used

extension StorageEvidence {
    /// Why a source cannot be used at all.
    public enum UnusableSource: Sendable {
        /// The digest of the file does not match.
        case changed(String)
        /// There is no Kubernetes object in it.
        case noObjects(String)
        /// Encrypted values are stored under etcd keys that name no resource.
        case unknownKeys(String, values: Int)
        /// None of the sources holds an object of what the configuration names.
        case nothingConfigured([String])
    }

    /// The first source that cannot be used; nil if all can.
    public static func unusable(_ sources: [EvidenceSource], under file: ConfigurationFile) -> UnusableSource? {
        for source in sources {
            if source.result.source.hasChanged { return .changed(source.name) }
            // An etcd that a manifest has for some resources may well be empty.
            if source.resources == nil, source.result.live.resources.isEmpty { return .noObjects(source.name) }
        }
        let resolution = ResourceResolution(file.configuration)
        let isConfigured = sources.contains { source in
            source.result.live.resources.contains { $1.objects > 0 && resolution.rule(for: $0) != nil }
        }
        // A wrong --etcd-prefix has both this and values of unknown keys.
        // Without a file there is nothing to be configured.
        guard isConfigured || file.configuration.entries.isEmpty else { return .nothingConfigured(sources.map(\.name)) }
        for source in sources {
            let count = source.result.live.encryptedOtherKeys
            if count > 0 { return .unknownKeys(source.name, values: count) }
        }
        return nil
    }
}
