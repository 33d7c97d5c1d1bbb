internal import EncryptionConfig
internal import Explanations
internal import KubernetesResources
public import ShownText
internal import StorageAudit
internal import Transformers

/// The keys that each of several snapshots needs.
public struct BackupMatrix {
    private let reports: [AuditReport]
    /// Sources that could not be read.
    private let missing: [String]
    private let labels: [StoredLabel]

    /// Nil if there is nothing to compare: only one source, or no readable source.
    public init?(_ reports: [AuditReport], missing: [String]) {
        guard !reports.isEmpty, reports.count + missing.count > 1 else { return nil }
        self.reports = reports
        self.missing = missing
        let used = reports.flatMap { [$0.result.live, $0.result.history].compactMap { $0 } }
            .flatMap(\.resources.values).flatMap(\.byLabel.keys)
        labels = Set(used).filter { $0.provider != .identity }.sorted()
    }

    public var text: Phrase {
        let note: Phrase = hasQuestions ? "? = not fully readable.\n" : ""
        return "\n\(heading)\n" + Phrase(table) + note
    }

    /// The meaning of the table, and the consequence.
    var heading: Phrase {
        let values: Phrase =
            reports.contains { $0.result.history == nil } ? "Live values" : "Values, including old revisions,"
        let title: Phrase = "\(values) by key and snapshot."
        if hasQuestions { return "\(title) Destroy no key until these snapshots can be read." }
        // All reports have the same options.
        if let resources = reports[0].options.resources {
            return "\(title) Only \(resources.sorted().map(\.description).listed): other resources may need any key."
        }
        return "\(title) Keep a key until every snapshot that needs it is deleted."
    }

    private var hasQuestions: Bool { !missing.isEmpty || !reports.allSatisfy(\.isComplete) }

    var table: TextTable {
        var table = TextTable(header: ["KEY"])
        table.appendColumns(
            reports.map { Phrase(foreign: $0.path) } + missing.map { Phrase(foreign: $0) } + ["NEEDED-BY"])
        for label in labels {
            let counts = reports.map { report in
                [report.result.live, report.result.history].compactMap { $0 }.flatMap(\.resources.values)
                    .reduce(0) { $0 + ($1.byLabel[label]?.objects ?? 0) }
            }
            let needing = zip(reports, counts).filter { $0.1 > 0 }.map { "\($0.0.path)" as Phrase }
            let cells = zip(reports, counts).map { report, count -> Phrase in
                // The keys of an unread source are unknown.
                count > 0 ? "\(count)" : report.isComplete ? "-" : "?"
            }
            table.append([label.writer] + cells + missing.map { _ in "?" } + [needing.joined(separator: ", ")])
        }
        return table
    }
}
