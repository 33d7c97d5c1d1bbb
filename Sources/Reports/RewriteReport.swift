public import ClusterRollout
public import Explanations
public import KubernetesAPI
public import KubernetesResources
public import ShownText

/// The result of a rewrite. It proves nothing about stored values; an audit does.
public struct RewriteReport {
    public struct Row: Sendable {
        public let resource: GroupResource
        public var outcome: ResourceOutcome
        /// Why the list of its objects is incomplete; nil if it is complete.
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
    /// Resources of the file that were skipped, with the reason.
    let leftOut: [(resource: GroupResource, reason: RewriteScope.LeftOut)]
    /// Stale values that no server can re-encrypt, by etcd; nil if etcd was not read.
    let unserved: [GroupResource: Int]?
    /// The etcd revision after the last object; nil if etcd was not read.
    public var revision: Int64?
    /// The stored values of the resources afterwards; nil if etcd was not read.
    public var audit: StoredCount?
    /// Why the state of the servers at the end is unknown; nil if they still run the file.
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
        // Without etcd it is unknown whether values exist of resources that no server serves.
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
        var text: Phrase = rows.isEmpty ? "No object needs to be re-encrypted.\n" : Phrase(table)
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
                text += "\(row.resource): not finished: \(interruption.explanation)\n"
            }
        }
        for (resource, reason) in leftOut { text += "\(resource): skipped: \(reason.explanation)\n" }
        for (resource, count) in unservedRows {
            text +=
                "\(resource): \(counted(count, "stale value")); no server can re-encrypt "
                + "\(count == 1 ? "it" : "them" as Phrase)\n"
        }
        if let doubt { text += "\(doubt)\n" }
        return text + conclusion
    }

    private var conclusion: Phrase {
        if isDryRun {
            return "Nothing was written (--dry-run). REWRITTEN and CURRENT count the objects that a run "
                + "would patch.\n"
        }
        if let audit, status == .success {
            return
                "Done. \(counted(audit.objects, "value")) at etcd revision \(revision ?? 0): \(audit.stale) stale, "
                + "\(audit.unreadable) unreadable, \(audit.unknown) not checked.\n"
        }
        return status == .success
            ? "Done. Prove the result with `encconf audit`.\n"
            : "NOT DONE. Not every object was re-encrypted. Remove the causes above, then run it again.\n"
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
        case .shortLived: "its objects are rewritten all the time; include it with --resources"
        case .notServed: "no server serves it, so its values stay unchanged"
        }
    }
}

extension ResourceOutcome.Failure.Reason {
    fileprivate var explanation: Phrase {
        switch self {
        case .failure(let failure): failure.explanation
        case .leftStale: "unchanged: the server does not use the write key of the file"
        }
    }
}

extension RewriteReport {
    /// All resources in one sentence.
    public var summary: Phrase {
        func sum(_ count: (ResourceOutcome) -> Int) -> Int { rows.reduce(0) { $0 + count($1.outcome) } }
        let refused = sum(\.refusedCount)
        return "\(sum(\.rewritten)) rewritten, \(sum(\.current)) current, \(sum(\.gone)) gone, \(sum(\.conflicts)) "
            + "changed by others" + (refused > 0 ? ", \(refused) refused" : "")
    }
}
