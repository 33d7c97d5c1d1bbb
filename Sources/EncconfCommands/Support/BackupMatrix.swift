internal import EncryptionConfig
internal import StorageAudit
internal import Transformers

/// Which keys each of several backups still needs.
struct BackupMatrix {
    private let reports: [AuditReport]
    private let labels: [StoredLabel]

    init(_ reports: [AuditReport]) {
        self.reports = reports
        let used = reports.flatMap { [$0.result.live, $0.result.history].compactMap { $0 } }
            .flatMap(\.resources.values).flatMap(\.byLabel.keys)
        labels = Set(used).filter { $0.provider != .identity }.sorted { $0.text < $1.text }
    }

    var text: String { "\n\(heading)\n" + table.text }

    var heading: String {
        let values = reports.contains { $0.result.history == nil } ? "live values" : "values, old revisions included,"
        return "\(values) by key and backup: a key may be destroyed when every backup that needs it is gone"
    }

    var table: TextTable {
        var table = TextTable(header: ["KEY"] + reports.map(\.path.printable) + ["NEEDED BY"])
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
            table.append([label.writer] + cells + [needing.joined(separator: ", ")])
        }
        return table
    }
}
