internal import ShownText

/// What changed since an earlier report of the same cluster. It never changes the verdict, which is about the source of this audit.
public struct AuditChanges: Sendable {
    /// The file of the earlier report.
    let path: String
    let before: AuditNumbers
    /// Whether both are of one cluster; nil if one does not show its UID.
    let isSameCluster: Bool?
    /// Whether the earlier report is of a later revision.
    let isLater: Bool
    /// The questions that only one of the audits was asked, so that numbers differ that did not change.
    let differences: [Difference]
    let changes: [Change]

    enum Difference: String, CaseIterable, Sendable { case configuration, policy, failOn, history, remnants, limits }

    /// One number or verdict that is not what it was.
    struct Change: Equatable, Sendable {
        enum Subject: String, Sendable { case verdict, control, finding, resource, key }
        enum Direction: String, Sendable { case better, worse, neutral }
        enum Value: Equatable, Sendable {
            case number(Int64)
            case word(String)
        }

        let subject: Subject
        /// The code, resource, key or control; empty for the verdict.
        let name: String
        /// Which number of a resource.
        var field: String?
        /// Nil for what was not there.
        let before: Value?
        let after: Value?
        let direction: Direction
    }

    /// - Throws: ``BaselineFault/otherCluster``
    public init(from before: AuditNumbers, at path: String, to after: AuditNumbers) throws(BaselineFault) {
        self.path = path
        self.before = before
        if let old = before.clusterUID, let new = after.clusterUID {
            guard old.utf8.elementsEqual(new.utf8) else { throw .otherCluster }
            isSameCluster = true
        } else {
            isSameCluster = nil
        }
        isLater = before.revision > after.revision
        differences = Difference.allCases.filter { $0.isThere(before, after) }
        var changes: [Change] = []
        if before.verdict != after.verdict {
            let order = ["clean": 0, "unknown": 1, "findings": 2]
            changes.append(
                Change(
                    subject: .verdict, name: "", before: .word(before.verdict), after: .word(after.verdict),
                    direction: .of(Int64(order[before.verdict] ?? 0), Int64(order[after.verdict] ?? 0), .harm)))
        }
        changes += Self.controls(before.controls, after.controls)
        changes += Self.numbers(.finding, before.findings.mapValues { ["": $0] }, after.findings.mapValues { ["": $0] })
        {
            // What a rotation leaves behind, and what is a doubt, is harm too.
            _ in .harm
        }
        changes += Self.numbers(.resource, before.resources, after.resources) { $0 == "objects" ? .none : .harm }
        changes += Self.numbers(.key, before.keys, after.keys) { _ in .none }
        self.changes = changes
    }

    /// Whether more of a number is worse.
    enum Meaning { case harm, none }

    /// The numbers that differ. What one report does not name is 0 there.
    private static func numbers(
        _ subject: Change.Subject, _ before: [String: AuditNumbers.Counts], _ after: [String: AuditNumbers.Counts],
        _ meaning: (String) -> Meaning
    ) -> [Change] {
        Set(before.keys).union(after.keys).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.flatMap { name in
            let fields = subject == .resource ? AuditNumbers.resourceFields : [subject == .key ? "objects" : ""]
            return fields.compactMap { field -> Change? in
                let (old, new) = (before[name]?[field], after[name]?[field])
                guard (old ?? 0) != (new ?? 0) else { return nil }
                return Change(
                    subject: subject, name: name, field: field.isEmpty ? nil : field, before: old.map { .number($0) },
                    after: new.map { .number($0) }, direction: .of(old ?? 0, new ?? 0, meaning(field)))
            }
        }
    }

    private static func controls(_ before: [String: String]?, _ after: [String: String]?) -> [Change] {
        // A report of an earlier version judged none.
        guard let before, let after else { return [] }
        let order = ["met": 0, "notShown": 1, "notMet": 2] as [String: Int64]
        return Set(before.keys).union(after.keys).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.compactMap {
            name in
            let (old, new) = (before[name], after[name])
            guard old != new else { return nil }
            let ranks = old.flatMap { order[$0] }.flatMap { old in new.flatMap { order[$0] }.map { (old, $0) } }
            return Change(
                subject: .control, name: name, before: old.map { .word($0) }, after: new.map { .word($0) },
                direction: ranks.map { .of($0.0, $0.1, .harm) } ?? .neutral)
        }
    }
}

extension AuditChanges.Change.Direction {
    fileprivate static func of(_ before: Int64, _ after: Int64, _ meaning: AuditChanges.Meaning) -> Self {
        switch meaning {
        case .none: .neutral
        case .harm: after > before ? .worse : after < before ? .better : .neutral
        }
    }
}

extension AuditChanges.Difference {
    fileprivate func isThere(_ before: AuditNumbers, _ after: AuditNumbers) -> Bool {
        switch self {
        case .configuration: before.configuration != after.configuration
        case .policy: before.policy != after.policy
        case .failOn: before.failOn != after.failOn
        case .history: before.hasHistory != after.hasHistory
        case .remnants: before.hasRemnants != after.hasRemnants
        case .limits: before.limits != after.limits
        }
    }

    /// The difference in one sentence.
    fileprivate var sentence: Phrase {
        switch self {
        case .configuration: "The configuration has another hash."
        case .policy: "The policy is another one."
        case .failOn: "Other findings counted (--fail-on)."
        case .history: "Only one of the audits checked old revisions (--history)."
        case .remnants: "Only one of the audits checked free pages (--remnants)."
        case .limits: "The audits have different limits, for example other --resources."
        }
    }
}

extension AuditChanges {
    /// The heading over the changes.
    var heading: Phrase {
        let time: Phrase = before.time.map { "\($0), " } ?? ""
        return "Changes since \(path) (\(time)revision \(before.revision))"
    }

    /// What a reader has to know about the comparison.
    var notes: [Phrase] {
        var notes: [Phrase] = []
        if isSameCluster == nil {
            notes.append("Cannot tell whether both reports are of one cluster: one has no UID of kube-system.")
        }
        if isLater { notes.append("The earlier report is of a later revision.") }
        return notes + differences.map(\.sentence)
    }

    /// The changes in columns; nil if nothing changed.
    var table: TextTable? {
        guard !changes.isEmpty else { return nil }
        var table = TextTable(header: ["CHANGE", "BEFORE", "AFTER", "TREND"])
        for change in changes {
            table.append([
                change.title, change.before.map(\.text) ?? "-", change.after.map(\.text) ?? "-",
                change.direction == .neutral ? "-" : "\(change.direction)",
            ])
        }
        return table
    }

    var text: Phrase {
        var text: Phrase = "\n\(heading)\n"
        for note in notes { text += "  \(note)\n" }
        if let table { text += Phrase(table) } else { text += "  No number and no verdict changed.\n" }
        return text
    }

    /// The member `baseline` of the report.
    var value: ReportValue {
        [
            "path": .text(path), "time": .text(before.time), "revision": .number(before.revision),
            "sameCluster": isSameCluster.map { .bool($0) } ?? .null, "later": .bool(isLater),
            "differences": .array(differences.map { .word($0) }),
            "changes": .array(
                changes.map { change in
                    [
                        "subject": .word(change.subject), "name": .name(change.name.isEmpty ? nil : change.name),
                        "field": change.field.map { .word($0) } ?? .null, "before": change.before?.value ?? .null,
                        "after": change.after?.value ?? .null, "direction": .word(change.direction),
                    ]
                }), "notes": .array(notes.map { .phrase($0) }),
        ]
    }
}

extension AuditChanges.Change {
    fileprivate var title: Phrase {
        let field: Phrase =
            switch subject {
            case .resource: field.map { " \($0)" } ?? ""
            case .key: " values"
            case .verdict, .control, .finding: ""
            }
        return subject == .verdict ? "verdict" : "\(name: name)\(field)"
    }
}

extension AuditChanges.Change.Value {
    fileprivate var text: Phrase {
        switch self {
        case .number(let number): "\(number)"
        case .word(let word): "\(word)"
        }
    }

    fileprivate var value: ReportValue {
        switch self {
        case .number(let number): .number(number)
        case .word(let word): .text(word)
        }
    }
}
