internal import Diagnostics
internal import EncryptionConfig
internal import EtcdSnapshot
public import Explanations
internal import GoText
internal import KubernetesResources
internal import StorageAudit
internal import Transformers

/// Audits as one page for people: it needs nothing but itself, runs nothing, and holds neither keys nor values.
public struct AuditPage {
    private let reports: [AuditReport]
    /// What was to be audited and could not be.
    private let missing: [String]
    private let version: String

    /// - Parameter version: The program's.
    public init(_ reports: [AuditReport], missing: [String], version: String) {
        self.reports = reports
        self.missing = missing
        self.version = version
    }

    public func text() throws(CommandFailure) -> String {
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
            <p>Made by encconf \(version) at \(UTCTime.rfc3339(UTCTime.now)). Keys are told apart by \
            fingerprints, which tell nothing about their bytes. This page holds no key bytes and no values.</p>
            </footer>
            </body>
            </html>

            """
        return page.text
    }

    /// What could not be audited, and the verdicts of several.
    private var overview: HTML {
        var html: HTML = ""
        for source in missing {
            html += "<p class=\"verdict unknown\">Not audited: <code>\(source)</code> could not be read.</p>\n"
        }
        guard reports.count > 1 else { return html }
        let verdicts = reports.enumerated().map { index, report -> HTML in
            "<a href=\"#s\(index + 1)\"><code>\(report.path)</code></a>: \(report.verdictWords)"
        }
        return html + HTML.list(verdicts)
    }

    private var matrix: HTML {
        guard let matrix = BackupMatrix(reports, missing: missing) else { return "" }
        return """
            <section>
            <h2>Which backup needs which key</h2>
            <p>\(matrix.heading.capitalizedSentence)</p>
            \(HTML.table(matrix.table))</section>

            """
    }
}

extension String {
    /// The sentence with a capital letter and a full stop.
    fileprivate var capitalizedSentence: String { prefix(1).uppercased() + dropFirst() + "." }
}

extension AuditReport {
    fileprivate func section(number: Int) throws(CommandFailure) -> HTML {
        """
        <section id="s\(number)">
        <h2><code>\(path)</code></h2>
        <p class="verdict \(verdictClass)">\(verdictWords.capitalizedSentence)</p>
        \(doubtBox)<p>\(countedSentence)</p>
        \(HTML.list(breaches.map { "\($0)" }))\(sourceList)\(try resourcePart)\(try findingPart)\(doubtPart)</section>

        """
    }

    private var verdictClass: HTML {
        switch verdict {
        case .clean: isCensusOnly || hasUncountedHarm ? "unknown" : "clean"
        case .findings: "findings"
        case .unknown: "unknown"
        }
    }

    /// Whether anything was found that is left out and is worse than what a rotation leaves behind.
    private var hasUncountedHarm: Bool { uncounted.contains { !["ENC0402", "ENC0409"].contains($0.code) } }

    /// Why nobody can say that nothing is wrong, where nobody can miss it.
    private var doubtBox: HTML {
        guard !doubts.isEmpty else { return "" }
        return """
            <div class="doubts unknown">
            <p>Could not be checked:</p>
            \(HTML.list(doubts.map { "\($0)" }))</div>

            """
    }

    /// What was asked.
    private var countedSentence: HTML {
        let kinds = countedKinds.isEmpty ? "none" : countedKinds.joined(separator: ", ")
        return "Findings that count in this verdict (<code>--fail-on</code>): \(kinds)."
    }

    private func countNote(_ code: String) -> String {
        switch code {
        case "ENC0408" where verdict == .findings: " (makes the verdict unknown where nothing worse is found)"
        case "ENC0408": " (makes the verdict unknown)"
        default: failOn.contains(code) ? "" : " (does not count)"
        }
    }

    /// What makes the verdict bad.
    private var breaches: [String] {
        let breaches = findingTotals.sorted { $0.key < $1.key }.filter { failOn.contains($0.key) && $0.value > 0 }
            .map { code, count in "\(Explanation.ofAudit(code)?.title ?? code): \(count) (\(code))" }
        return breaches + sourceBreaches
    }

    // MARK: What was audited

    private var sourceList: HTML {
        var facts = sourceFacts
        for (index, file) in configurations.enumerated() {
            facts.append(
                (
                    index == 0 ? "Configuration in force" : "Archived configuration",
                    "<code>\(fileName(file.path))</code><br /><code>\(file.hash)</code>"
                ))
        }
        if let resources {
            facts.append(("Reported", "\(resources.sorted().map(\.description).joined(separator: ", ")) alone"))
        }
        return """
            <h3>What was audited</h3>
            <dl>
            \(facts.map { "<dt>\($0)</dt><dd>\($1)</dd>\n" as HTML }.joined())</dl>

            """
    }

    // MARK: What is stored

    private var resourcePart: HTML {
        get throws(CommandFailure) {
            var html: HTML = "<h3>What is stored</h3>\n\(try tables(rows, caption: "Live objects"))"
            if let history = result.history {
                html += try tables(rows(of: history), caption: "Revisions that are not live any more")
            }
            for (heading, lines) in [pluginWords, remnantWords].compactMap({ $0 }) {
                html += "<p>\(heading.capitalizedSentence)</p>\n\(HTML.list(lines.map { "\($0)" }))"
            }
            if !absentResources.isEmpty {
                html +=
                    "<p>Configured, but not stored: \(absentResources.map(\.description).joined(separator: ", ")).</p>\n"
            }
            if !uncoveredResources.isEmpty, resources == nil {
                let names = uncoveredResources.map { "\($0.resource.description) (\($0.objects))" }
                html += "<p>Not configured, and stored in plaintext: \(names.joined(separator: ", ")).</p>\n"
            }
            return html
        }
    }

    private func tables(
        _ rows: [(resource: GroupResource, census: ResourceCensus)], caption: String
    ) throws(CommandFailure) -> HTML {
        let numbers = table(rows)
        let totals = numbers.rows[0].indices.dropFirst().map { column in
            String(numbers.rows.dropFirst().reduce(0) { $0 + (Int($1[column]) ?? 0) })
        }
        return try """
        \(HTML.table(numbers, caption: "\(caption), by resource", totals: ["Total"] + totals))\
        \(keyTable(rows, caption: "\(caption), by resource and key"))
        """
    }

    /// One group of rows for each resource.
    private func keyTable(
        _ rows: [(resource: GroupResource, census: ResourceCensus)], caption: String
    ) throws(CommandFailure) -> HTML {
        var groups: HTML = ""
        for (resource, census) in rows where !census.byLabel.isEmpty {
            var lines: [HTML] = []
            for (label, numbers) in census.labels {
                let provider = label.provider == .identity ? "none: plaintext" : label.provider?.rawValue ?? "unknown"
                let key = label.key.map { $0.isEmpty ? "without a name" : $0.text } ?? "-"
                let cells = [provider, key, try fingerprint(label, of: resource) ?? "-"].map {
                    "<td>\($0)</td>" as HTML
                }
                lines.append(
                    "\(cells.joined())<td class=\"n\">\(numbers.objects)</td><td class=\"n\">\(numbers.stale)</td>")
            }
            let name: HTML = "<th scope=\"rowgroup\" rowspan=\"\(lines.count)\">\(resource.description)</th>"
            let cells = lines.enumerated().map { "<tr>\($0 == 0 ? name : "")\($1)</tr>\n" as HTML }
            groups += "<tbody>\n\(cells.joined())</tbody>\n"
        }
        return """
            <div class="wide"><table><caption>\(caption)</caption>
            <thead><tr><th scope="col">RESOURCE</th><th scope="col">PROVIDER</th><th scope="col">KEY</th>\
            <th scope="col">FINGERPRINT</th><th scope="col">OBJECTS</th><th scope="col">STALE</th></tr></thead>
            \(groups)</table></div>

            """
    }

    // MARK: What was found

    private var findingPart: HTML {
        get throws(CommandFailure) {
            var html: HTML = "<h3>Findings</h3>\n"
            let totals = findingTotals.filter { $0.value > 0 }.sorted { $0.key < $1.key }
            if totals.isEmpty { html += "<p>None.</p>\n" }
            for (code, total) in totals { html += try findings(code, total) }
            return html
        }
    }

    private func findings(_ code: String, _ total: Int) throws(CommandFailure) -> HTML {
        let explanation = Explanation.ofAudit(code)
        var html: HTML = """
            <h4>\(code) \(explanation?.title ?? ""): \(total)\(countNote(code))</h4>

            """
        if let explanation {
            html += """
                <p>\(HTML.prose(explanation.meaning))</p>
                <p><strong>What to do:</strong> \(HTML.prose(explanation.remedy))</p>

                """
        }
        if code == "ENC0409" { html += HTML.list(overdueKeyWords.map { "\($0)" }) }
        let kept = result.live.findings.kept[code] ?? []
        guard !kept.isEmpty else { return html }
        var rows: HTML = ""
        for finding in kept {
            let message = try finding.message(configurations.map(\.path))
            let etcdKey = String(decoding: finding.etcdKey, as: UTF8.self)
            rows += """
                <tr><th scope="row"><code>\(etcdKey)</code></th><td class="n">\(finding.revision)</td>\
                <td>\(finding.severity)</td><td>\(message)</td></tr>

                """
        }
        let more: HTML = total > kept.count ? "<p>And \(total - kept.count) more, which are not listed.</p>\n" : ""
        return """
            \(html)<div class="wide"><table>
            <thead><tr><th scope="col">ETCD KEY</th><th scope="col">REVISION</th><th scope="col">SEVERITY</th>\
            <th scope="col">FINDING</th></tr></thead>
            <tbody>
            \(rows)</tbody></table></div>
            \(more)
            """
    }

    // MARK: What was not proven

    private var doubtPart: HTML {
        """
        <h3>What was not proven</h3>
        \(HTML.list((doubts + leftOut + sourceLimits + limits).map { "\($0)" }))
        """
    }

    /// What an audit like this one does not look at.
    private var limits: [String] {
        let limits: [(applies: Bool, text: String)] = [
            (isCensusOnly, "values were counted by their labels; nothing was opened"),
            (result.history != nil, "findings in old revisions do not change the verdict, but for nonces used twice"),
            (true, "whether each kube-apiserver runs this configuration is not a question that stored values answer"),
        ]
        return limits.filter(\.applies).map(\.text)
    }

    // MARK: What rests on the kind of source

    private var sourceFacts: [(String, HTML)] {
        let source = result.source
        var facts: [(String, HTML)] = [("Source", "<code>\(path)</code>, \(source.byteCount) bytes")]
        switch source.origin {
        case .etcd(let etcd):
            facts += [
                ("Cluster", "<code>\(etcd.clusterIDText)</code>"), ("Revision of the store", "\(source.revision)"),
            ]
        case .snapshot(let snapshot):
            let digest =
                switch snapshot.digest {
                case .absent: "absent: nothing tells whether the file is what was saved"
                case .matches: "verified: the file is what was saved"
                case .differs: "DIFFERS: the file is not what was saved"
                }
            facts += [
                ("Digest (SHA-256)", "\(digest)"),
                ("Revision of the store", "\(source.revision), compacted up to \(snapshot.compactRevision)"),
            ]
        }
        return facts + [("Keys", "\(source.liveKeys) live, of which \(result.live.otherKeys) name no object")]
    }

    private var sourceBreaches: [String] {
        result.source.hasChanged ? ["the digest differs: the file is not what was saved, or was changed since"] : []
    }

    private var sourceLimits: [String] {
        guard let snapshot = result.source.snapshot else {
            return ["old revisions, free pages and backups are not part of what a living etcd shows"]
        }
        let limits: [(applies: Bool, text: String)] = [
            (snapshot.isCompactionUnfinished, "a compaction was interrupted: old revisions are partly gone"),
            (result.history == nil, "old revisions in the file were not looked at (--history)"),
            (result.remnants == nil, "free pages of the file were not looked at (--remnants)"),
            (true, "a snapshot shows what one member held at one revision; nothing in it says that it was the newest"),
        ]
        return snapshot.problems.prefix(5).map(\.explanation) + limits.filter(\.applies).map(\.text)
    }
}
