internal import EncryptionConfig
internal import KubernetesResources
internal import StorageAudit
internal import Transformers

extension AuditReport {
    /// A table that a person reads in ten seconds, the offenders first.
    func text() throws(CommandFailure) -> String {
        let source = result.source
        var text = "\(path.printable): revision \(source.revision), \(source.liveKeys) keys, "
        switch source.origin {
        case .etcd(let etcd): text += "cluster \(etcd.clusterIDText)\n"
        case .snapshot(let snapshot):
            text += "digest \(snapshot.digest.name)\n"
            if snapshot.isCompactionUnfinished {
                text += "a compaction was interrupted: old revisions are partly gone\n"
            }
            for problem in snapshot.problems.prefix(5) { text += "damaged: \(problem.explanation)\n" }
        }
        if result.live.encryptedOtherKeys > 0 {
            text +=
                "\(result.live.otherKeys) keys name no object; "
                + "\(result.live.encryptedOtherKeys) of them have encrypted values, of which nothing can be told\n"
        }
        text += "\n" + table(rows).text
        text += try "\n" + keyTable(rows).text
        if let history = result.history {
            text += "\nrevisions that are not live any more\n" + table(rows(of: history)).text
            text += try "\n" + keyTable(rows(of: history)).text
        }
        text += pluginText + remnantText
        text += try findingText()
        if !absentResources.isEmpty {
            text +=
                "\nconfigured, but not stored: \(absentResources.map(\.description.printable).joined(separator: ", "))\n"
        }
        for (key, writes) in gcmWrites where writes >= Self.gcmWriteLimit {
            text +=
                "\nENC0409 objects that aesgcm \(key.printable) wrote last were written \(writes) times in all, of "
                + "\(result.source.revision) writes that the store has seen; a new key is due every 200,000 writes "
                + "(Kubernetes), and at 2^32 at the latest (NIST SP 800-38D)\n"
        }
        return text + "\n\(verdictSentence)\n"
    }

    private func table(_ rows: [(resource: GroupResource, census: ResourceCensus)]) -> TextTable {
        var table = TextTable(header: [
            "RESOURCE", "OBJECTS", "UNREADABLE", "NOT OBJECTS", "PLAINTEXT", "STALE", "NEEDS PLUGIN", "BYTES",
        ])
        for (resource, census) in rows {
            table.append(
                [resource.description.printable]
                    + [
                        census.objects, census.unreadable, census.notObjects, census.plaintext, census.stale,
                        census.needsPlugin, census.bytes,
                    ].map(String.init))
        }
        return table
    }

    private func keyTable(
        _ rows: [(resource: GroupResource, census: ResourceCensus)]
    ) throws(CommandFailure) -> TextTable {
        var table = TextTable(header: ["RESOURCE", "WRITTEN BY", "FINGERPRINT", "OBJECTS", "STALE"])
        for (resource, census) in rows {
            for (label, numbers) in census.byLabel.sorted(by: {
                ($1.value.objects, $0.key.text) < ($0.value.objects, $1.key.text)
            }) {
                table.append([
                    resource.description.printable, label.writer,
                    try fingerprint(label, of: resource) ?? "-", "\(numbers.objects)", "\(numbers.stale)",
                ])
            }
        }
        return table
    }

    private var pluginText: String {
        guard !result.live.pluginUses.isEmpty else { return "" }
        var text = "\na full check needs \(result.live.pluginCalls.count) Decrypt calls of KMS plugins\n"
        for (use, count) in result.live.pluginUses.sorted(by: { $0.key.provider < $1.key.provider }) {
            text +=
                "  \(use.provider.printable)\(use.keyID.map { ", key ID \($0.printable)" } ?? ""): \(count) values\n"
        }
        return text
    }

    private var remnantText: String {
        guard let remnants = result.remnants else { return "" }
        var text = "\nfree pages hold \(remnants.total) old values (\(remnants.plaintext) in plaintext)\n"
        for (label, count) in remnants.encrypted.sorted(by: { $0.key.text < $1.key.text }) {
            text += "  \(label.writer): \(count)\n"
        }
        if remnants.total > 0 {
            text += "  compaction frees pages and does not wipe them; defragment each member to be rid of them\n"
        }
        return text
    }

    private func findingText() throws(CommandFailure) -> String {
        var text = ""
        for (code, total) in result.live.findings.totals.sorted(by: { $0.key < $1.key }) {
            let findings = result.live.findings.kept[code] ?? []
            text += "\n\(code) \(Explanation.ofAudit(code)?.title ?? code): \(total)\n"
            for finding in findings {
                let message = try finding.message(configurations.map(\.path))
                text += "  \(String(decoding: finding.etcdKey, as: UTF8.self).printable): \(message.printable)\n"
            }
            if total > findings.count { text += "  and \(total - findings.count) more (--limit)\n" }
        }
        return text
    }

    private var verdictSentence: String {
        switch verdict {
        case .clean where isCensusOnly: "\(path.printable): clean by labels alone; nothing was opened"
        case .clean: "\(path.printable): clean"
        case .findings: "\(path.printable): there are findings"
        case .unknown: "\(path.printable): unknown: part of it could not be checked"
        }
    }
}
