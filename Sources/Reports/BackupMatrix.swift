internal import EncryptionConfig
internal import Explanations
internal import KubernetesResources
internal import SecretMemory
internal import StorageAudit
internal import Transformers

/// Which keys each of several backups still needs.
public struct BackupMatrix {
    private let reports: [AuditReport]
    /// Sources of which nothing could be read.
    private let missing: [String]
    private let labels: [StoredLabel]

    /// Nil if there is nothing to compare: one source alone, or none that could be read.
    public init?(_ reports: [AuditReport], missing: [String]) {
        guard !reports.isEmpty, reports.count + missing.count > 1 else { return nil }
        self.reports = reports
        self.missing = missing
        let used = reports.flatMap { [$0.result.live, $0.result.history].compactMap { $0 } }
            .flatMap(\.resources.values).flatMap(\.byLabel.keys)
        labels = Set(used).filter { $0.provider != .identity }.sorted()
    }

    public var text: String { "\n\(heading)\n" + table.text }

    /// What the table is, and what follows from it.
    var heading: String {
        let values = reports.contains { $0.result.history == nil } ? "live values" : "values, old revisions included,"
        let title = "\(values) by key and backup"
        if !missing.isEmpty || !reports.allSatisfy(\.isComplete) {
            return "\(title): a question mark stands where not all could be read; until it is, no key may be destroyed"
        }
        // All of them were asked for the same.
        if let resources = reports[0].resources {
            let names = resources.sorted().map(\.description.printable).joined(separator: ", ")
            return "\(title), of \(names) alone: other resources may need any key"
        }
        return "\(title): a key may be destroyed when every backup that needs it is gone"
    }

    var table: TextTable {
        var table = TextTable(
            header: ["KEY"] + reports.map(\.path.printable) + missing.map(\.printable) + ["NEEDED BY"])
        for label in labels {
            let counts = reports.map { report in
                [report.result.live, report.result.history].compactMap { $0 }.flatMap(\.resources.values)
                    .reduce(0) { $0 + ($1.byLabel[label]?.objects ?? 0) }
            }
            let needing = zip(reports, counts).filter { $0.1 > 0 }.map(\.0.path.printable)
            let cells = zip(reports, counts).map { report, count in
                // Of what could not be read nobody knows which keys it needs.
                count > 0 ? "\(count)" : report.isComplete ? "-" : "?"
            }
            table.append([label.writer] + cells + missing.map { _ in "?" } + [needing.joined(separator: ", ")])
        }
        return table
    }
}
