public import EncryptionConfig
internal import GoText
internal import KeyTransition
public import KubernetesResources
internal import StorageAudit
internal import Transformers

/// The keys that a change removes from a file, and whether a stored value needs them.
public struct RemovedKeys: Sendable {
    private let labels: [StoredKeyLabel]
    private let isRemoved: Set<StoredKeyLabel>
    /// The keys whose names go on behind their first colon, by what is before it.
    private let beginnings: [StoredKeyLabel: [StoredKeyLabel]]
    /// What the entries name that lose a key.
    let patterns: [ResourcePattern]
    private let old: RuleKeys
    private let new: RuleKeys

    /// - Parameters:
    ///   - labels: Provider and name of each key.
    ///   - patterns: What the entries name that lose it.
    public init(
        _ labels: [StoredKeyLabel], of patterns: [ResourcePattern], from old: EncryptionConfiguration,
        to new: EncryptionConfiguration
    ) {
        self.labels = labels.uniqued()
        isRemoved = Set(labels)
        beginnings = Dictionary(
            self.labels.compactMap { label in label.beginning.map { ($0, [label]) } }, uniquingKeysWith: +)
        self.patterns = patterns.uniqued()
        self.old = RuleKeys(old)
        self.new = RuleKeys(new)
    }

    public var isEmpty: Bool { labels.isEmpty }

    /// Stored values that need a removed key.
    public struct Use: Sendable {
        public enum Kind: Sendable {
            /// The entry of the resource reads the key.
            case inUse
            /// No entry of the file has the key for the resource: without the key the values are lost.
            case orphaned
            /// The values are unreadable or moved already; a removed key may be the one that they need.
            case lost
        }

        public let kind: Kind
        public let resource: GroupResource
        public let count: Int
        /// Nil for values that no key of the file opens.
        public let label: StoredKeyLabel?
    }

    /// What the evidence shows.
    public enum Verdict: Sendable {
        /// No value needs the keys.
        case unused(ProofOfAbsence)
        /// Values need the keys.
        case used([Use])
        /// Nothing was found, and something is missing to the proof that there is nothing.
        case unknown([EvidenceGap])
    }

    /// Judges the removal.
    ///
    /// - Parameter evidence: The stored values.
    /// - Returns: The verdict; and uses that do not matter as long as the keys are kept elsewhere.
    public func judge(_ evidence: StorageEvidence) -> (verdict: Verdict, orphans: [Use]) {
        let uses = usesByLabel(evidence) + lostValues(evidence)
        let orphans = uses.filter { if case .inUse = $0.kind { false } else { true } }
        let needed = uses.filter { if case .inUse = $0.kind { true } else { false } }
        guard needed.isEmpty else { return (.used(needed), orphans) }
        let gaps =
            sharedNames(evidence) + patterns.compactMap { evidence.gap(in: $0) } + evidence.earlyGaps(in: patterns)
        let sources = evidence.sources.compactMap { CompleteSource($0, of: evidence) }
        guard gaps.isEmpty, !sources.isEmpty else { return (.unknown(gaps), orphans) }
        let objects = patterns.flatMap { evidence.resources(servedBy: $0) }.uniqued()
            .reduce(0) { $0 + (evidence.census[$1]?.objects ?? 0) }
        return (.unused(ProofOfAbsence(sources: sources, objects: objects)), orphans)
    }

    /// The values of the removed keys that are old revisions: until etcd compacts them, reads that go back so far fail.
    public func oldUses(in source: EvidenceSource) -> Int {
        source.result.history?.resources.values.reduce(0) { sum, census in
            sum
                + census.byLabel.reduce(0) { sum, entry in
                    guard let provider = entry.key.provider else { return sum }
                    let label = StoredKeyLabel(provider: provider, key: entry.key.key)
                    return sum + (isRemoved.contains(label) ? entry.value.objects : 0)
                }
        } ?? 0
    }

    /// The values of what the entries name that lose a key, by resource.
    public func seen(in source: EvidenceSource, _ evidence: StorageEvidence) -> [(resource: GroupResource, count: Int)]
    {
        patterns.flatMap { evidence.resources(servedBy: $0) }.uniqued()
            .map { ($0, source.census(of: $0).objects) }.filter { $0.1 > 0 }.sorted { $0.0 < $1.0 }
    }

    /// Values with the label of a removed key. All resources count, not only those of the entry: values of what is no
    /// longer listed need the key too.
    private func usesByLabel(_ evidence: StorageEvidence) -> [Use] {
        labels.flatMap { label in
            uses(of: label, in: evidence).filter { !new.reads(label, of: $0.resource) }.compactMap {
                resource, count in
                let isRead = old.reads(label, of: resource)
                // Plaintext of what no entry covers is read without one.
                guard isRead || label.provider != .identity else { return nil }
                return Use(kind: isRead ? .inUse : .orphaned, resource: resource, count: count, label: label)
            }
        }
    }

    /// Values that may be of a removed key or of another key of its name, which the file keeps.
    private func sharedNames(_ evidence: StorageEvidence) -> [EvidenceGap] {
        labels.flatMap { label in
            evidence.uses(of: label).compactMap { resource, _ in
                guard let rule = old.resolution.rule(for: resource) else { return nil }
                let kept = new.forms(label, of: resource)
                let isLost = !old.forms(label, of: resource).isSubset(of: kept)
                // Where no key of the name is kept, the values count as uses.
                guard !kept.isEmpty, isLost else { return nil }
                return EvidenceGap(entry: rule.pattern, kind: .sharedName(label, resource))
            }
        }
    }

    /// Values of the ciphers in question that no key of the file opens, of whatever resource. A removed key may be theirs
    /// by its bytes, if names were changed or a name has other bytes now. With a plugin no key is lost.
    private func lostValues(_ evidence: StorageEvidence) -> [Use] {
        let ciphers = Set(labels.map(\.provider)).intersection([.aescbc, .aesgcm, .secretbox])
        return evidence.census.sorted { $0.key < $1.key }.compactMap { resource, census in
            let lost = census.byLabel.reduce(0) { sum, entry in
                guard let provider = entry.key.provider, ciphers.contains(provider) else { return sum }
                let label = StoredKeyLabel(provider: provider, key: entry.key.key)
                guard !isCountedByName(label, of: resource) else { return sum }
                return sum + entry.value.objects - entry.value.opened
            }
            return lost > 0 ? Use(kind: .lost, resource: resource, count: lost, label: nil) : nil
        }
    }

    /// Whether values with a label are counted as those of a removed key that has this name, or whose name begins so.
    private func isCountedByName(_ label: StoredKeyLabel, of resource: GroupResource) -> Bool {
        if isRemoved.contains(label), !new.reads(label, of: resource) { return true }
        return (beginnings[label] ?? []).contains { !new.reads($0, of: resource) && isCut($0, in: resource) }
    }

    /// Whether a value of the resource shows the name of a key only up to the first colon: the file has no such key for
    /// it.
    private func isCut(_ label: StoredKeyLabel, in resource: GroupResource) -> Bool {
        guard let beginning = label.beginning else { return false }
        return !old.reads(label, of: resource) && !old.reads(beginning, of: resource)
    }

    /// The number of values that need a key, by resource.
    private func uses(
        of label: StoredKeyLabel, in evidence: StorageEvidence
    ) -> [(resource: GroupResource, count: Int)] {
        let found = evidence.uses(of: label)
        guard let beginning = label.beginning else { return found }
        return found + evidence.uses(of: beginning).filter { resource, _ in isCut(label, in: resource) }
    }
}

extension StoredKeyLabel {
    /// The same with the name up to its first colon; nil if it has none.
    fileprivate var beginning: StoredKeyLabel? {
        guard let key, key.contains(UInt8(ascii: ":")) else { return nil }
        return StoredKeyLabel(provider: provider, key: key.split(at: UInt8(ascii: ":"))[0])
    }
}

extension Sequence where Element: Hashable {
    /// Each element once, in order.
    fileprivate func uniqued() -> [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
