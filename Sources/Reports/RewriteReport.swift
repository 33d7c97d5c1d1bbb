public import ClusterRollout
public import Explanations
public import KubernetesAPI
public import KubernetesResources
public import ShownText

/// What became of the stored values that were to be written anew. Its own word is no proof: an audit is.
public struct RewriteReport {
    public struct Row: Sendable {
        public let resource: GroupResource
        public var outcome: ResourceOutcome
        /// Why not all of its objects were asked for; nil if they were.
        public var interruption: APIFailure?

        public init(_ resource: GroupResource, outcome: ResourceOutcome, interruption: APIFailure? = nil) {
            self.resource = resource
            self.outcome = outcome
            self.interruption = interruption
        }
    }

    let file: String
    public let rows: [Row]
    let isDryRun: Bool
    let elapsedSeconds: Double
    /// Resources that the file names and that were left out, with the reason.
    let leftOut: [(resource: GroupResource, reason: RewriteScope.LeftOut)]
    /// Stale values of what no server can rewrite, as etcd shows them; nil if it was not read.
    let unserved: [GroupResource: Int]?
    /// Of etcd, after the last object; nil if it was not read.
    public var revision: Int64?
    /// What etcd held afterwards, of the resources that were to be written anew; nil if it was not read.
    public var audit: StoredCount?
    /// Why nothing can be said of all servers at the end; nil if they still run the file.
    public var doubt: Phrase?

    public init(
        file: String, rows: [Row], isDryRun: Bool, elapsedSeconds: Double,
        leftOut: [(resource: GroupResource, reason: RewriteScope.LeftOut)], unserved: [GroupResource: Int]?
    ) {
        self.file = file
        self.rows = rows
        self.isDryRun = isDryRun
        self.elapsedSeconds = elapsedSeconds
        self.leftOut = leftOut
        self.unserved = unserved
    }

    private var unservedRows: [(resource: GroupResource, count: Int)] {
        (unserved ?? [:]).filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    public var status: ExitStatus {
        if rows.contains(where: { $0.interruption != nil || $0.outcome.failedCount > 0 }) { return .failure }
        if rows.contains(where: { $0.outcome.refusedCount > 0 }) || !unservedRows.isEmpty { return .findings }
        if let audit, audit.stale + audit.unreadable > 0 { return .findings }
        // Without etcd nobody knows whether there are values of what no server serves.
        if unserved == nil, leftOut.contains(where: { $0.reason == .notServed }) { return .unproven }
        return doubt == nil ? .success : .unproven
    }

    public var value: ReportValue {
        .report(
            kind: "RewriteReport",
            [
                "file": .text(file), "dryRun": .bool(isDryRun), "resources": .array(rows.map(\.value)),
                "leftOut": .array(
                    leftOut.map {
                        ["resource": .text($0.resource.description), "reason": .phrase($0.reason.explanation)]
                    }),
                "unserved": .array(
                    unservedRows.map { ["resource": .text($0.resource.description), "stale": .number($0.count)] }),
                "seconds": .fraction((elapsedSeconds * 1000).rounded() / 1000), "revision": .number(revision),
                "audit": audit.map(value) ?? .null, "doubt": .phrase(doubt),
            ])
    }

    private func value(_ audit: StoredCount) -> ReportValue {
        [
            "revision": .number(revision), "objects": .number(audit.objects), "stale": .number(audit.stale),
            "unreadable": .number(audit.unreadable), "unknown": .number(audit.unknown),
        ]
    }

    public var text: Phrase {
        var table = TextTable(header: ["RESOURCE", "REWRITTEN", "CURRENT", "GONE", "CONFLICTS", "REFUSED", "FAILED"])
        for row in rows {
            let outcome = row.outcome
            table.append([
                "\(row.resource)", "\(outcome.rewritten)", "\(outcome.current)", "\(outcome.gone)",
                "\(outcome.conflicts)", "\(outcome.refusedCount)", "\(outcome.failedCount)",
            ])
        }
        var text: Phrase = rows.isEmpty ? "Nothing is to be written anew.\n" : Phrase(table)
        for row in rows {
            for refusal in row.outcome.refused {
                text += "\(row.resource) \(refusal.object.description): \(refusal.reason.explanation)\n"
            }
            for failure in row.outcome.failed {
                text += "\(row.resource) \(failure.object.description): \(failure.reason.explanation)\n"
            }
            let listed = row.outcome.refused.count + row.outcome.failed.count
            let more = row.outcome.refusedCount + row.outcome.failedCount - listed
            if more > 0 { text += "\(row.resource): \(more) more\n" }
            if let interruption = row.interruption {
                text += "\(row.resource): stopped before the end: \(interruption.explanation)\n"
            }
        }
        for (resource, reason) in leftOut { text += "\(resource): left out: \(reason.explanation)\n" }
        for (resource, count) in unservedRows {
            text += "\(resource): \(counted(count, "value")) stored otherwise, and no server can rewrite them\n"
        }
        if let doubt { text += "\(doubt)\n" }
        return text + conclusion
    }

    private var conclusion: Phrase {
        if isDryRun { return "Nothing was written. REWRITTEN and CURRENT are what a rewrite would try.\n" }
        if let audit, status == .success {
            return
                "Every object was looked at. At revision \(revision ?? 0) etcd holds \(counted(audit.objects, "value")) of "
                + "them: \(audit.stale) stored in another way, \(audit.unreadable) unreadable, \(audit.unknown) not judged.\n"
        }
        return status == .success
            ? "Every object was looked at. `encconf audit` proves what is stored.\n"
            : "Not every object is written anew. Run it again when the reasons are gone.\n"
    }
}

extension RewriteReport.Row {
    fileprivate var value: ReportValue {
        [
            "resource": .text(resource.description), "rewritten": .number(outcome.rewritten),
            "current": .number(outcome.current), "gone": .number(outcome.gone),
            "conflicts": .number(outcome.conflicts),
            "refused": .array(
                outcome.refused.map {
                    [
                        "object": .text($0.object.description), "code": .word($0.reason.code),
                        "reason": .phrase($0.reason.explanation),
                    ]
                }), "refusedTotal": .number(outcome.refusedCount),
            "failed": .array(
                outcome.failed.map {
                    ["object": .text($0.object.description), "reason": .phrase($0.reason.explanation)]
                }), "failedTotal": .number(outcome.failedCount),
            "interruption": .phrase(interruption?.explanation),
        ]
    }
}

extension RewriteScope.LeftOut {
    fileprivate var explanation: Phrase {
        switch self {
        case .shortLived: "its values are written anew by themselves; --resources includes it"
        case .notServed: "no server serves it, so that what is stored of it stays as it is"
        }
    }
}

extension ResourceOutcome.Failure.Reason {
    fileprivate var explanation: Phrase {
        switch self {
        case .failure(let failure): failure.explanation
        case .leftStale: "the server left it as it was: it does not write with the key of the file"
        }
    }
}

extension RewriteReport {
    /// All resources in one sentence.
    public var summary: Phrase {
        func sum(_ count: (ResourceOutcome) -> Int) -> Int { rows.reduce(0) { $0 + count($1.outcome) } }
        let refused = sum(\.refusedCount)
        return "\(sum(\.rewritten)) rewritten, \(sum(\.current)) current, \(sum(\.gone)) gone, "
            + "\(sum(\.conflicts)) changed meanwhile" + (refused > 0 ? ", \(refused) refused" : "")
    }
}
