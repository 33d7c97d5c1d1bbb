internal import Diagnostics
internal import EncryptionConfig
internal import EtcdSnapshot
public import Explanations
internal import GoText
internal import KubernetesResources
public import ShownText
internal import StorageAudit
internal import Transformers

/// Audits as one page for people: it needs nothing but itself, runs nothing, and holds neither keys nor values.
public struct AuditPage {
    private let reports: [AuditReport]
    /// Sources that could not be audited.
    private let missing: [String]
    private let version: String

    /// - Parameter version: The program's.
    public init(_ reports: [AuditReport], missing: [String], version: String) {
        self.reports = reports
        self.missing = missing
        self.version = version
    }

    public func text() throws(CommandFailure) -> Phrase {
        let title = "Encryption at rest: audit of " + reports.map(\.path).joined(separator: ", ")
        var sections: HTML = ""
        for (index, report) in reports.enumerated() { sections += try report.section(number: index + 1) }
        let page: HTML = """
            <!DOCTYPE html>
            <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
            <head>
            <meta charset="utf-8" />
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
            <meta name="referrer" content="no-referrer" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <title>\(title)</title>
            <style>
            \(Self.style)</style>
            </head>
            <body>
            <header>
            <h1>Encryption at rest: audit</h1>
            \(overview)</header>
            <main>
            \(sections)\(matrix)</main>
            <footer>
            <p>Made by encconf \(version) at \(UTCTime.rfc3339(UTCTime.now)). Keys are identified by fingerprints, which \
            show nothing of their bytes. This page contains no key bytes and no values.</p>
            </footer>
            </body>
            </html>

            """
        return page.phrase
    }

    /// What could not be audited, and the verdicts of several.
    private var overview: HTML {
        var html: HTML = ""
        for source in missing {
            html += "<p class=\"verdict unknown\">Not audited: <code>\(source)</code> could not be read.</p>\n"
        }
        guard reports.count > 1 else { return html }
        let verdicts = reports.enumerated().map { index, report -> HTML in
            "<a href=\"#s\(index + 1)\"><code>\(report.path)</code></a>: \(report.verdictSentence)"
        }
        return html + HTML.list(verdicts)
    }

    private var matrix: HTML {
        guard let matrix = BackupMatrix(reports, missing: missing) else { return "" }
        return """
            <section>
            <h2>Keys that each snapshot needs</h2>
            <p>\(matrix.heading)</p>
            \(HTML.table(matrix.table))</section>

            """
    }
}

extension AuditReport {
    fileprivate func section(number: Int) throws(CommandFailure) -> HTML {
        """
        <section id="s\(number)">
        <h2><code>\(path)</code></h2>
        <p class="verdict \(verdictClass)">\(verdictSentence)</p>
        \(doubtBox)<p>\(countedSentence)</p>
        \(sourceList)\(try resourcePart)\(changePart)\(try findingPart)\(limitPart)\(nextPart)</section>

        """
    }

    private var verdictClass: HTML {
        switch judgement.verdict {
        case .clean: options.isCensusOnly || hasUncountedHarm ? "unknown" : "clean"
        case .findings: "findings"
        case .unknown: "unknown"
        }
    }

    /// Whether anything was found that does not count and is worse than what a rotation leaves behind.
    private var hasUncountedHarm: Bool { judgement.uncounted.contains { $0.code.countsByDefault } }

    /// Why the verdict is not clean, at the top of the section.
    private var doubtBox: HTML {
        guard !judgement.doubts.isEmpty else { return "" }
        return """
            <div class="doubts unknown">
            <p>Not checked</p>
            \(HTML.list(judgement.doubts.map { "\($0.sentence(isAsked: isPluginAsked))" }))</div>

            """
    }

    /// The findings that count.
    private var countedSentence: HTML {
        let kinds = Set(judgement.failOn.map(\.name)).sorted()
        return """
            Findings that count in this verdict (<code>--fail-on</code>): \(kinds.isEmpty ? "none" : kinds.joined(separator: ", ")).
            """
    }

    private func countNote(_ code: FindingCode) -> HTML {
        if code == .needsPlugin { return " (makes the verdict unknown)" }
        return judgement.failOn.contains(code) ? "" : " (does not count)"
    }

    // MARK: What was audited

    private var sourceList: HTML {
        var facts = sourceFacts
        for (index, file) in configurations.enumerated() {
            facts.append(
                (
                    index == 0 ? "Configuration" : "Archive",
                    "<code>\(fileName(file.path))</code><br /><code>\(file.hash)</code>"
                ))
        }
        return """
            <h3>Source</h3>
            <dl>
            \(facts.map { "<dt>\($0)</dt><dd>\($1)</dd>\n" as HTML }.joined())</dl>

            """
    }

    // MARK: Stored values

    private var resourcePart: HTML {
        get throws(CommandFailure) {
            var html: HTML = "<h3>Stored values</h3>\n\(try tables(of: result.live, caption: "Live objects"))"
            if let history = result.history { html += try tables(of: history, caption: "Old revisions") }
            if let words = remnantWords { html += "<p>\(words.heading)</p>\n\(HTML.list(words.lines.map { "\($0)" }))" }
            if !judgement.absent.isEmpty {
                html +=
                    "<p>\(judgement.doubts.isEmpty ? "No objects stored" : "No objects found" as Phrase): \(judgement.absent.map(\.description).listed).</p>\n"
            }
            if !notCovered.isEmpty {
                let names = notCovered.map { "\($0.resource.description) (\($0.plaintext))" as Phrase }
                html +=
                    "<p>Not covered by the configuration (stored as plaintext): \(names.joined(separator: ", ")).</p>\n"
            }
            return html
        }
    }

    private func tables(of census: Census, caption: Phrase) throws(CommandFailure) -> HTML {
        let rows = rows(of: census)
        guard !rows.isEmpty else { return "" }
        let sums = [
            \ResourceCensus.objects, \.plaintext, \.unreadable, \.notObjects, \.unchecked, \.stale, \.bytes,
        ].map { number in "\(rows.reduce(0) { $0 + $1.census[keyPath: number] })" as Phrase }
        return try """
        \(HTML.table(table(rows), caption: "\(caption), by resource", totals: ["Total"] + sums))\
        \(HTML.table(keyTable(keyRows(of: census)), caption: "\(caption), by key"))
        """
    }

    private var changePart: HTML {
        guard let changes else { return "" }
        let table: HTML = changes.table.map { HTML.table($0) } ?? "<p>No number and no verdict changed.</p>\n"
        return "<h3>\(changes.heading)</h3>\n\(HTML.list(changes.notes.map { "\($0)" }))\(table)"
    }

    // MARK: What was found

    private var findingPart: HTML {
        get throws(CommandFailure) {
            var html: HTML = "<h3>Findings</h3>\n"
            let totals = judgement.totals.filter { $0.value > 0 }.sorted { $0.key < $1.key }
            if totals.isEmpty { html += "<p>None.</p>\n" }
            for (code, total) in totals { html += try findings(code, total) }
            return html
        }
    }

    private func findings(_ code: FindingCode, _ total: Int) throws(CommandFailure) -> HTML {
        let heading = code.heading(count: total, file: configurations[0].path)
        var html: HTML = "<h4>\(code) \(code.severity): \(heading)\(countNote(code))</h4>\n"
        if let explanation = Explanation.ofAudit(code.rawValue) {
            html += """
                <p>\(HTML.prose(explanation.meaning))</p>
                <p><strong>What to do:</strong> \(HTML.prose(explanation.remedy))</p>

                """
        }
        html += HTML.list(details(of: code).map { "\($0)" })
        if code == .needsPlugin {
            html += HTML.list(pluginUses.map { "\($0.use.name): \(counted($0.count, "value"))" })
        }
        let kept = result.listedFindings[code] ?? []
        guard !kept.isEmpty else { return html }
        var rows: HTML = ""
        for finding in kept {
            let message = try finding.message(configurations)
            rows += """
                <tr><th scope="row"><code>\(finding.place)</code></th><td class="n">\(finding.revision)</td>\
                <td>\(message)</td></tr>

                """
        }
        let more: HTML = total > kept.count ? "<p>And \(total - kept.count) more, not listed.</p>\n" : ""
        return """
            \(html)<div class="wide"><table>
            <thead><tr><th scope="col">ETCD-KEY</th><th scope="col">REVISION</th><th scope="col">FINDING</th></tr></thead>
            <tbody>
            \(rows)</tbody></table></div>
            \(more)
            """
    }

    // MARK: How far the audit goes

    private var limitPart: HTML {
        let records = judgement.coverage.records
        let coverage: Phrase =
            "Records: \(records.judged) judged, \(records.unknown) not judged, \(records.outOfScope) out of scope."
        return """
            <h3>Limits of this audit</h3>
            <p>\(coverage)</p>
            \(HTML.list((limits + kindLimits).map { "\($0)" }))
            """
    }

    private var nextPart: HTML {
        guard let next = nextStep else { return "" }
        let command: HTML = next.command.map { "<pre>\($0)</pre>" } ?? ""
        return "<h3>Next</h3>\n<p>\(next.reason)</p>\n\(command)\n"
    }

    /// What an audit like this one does not look at.
    private var kindLimits: [Phrase] {
        var limits: [(applies: Bool, text: Phrase)] = [
            (options.isCensusOnly, "Values were counted by prefix only. Nothing was decrypted."),
            (true, "Stored values do not show which configuration each kube-apiserver runs."),
        ]
        if let snapshot = result.source.snapshot {
            limits += snapshot.problems.prefix(5).map { (true, $0.explanation) }
            limits += [
                (result.history == nil, "Old revisions were not checked (--history)."),
                (
                    result.remnants == nil && snapshot.format == .etcd, "Free pages were not checked (--remnants)."
                ), (snapshot.format != .etcd, "Free pages of the SQLite database were not checked."),
                (true, "A snapshot shows what one member held at one revision. It may not be the newest."),
            ]
        } else {
            limits.append((true, "A running etcd shows neither old revisions nor free pages."))
        }
        return limits.filter(\.applies).map(\.text)
    }

    private var sourceFacts: [(Phrase, HTML)] {
        let source = result.source
        var facts: [(Phrase, HTML)] = [("Source", "<code>\(path)</code>, \(source.byteCount) bytes")]
        switch source.origin {
        case .etcd(let etcd):
            facts += [("Cluster", "<code>\(etcd.clusterIDText)</code>"), ("Revision", "\(source.revision)")]
        case .snapshot(let snapshot) where snapshot.format != .etcd:
            facts += [
                (
                    "Database of kine",
                    snapshot.format == .kine(hasLog: true)
                        ? "read with its write-ahead log" : "without a write-ahead log beside it"
                ), ("Revision", "\(source.revision), compacted up to \(snapshot.compactRevision)"),
            ]
        case .snapshot(let snapshot):
            let digest: Phrase =
                switch snapshot.digest {
                case .absent: "absent: cannot tell whether the file was modified"
                case .matches: "verified: the file is unmodified"
                case .differs: "DIFFERS: the file was modified"
                }
            facts += [
                ("Digest (SHA-256)", "\(digest)"),
                ("Revision", "\(source.revision), compacted up to \(snapshot.compactRevision)"),
            ]
        }
        return facts + [
            (
                "Keys",
                "\(source.liveKeys) live; \(result.live.otherKeys) \(result.live.otherKeys == 1 ? "is not an object" : "are not objects")"
            )
        ]
    }
}
