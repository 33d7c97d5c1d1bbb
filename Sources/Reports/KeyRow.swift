internal import AuditControls
internal import EncryptionConfig
internal import Explanations
internal import KubernetesResources
internal import StorageAudit
internal import Transformers

/// The values of one key over all resources.
struct KeyRow {
    let label: StoredLabel
    /// Those of the keys that the configurations have under the name: resources can have different ones.
    var fingerprints: Set<String> = []
    var objects = 0
    var stale = 0
    var bytes = 0
    var writes: Int64 = 0
    /// The lowest and the highest revision that wrote one of the values.
    var revisions: ClosedRange<Int64>?
    /// The old revisions of this key; nil if none were looked for.
    var oldRevisions: Int?
    /// Whether an entry of the configuration in force writes with it.
    var isWriteKey = false
    /// When it was made, by its name, in seconds since 1970.
    var created: Int64?
    var resources: [(resource: GroupResource, objects: Int)] = []

    init(_ label: StoredLabel) {
        self.label = label
        created = label.created
    }

    fileprivate mutating func add(_ census: LabelCensus, of resource: GroupResource) {
        objects += census.objects
        stale += census.stale
        bytes += census.bytes
        writes += census.writes
        resources.append((resource, census.objects))
        extend(to: census.revisions)
    }

    fileprivate mutating func extend(to span: ClosedRange<Int64>?) {
        guard let span else { return }
        guard let revisions else { return self.revisions = span }
        self.revisions =
            min(revisions.lowerBound, span.lowerBound)...max(revisions.upperBound, span.upperBound)
    }

    /// The fingerprint; nil without one, and if the name stands for several keys.
    var fingerprint: String? { fingerprints.count == 1 ? fingerprints.first : nil }

    /// Plaintext first, then the keys of most values.
    fileprivate static func precedes(_ left: KeyRow, _ right: KeyRow) -> Bool {
        let (leftPlain, rightPlain) = (left.label.provider == .identity, right.label.provider == .identity)
        if leftPlain != rightPlain { return leftPlain }
        return (right.objects, left.label) < (left.objects, right.label)
    }
}

extension AuditReport {
    /// The keys of the values, those of most values first.
    func keyRows(of census: Census) throws(CommandFailure) -> [KeyRow] {
        Array(try keysByLabel(of: census).values).sorted(by: KeyRow.precedes)
    }

    private func keysByLabel(of census: Census) throws(CommandFailure) -> [StoredLabel: KeyRow] {
        var rows: [StoredLabel: KeyRow] = [:]
        for (resource, numbers) in self.rows(of: census) {
            for (label, count) in numbers.labels {
                let fingerprint = try fingerprint(label, of: resource)
                var row = rows[label] ?? KeyRow(label)
                if let fingerprint { row.fingerprints.insert(fingerprint) }
                row.add(count, of: resource)
                rows[label] = row
            }
        }
        return rows
    }

    /// Every key that a live value or an old revision names, and every key of the configuration in force, with or without
    /// values.
    func allKeys() throws(CommandFailure) -> [KeyRow] {
        var rows = try keysByLabel(of: result.live)
        for (provider, key) in configurations[0].configuration.keys {
            let label = StoredLabel(provider: provider.name, key: key.name)
            var row = rows[label] ?? KeyRow(label)
            if let fingerprint = try Explanations.fingerprint(of: key) { row.fingerprints.insert(fingerprint) }
            rows[label] = row
        }
        for plugin in configurations[0].configuration.plugins {
            let label = StoredLabel(provider: plugin.version == .v1 ? .kmsv1 : .kmsv2, key: plugin.name)
            rows[label] = rows[label] ?? KeyRow(label)
        }
        if let history = result.history {
            // A row of kine does not show which revision wrote the previous value that it keeps.
            let hasRevisions = result.source.snapshot?.format == .etcd
            for label in rows.keys { rows[label]?.oldRevisions = 0 }
            for (resource, numbers) in self.rows(of: history) {
                for (label, count) in numbers.labels {
                    let fingerprint = try fingerprint(label, of: resource)
                    var row = rows[label] ?? KeyRow(label)
                    if let fingerprint { row.fingerprints.insert(fingerprint) }
                    row.oldRevisions = (row.oldRevisions ?? 0) + count.objects
                    if hasRevisions { row.extend(to: count.revisions) }
                    rows[label] = row
                }
            }
        }
        for key in WriteKey.all(of: configurations[0].configuration) { rows[key.label]?.isWriteKey = true }
        return Array(rows.values).sorted(by: KeyRow.precedes)
    }
}
