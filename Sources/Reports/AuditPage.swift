internal import AuditControls
internal import EncryptionConfig
public import Explanations
internal import GoText
internal import KubernetesResources
public import ShownText
internal import StorageAudit

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
            <meta name="color-scheme" content="light dark" />
            <title>\(title)</title>
            <style>
            \(Self.style)</style>
            </head>
            <body>
            <header>
            <h1>Encryption at rest: audit</h1>
            <p class="by">Made by encconf \(version) at \(UTCTime.rfc3339(reports.first?.time ?? UTCTime.now)).</p>
            \(overview)</header>
            <main>
            \(sections)\(matrix)</main>
            <footer>
            <p>Keys are identified by fingerprints, which show nothing of their bytes. This page contains no key bytes and no \
            values. It is evidence for an auditor, not a certificate: met means that stored values and their configuration \
            show all that the control asks of them.</p>
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
    /// The answer first, then what it is made of, what it does not show, and the appendix with every finding.
    fileprivate func section(number: Int) throws(CommandFailure) -> HTML {
        """
        <section id="s\(number)">
        <h2><code>\(path)</code></h2>
        <p class="verdict \(verdictClass)">\(verdictSentence)</p>
        \(answer)\(doubtBox)\(nextPart)\(changePart)\(resourcePart)\(try keyPart)\(controlPart)\(limitPart)\(coveragePart)\
        \(policyPart)\(sourcePart)\(try appendix)</section>

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

    /// The values of all resources in the tables, by state.
    private var answer: HTML {
        let states = rows(of: result.live).reduce(ValueStates()) {
            $0 + $1.census.states(isCensusOnly: options.isCensusOnly)
        }
        guard states.total > 0 else { return "" }
        let tiles = states.named.map { name, count -> HTML in
            "<li class=\"k-\(name)\"><b>\(count)</b> \(name)</li>\n"
        }
        return """
            <ul class="tiles">
            \(tiles.joined())</ul>
            \(StateBar(states).html)<p class="small">\(counted(states.total, "live value")) of these resources. Current: decrypted \
            with the write key. Stale: written with another key. Unreadable: does not decrypt to its object. Unknown: not \
            judged.</p>

            """
    }

    /// Why the verdict is not clean, at the top of the section.
    private var doubtBox: HTML {
        guard !judgement.doubts.isEmpty else { return "" }
        return """
            <div class="doubts unknown">
            <p>Not checked</p>
            \(HTML.list(judgement.doubts.map { "\($0.sentence(isAsked: isPluginAsked))" }))</div>

            """
    }

    private var nextPart: HTML {
        guard let next = nextStep else { return "" }
        let command: HTML = next.command.map { "<pre>\($0)</pre>\n" } ?? ""
        return "<div class=\"next\">\n<p><strong>Next:</strong> \(next.reason)</p>\n\(command)</div>\n"
    }

    private var changePart: HTML {
        guard let changes else { return "" }
        let table: HTML = changes.table.map { HTML.table($0) } ?? "<p>No number and no verdict changed.</p>\n"
        return "<h3>\(changes.heading)</h3>\n\(HTML.list(changes.notes.map { "\($0)" }))\(table)"
    }

    // MARK: Stored values

    /// A bar for each resource.
    private var resourcePart: HTML {
        var html: HTML = "<h3>Resources</h3>\n"
        for (resource, census) in rows(of: result.live) where census.objects > 0 {
            html += """
                <div class="resource">
                <p><strong>\(resource.description)</strong> <span>\(counted(census.objects, "value")); new ones: \
                \(writer(of: resource))</span></p>
                \(StateBar(census.states(isCensusOnly: options.isCensusOnly)).html)\
                \(StateBar(census.states(isCensusOnly: options.isCensusOnly)).legend)</div>

                """
        }
        if !judgement.absent.isEmpty {
            html +=
                "<p>\(judgement.doubts.isEmpty ? "No objects stored" : "No objects found" as Phrase): \(judgement.absent.map(\.description).listed).</p>\n"
        }
        return html
    }

    /// What the configuration in force writes a resource with.
    private func writer(of resource: GroupResource) -> Phrase {
        guard let rule = resolution.rule(for: resource) else { return "plaintext, because no entry covers it" }
        guard let key = StorageKey.list(of: rule.providers).first else { return "plaintext" }
        return key.provider == .identity ? "plaintext (identity)" : "\(key.provider) \(name: key.name ?? "")"
    }

    /// The keys, with their age and what they wrote.
    private var keyPart: HTML {
        get throws(CommandFailure) {
            let keys = try allKeys()
            guard !keys.isEmpty else { return "" }
            var table = TextTable(
                header: ["KEY", "WRITES", "AGE", "FINGERPRINT", "VALUES", "STALE", "FIRST-REVISION", "LAST-REVISION"]
                    + (result.history == nil ? [] : ["OLD-REVISIONS"]))
            for row in keys {
                let age: Phrase =
                    switch row.created {
                    case nil: "-"
                    case let created? where created > time: "in the future"
                    case let created?: "\((time - created) / 86_400)d"
                    }
                table.append(
                    [
                        row.label.writer, row.isWriteKey ? "yes" : "-", age, Phrase(foreign: row.fingerprint ?? "-"),
                        "\(row.objects)", "\(row.stale)", row.revisions.map { "\($0.lowerBound)" } ?? "-",
                        row.revisions.map { "\($0.upperBound)" } ?? "-",
                    ] + (result.history == nil ? [] : ["\(row.oldRevisions ?? 0)"]))
            }
            return """
                <h3>Keys</h3>
                \(HTML.cards(table))<p class="small">Age: by the date in the name. First and last revision: of the values \
                that were found\(result.history == nil ? "" : ", old revisions included" as Phrase); a key can have written \
                values that are gone.</p>

                """
        }
    }

    // MARK: How far the audit goes

    private var limitPart: HTML {
        let elsewhere = (policy?.preset?.elsewhere ?? []).map { "Shown elsewhere: \(HTML.prose($0))" as HTML }
        return """
            <h3>Not proven by this audit</h3>
            \(HTML.list((limits + kindLimits).map { "\($0)" as HTML } + elsewhere))
            """
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
}
