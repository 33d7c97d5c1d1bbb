internal import AuditControls
internal import EncryptionConfig
internal import EtcdSnapshot
internal import Explanations
internal import KubernetesResources
internal import KubernetesVersions
internal import ShownText
internal import StorageAudit

// What the verdict covers, the controls, the policy and the source.
extension AuditReport {
    /// One row for each control: the verdict, what it depends on, and how the control is read.
    var controlPart: HTML {
        var rows: HTML = ""
        for judgement in controls {
            let control = judgement.control
            let number = control.number(for: judgement.kubernetes)
            let alias: HTML = control.alias.map { " <span>(\($0))</span>" } ?? ""
            let codes: HTML =
                judgement.codes.isEmpty ? "" : " <span>(\(judgement.codes.joined(separator: ", ")))</span>"
            rows += """
                <tr><th scope="row"><strong>\(number)</strong>\(alias)<br /><span>\(control.framework), \
                \(control.edition(for: judgement.kubernetes))</span></th>\
                <td class="v v-\(judgement.verdict)">\(judgement.verdict.text)</td>\
                <td><p>\(HTML.prose(control.summary))</p><p>\(judgement.evidence)\(codes)</p>\
                <p class="small">\(HTML.prose(control.reading))</p></td></tr>

                """
        }
        return """
            <h3>Controls</h3>
            <p>\(controlSum). Met: stored values and their configuration show all that the control asks of them. Not shown: \
            nothing contradicts it, and not all of it is visible here. The words are ours; an auditor decides.</p>
            <table class="controls">
            <thead><tr><th scope="col">CONTROL</th><th scope="col">VERDICT</th><th scope="col">EVIDENCE</th></tr></thead>
            <tbody>
            \(rows)</tbody></table>

            """
    }

    /// The ledger: every record once.
    var coveragePart: HTML {
        let records = judgement.coverage.records
        let coverage: Phrase =
            "Records: \(records.judged) judged, \(records.unknown) not judged, \(records.outOfScope) out of scope."
        let bytes = judgement.coverage.bytes
        var rows: [(name: Phrase, count: Int)] = [
            ("judged, without a finding", records.judged - records.withFindings),
            ("judged, with a finding", records.withFindings),
        ]
        rows += Booking.UnknownReason.allCases.map { ("not judged: \($0.words)", records.count(of: $0)) }
        rows += Booking.ScopeReason.allCases.map { ("out of scope: \($0.words)", records.count(of: $0)) }
        var table = TextTable(header: ["RECORDS", "NUMBER"])
        for row in rows where row.count > 0 { table.append([row.name, "\(row.count)"]) }
        let bar = StateBar([
            ("judged", records.judged), ("unknown", records.unknown), ("outside", records.outOfScope),
        ])
        let names = notCovered.map { "\($0.resource.description) (\($0.plaintext))" as Phrase }
        let plain: HTML =
            names.isEmpty
            ? ""
            : "<p>Not covered by the configuration (stored as plaintext): \(names.joined(separator: ", ")).</p>\n"
        let kinds = Set(judgement.failOn.map(\.name)).sorted()
        return """
            <h3>What the verdict covers</h3>
            <p>\(coverage) Bytes: \(bytes.judged) judged, \(bytes.unknown) not judged, \(bytes.outOfScope) out of scope.</p>
            \(bar.html)\(HTML.table(table, totals: ["All records of the source", "\(records.total)"]))\
            \(plain)<p>Findings that count in this verdict (<code>--fail-on</code>): \(kinds.isEmpty ? "none" : kinds.joined(separator: ", ")).</p>

            """
    }

    /// The policy in force.
    var policyPart: HTML {
        guard let policy, let policyName else { return "" }
        var facts: [(Phrase, HTML)] = [("Policy", "\(policyName)")]
        if case .file(_, let hash, _) = policy.origin { facts.append(("Hash", "<code>\(hash)</code>")) }
        let periods = policy.cryptoperiods.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { "\($0.key) \($0.value / 86_400)d" as Phrase }
        let providers = policy.allowedProviders.map { $0.map(\.rawValue).sorted().joined(separator: ", ") } ?? "any"
        facts += [
            ("Cryptoperiods of write keys", "\(periods.isEmpty ? "none" : periods.joined(separator: ", "))"),
            ("Allowed providers", "\(providers)"),
            (
                "Must be encrypted",
                "\(policy.mustEncrypt.isEmpty ? "Secrets" : policy.mustEncrypt.map(\.description).listed)"
            ), ("Writes of an AES-GCM key", "\(limitWords ?? "")"),
        ]
        return "<h3>Policy</h3>\n\(HTML.facts(facts))"
    }

    var sourcePart: HTML {
        var facts = sourceFacts
        for (index, file) in configurations.enumerated() {
            facts.append(
                (
                    index == 0 ? "Configuration" : "Archive",
                    "<code>\(fileName(file.path))</code><br /><code>\(file.hash)</code>"
                ))
        }
        return "<h3>Source</h3>\n\(HTML.facts(facts))"
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
        if let uid = result.live.clusterUID { facts.append(("UID of kube-system", "<code>\(uid)</code>")) }
        return facts + [
            (
                "Keys",
                "\(source.liveKeys) live; \(result.live.otherKeys) \(result.live.otherKeys == 1 ? "is not an object" : "are not objects")"
            )
        ]
    }
}

extension Booking.UnknownReason {
    /// The reason in a few words.
    fileprivate var words: Phrase {
        switch self {
        case .plugin: "needs a KMS plugin"
        case .encoding: "an encoding that is not read"
        case .identity: "a custom resource of another kind"
        case .unknownKey: "encrypted, under an etcd key of no resource"
        case .unknownObject: "plaintext, under an etcd key of no resource"
        case .unknownGroup: "an unknown resource without a group"
        }
    }
}

extension Booking.ScopeReason {
    /// The reason in a few words.
    fileprivate var words: Phrase {
        switch self {
        case .bookkeeping: "internal data of a server"
        case .foreign: "not an object of Kubernetes"
        case .notAsked: "not in --resources"
        case .uncovered: "plaintext that no entry covers"
        case .oldRevision: "an old revision (--history)"
        case .deletion: "the record of a deletion"
        case .marker: "the marker of a raised revision"
        }
    }
}
