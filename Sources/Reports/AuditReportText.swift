internal import AuditControls
internal import EncryptionConfig
public import Explanations
internal import KubernetesResources
public import ShownText
internal import StorageAudit

extension AuditReport {
    /// The answer first, one table by resource and one by key, the findings, what was not checked, and what to do next.
    public func text() throws(CommandFailure) -> Phrase {
        var text = "\(headline)\n" as Phrase
        text += facts.map { "  \($0)\n" }.joined()
        text += try tables(of: result.live, heading: nil)
        if let history = result.history { text += try tables(of: history, heading: "Old revisions") }
        text += remnantText
        for (code, count) in judgement.totals.sorted(by: { $0.key < $1.key }) where count > 0 {
            text += try findingText(code, count)
        }
        if !judgement.doubts.isEmpty {
            text += "\n" + judgement.doubts.map { "Not checked: \($0.sentence(isAsked: isPluginAsked))\n" }.joined()
        }
        if !judgement.absent.isEmpty {
            text +=
                "\n\(judgement.doubts.isEmpty ? "No objects stored" : "No objects found" as Phrase): \(judgement.absent.map(\.description).listed)\n"
        }
        if let changes { text += changes.text }
        if let triage { text += triage.text }
        return text + nextText
    }

    /// `PATH: VERDICT. Reason with numbers.`
    var headline: Phrase { "\(path): \(verdictSentence)" }

    /// The verdict, and its reasons.
    var verdictSentence: Phrase {
        var clauses: [Phrase] = []
        var verdict: Phrase
        switch judgement.verdict {
        case .clean:
            verdict = options.isCensusOnly ? "clean by value prefix only; nothing was decrypted." : "clean."
            clauses = ["\(counted(judgement.coverage.records.judged, "value")) checked"]
        case .findings:
            verdict = "FINDINGS."
            clauses = judgement.counted.map { $0.code.clause(count: $0.count) }
        case .unknown: verdict = "UNKNOWN."
        }
        // Each has a line of its own below.
        clauses +=
            judgement.doubts.count > 1
            ? ["not all was checked, for \(judgement.doubts.count) reasons"]
            : judgement.doubts.map(\.clause)
        let uncounted = judgement.uncounted.reduce(0) { $0 + $1.count }
        // A verdict that depends on an option says so.
        if uncounted > 0, judgement.verdict != .findings {
            clauses.append("\(counted(uncounted, "finding")) that --fail-on does not count")
        }
        return clauses.isEmpty ? verdict : "\(verdict) \(clauses.joined(separator: "; ").capitalized)."
    }

    /// Where the data came from, and what the verdict does not cover.
    private var facts: [Phrase] {
        let source = result.source
        var facts: [(name: String, value: Phrase)] = []
        switch source.origin {
        case .etcd(let etcd):
            facts.append(
                (
                    "etcd",
                    "revision \(source.revision), \(counted(source.liveKeys, "key")), "
                        + (etcd.isKine ? "kine" : "cluster \(etcd.clusterIDText)")
                ))
        case .snapshot(let snapshot) where snapshot.format != .etcd:
            let log: Phrase = snapshot.format == .kine(hasLog: true) ? ", read with its WAL" : ", no WAL beside it"
            facts.append(("kine", "revision \(source.revision), \(counted(source.liveKeys, "key"))\(log)"))
        case .snapshot(let snapshot):
            facts.append(
                (
                    "snapshot",
                    "revision \(source.revision), \(counted(source.liveKeys, "key")), digest \(snapshot.digest.name)"
                        + (snapshot.log.map { ", \(counted($0.appliedEntries, "WAL entry", "WAL entries")) applied" }
                            ?? "")
                ))
        }
        for (index, file) in configurations.enumerated() {
            facts.append((index == 0 ? "configuration" : "archive", "\(fileName(file.path))"))
            facts.append(("hash", "\(file.hash)"))
        }
        if let policyName {
            facts.append(("policy", policyName))
            facts.append(("controls", "\(controlSum) (-o html, -o json)"))
            for sentence in policy?.preset?.elsewhere ?? [] { facts.append(("elsewhere", "\(sentence)")) }
        }
        if !notCovered.isEmpty {
            let objects = notCovered.reduce(0) { $0 + $1.plaintext }
            let largest = notCovered.sorted { ($1.plaintext, $0.resource) < ($0.plaintext, $1.resource) }
            let names = largest.prefix(2).map { "\($0.resource.description) \($0.plaintext)" as Phrase }
            let more: Phrase = largest.count > 2 ? " and \(largest.count - 2) more (-o json)" : ""
            facts.append(
                (
                    "not covered",
                    "\(counted(objects, "object")) of \(counted(notCovered.count, "resource")), stored as plaintext:"
                ))
            facts.append(("", names.joined(separator: ", ") + more))
        }
        for limit in limits { facts.append(("limit", limit)) }
        let width = facts.map(\.name.count).max() ?? 0
        return facts.map { name, value in
            Phrase(stringLiteral: name + String(repeating: " ", count: width + 2 - name.count)) + value
        }
    }

    private func tables(of census: Census, heading: Phrase?) throws(CommandFailure) -> Phrase {
        let rows = rows(of: census)
        guard !rows.isEmpty else { return heading.map { "\n\($0): none of these resources\n" } ?? "" }
        let title: Phrase = heading.map { "\n\($0)\n" } ?? "\n"
        let keys = try keyRows(of: census)
        let keyTable: Phrase = keys.isEmpty ? "" : "\n\(Phrase(self.keyTable(keys)))"
        let note: Phrase =
            rows.contains { $0.census.stale > 0 }
            ? "STALE: the value does not use the write key of its resource; includes plaintext.\n" : ""
        return title + Phrase(table(rows)) + keyTable + note
    }

    /// The resources and their numbers.
    func table(_ rows: [(resource: GroupResource, census: ResourceCensus)]) -> TextTable {
        var table = TextTable(header: [
            "RESOURCE", "OBJECTS", "PLAINTEXT", "UNREADABLE", "NOT-OBJECT", "UNCHECKED", "STALE", "BYTES",
        ])
        for (resource, census) in rows {
            table.append(
                [Phrase(foreign: resource.description)]
                    + [
                        census.objects, census.plaintext, census.unreadable, census.notObjects, census.unchecked,
                        census.stale, census.bytes,
                    ].map { "\($0)" })
        }
        return table
    }

    /// The keys and their numbers.
    func keyTable(_ keys: [KeyRow]) -> TextTable {
        var table = TextTable(header: ["KEY", "FINGERPRINT", "OBJECTS", "STALE", "RESOURCES"])
        for row in keys {
            let names = row.resources.prefix(2).map { "\($0.resource.description) \($0.objects)" as Phrase }
            let more: Phrase = row.resources.count > 2 ? " and \(row.resources.count - 2) more" : ""
            table.append([
                row.label.writer, Phrase(foreign: row.fingerprint ?? "-"),
                "\(row.objects)", "\(row.stale)",
                names.joined(separator: ", ") + more,
            ])
        }
        return table
    }

    private var remnantText: Phrase {
        guard let words = remnantWords else { return "" }
        return "\n\(words.heading)\n" + words.lines.map { "  \($0)\n" }.joined()
    }

    private func findingText(_ code: FindingCode, _ total: Int) throws(CommandFailure) -> Phrase {
        let findings = result.listedFindings[code] ?? []
        var text: Phrase = "\n\(code) \(code.severity): \(code.heading(count: total, file: configurations[0].path))"
        if !judgement.failOn.contains(code), code != .needsPlugin { text += " (not counted: --fail-on)" }
        text += "\n"
        for use in pluginUses where code == .needsPlugin {
            let reason: Phrase = reason(use.use).map { ": \($0)" } ?? ""
            text += "  \(use.use.name)  \(counted(use.count, "value"))\(reason)\n"
        }
        for sentence in details(of: code) { text += "  \(sentence)\n" }
        for finding in findings where code != .needsPlugin {
            text += "  "
            if let detail = try finding.detail(configurations) { text += "\(detail)  " }
            text += "\(finding.place)\n"
        }
        if code != .needsPlugin, !FindingCode.ofNoValue.contains(code), total > findings.count,
            !findings.isEmpty || options.findingLimit == 0
        {
            text += "  and \(total - findings.count) more (--limit \(total) lists all)\n"
        }
        return text
    }

    private var nextText: Phrase {
        guard let next = nextStep else { return "" }
        let command: Phrase = next.command.map { "\n  \($0)" } ?? ""
        return "\nNext: \(next.reason)\(command)\n"
    }
}
