internal import Diagnostics
internal import EncryptionConfig
internal import Explanations
internal import KubernetesResources
internal import ShownText
internal import StorageAudit

// Every number and every finding.
extension AuditReport {
    var appendix: HTML {
        get throws(CommandFailure) {
            var html: HTML =
                "<h3>Appendix: numbers</h3>\n\(try tables(of: result.live, caption: "Live objects"))"
            if let history = result.history { html += try tables(of: history, caption: "Old revisions") }
            if let words = remnantWords { html += "<p>\(words.heading)</p>\n\(HTML.list(words.lines.map { "\($0)" }))" }
            html += "<h3>Appendix: findings</h3>\n"
            let totals = judgement.totals.filter { $0.value > 0 }.sorted { $0.key < $1.key }
            if totals.isEmpty { html += "<p>None.</p>\n" }
            for (code, total) in totals { html += try findings(code, total) }
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

    private func countNote(_ code: FindingCode) -> HTML {
        if code == .needsPlugin { return " (makes the verdict unknown)" }
        return judgement.failOn.contains(code) ? "" : " (does not count)"
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
}
