internal import Diagnostics
internal import EncryptionConfig
internal import EtcdClient
public import Explanations
public import KubernetesResources
internal import SecretMemory
public import StorageAudit

extension AuditReport {
    /// A table that a person reads in ten seconds, the offenders first.
    public func text() throws(CommandFailure) -> String {
        let source = result.source
        var text = "\(path.printable): revision \(source.revision), \(source.liveKeys) keys, "
        switch source.origin {
        case .etcd(let etcd):
            text += "cluster \(etcd.clusterIDText)\n"
            if etcd.transport == .unverified { text += "the servers were not asked who they are\n" }
            if etcd.isSerializable { text += "the member that answered may lag behind the others\n" }
            if let prefix = etcd.onlyPrefix { text += "read were keys that begin with \(prefix.printable)/ alone\n" }
        case .snapshot(let snapshot):
            text += "digest \(snapshot.digest.name)\n"
            if snapshot.isCompactionUnfinished {
                text += "a compaction was interrupted: old revisions are partly gone\n"
            }
            for problem in snapshot.problems.prefix(5) { text += "damaged: \(problem.explanation)\n" }
        }
        if result.live.encryptedOtherKeys > 0 {
            text += otherKeysWords + "\n"
        }
        for (index, file) in configurations.enumerated() {
            text += "\(index == 0 ? "" : "archived ")configuration \(fileName(file.path)), \(file.hash)\n"
        }
        text += "\n" + table(rows).text
        text += try "\n" + keyTable(rows).text
        if let history = result.history {
            text += "\nrevisions that are not live any more\n" + table(rows(of: history)).text
            text += try "\n" + keyTable(rows(of: history)).text
        }
        for (heading, lines) in [pluginWords, remnantWords].compactMap({ $0 }) {
            text += "\n\(heading)\n" + lines.map { "  \($0)\n" }.joined()
        }
        text += try findingText()
        if !absentResources.isEmpty {
            text +=
                "\nconfigured, but not stored: \(absentResources.map(\.description.printable).joined(separator: ", "))\n"
        }
        for sentence in overdueKeyWords { text += "\nENC0409 \(sentence)\n" }
        if !doubts.isEmpty { text += "\ncould not be checked\n" + doubts.map { "  \($0)\n" }.joined() }
        return text + "\n\(path.printable): \(verdictWords)\n"
    }

    /// The resources and their numbers.
    public func table(_ rows: [(resource: GroupResource, census: ResourceCensus)]) -> TextTable {
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
            for (label, numbers) in census.labels {
                table.append([
                    resource.description.printable, label.writer,
                    try fingerprint(label, of: resource) ?? "-", "\(numbers.objects)", "\(numbers.stale)",
                ])
            }
        }
        return table
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
}
