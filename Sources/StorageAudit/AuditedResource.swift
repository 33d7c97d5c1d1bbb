internal import EncryptionConfig
internal import KubernetesResources
internal import Transformers

/// One resource of an audit: what serves its values, and what was counted.
final class AuditedResource {
    let name: GroupResource
    let transformer: ResourceTransformer
    /// Whether it is to be counted.
    let isWanted: Bool
    /// Whether plaintext is a finding although no entry encrypts the resource: the file under audit does not define the
    /// scope of the verdict.
    let isAskedFor: Bool
    /// Whether an entry for a resource of another group may be meant for objects that seem to be of this one.
    let mayBeCovered: Bool
    var labels: LabelTable
    var numbers = ResourceCensus()
    private var byLabel: [LabelCensus] = []
    /// The label of what would be written.
    let writeLabel: Int
    private let readsPlaintext: Bool

    init(
        _ name: GroupResource, _ transformer: ResourceTransformer, isWanted: Bool, isAskedFor: Bool, mayBeCovered: Bool
    ) {
        self.name = name
        self.transformer = transformer
        self.isWanted = isWanted
        self.isAskedFor = isAskedFor
        self.mayBeCovered = mayBeCovered
        let keys = StorageKey.list(of: transformer.rule?.providers ?? []).map(\.label)
        let table = LabelTable(keys)
        let write = keys.first.map { StoredLabel(provider: $0.provider, key: $0.key) }
        writeLabel = write.flatMap { table.number(of: $0) } ?? 0
        readsPlaintext = keys.isEmpty || keys.contains { $0.provider == .identity }
        labels = table
    }

    /// Whether the configuration says that new values are encrypted.
    var isEncryptionWanted: Bool { writeLabel != 0 }

    /// Whether a provider and a key exist for values of this label, so only decryption shows whether they are
    /// readable.
    func isTried(_ label: Int) -> Bool { label == 0 ? readsPlaintext : label < labels.configuredCount }

    func count(_ record: borrowing AuditedRecord, label: Int) {
        numbers.count(record, isPlaintext: label == 0)
        while byLabel.count <= label { byLabel.append(LabelCensus()) }
        byLabel[label].count(record)
    }

    func countStale(label: Int) {
        numbers.stale += 1
        byLabel[label].stale += 1
    }

    func countUncertain(label: Int) {
        numbers.uncertain += 1
        if label == 0 { numbers.uncertainPlaintext += 1 }
    }

    /// Counts a value that is not read, or is not its object, as one of those in `number`.
    func countUnreadable(_ number: WritableKeyPath<ResourceCensus, Int>, label: Int) {
        numbers[keyPath: number] += 1
        if label == 0 { numbers.unreadablePlaintext += 1 }
    }

    /// Counts a value that opens to the object that its etcd key names.
    func countOpened(label: Int, isStale: Bool) {
        byLabel[label].opened += 1
        // A value with the label of the write key can come from another key of its name.
        guard label == writeLabel, !isStale else { return }
        numbers.current += 1
        if label == 0 { numbers.currentPlaintext += 1 }
    }

    var census: ResourceCensus {
        var census = numbers
        for (index, numbers) in byLabel.enumerated() where numbers.objects > 0 {
            census.byLabel[labels.labels[index]] = numbers
        }
        return census
    }
}

extension ResourceCensus {
    fileprivate mutating func count(_ record: borrowing AuditedRecord, isPlaintext: Bool) {
        objects += 1
        bytes += record.value.byteCount
        if isPlaintext { plaintext += 1 }
    }
}

extension LabelCensus {
    fileprivate mutating func count(_ record: borrowing AuditedRecord) {
        objects += 1
        bytes += record.value.byteCount
        writes += min(max(0, record.version), Self.countedWriteLimit)
        extend(to: record.revision...record.revision)
    }
}
