internal import EncryptionConfig
internal import EnvelopeCrypto
internal import EtcdClient
internal import EtcdWAL
internal import Explanations
internal import GoText
internal import KubernetesResources
internal import ShownText
internal import StorageAudit
internal import Transformers

// Sentences of all report formats.
extension AuditReport {
    /// The limits of the verdict: by options, and by the trust in the source.
    var limits: [Phrase] {
        var limits: [Phrase] = []
        if case .etcd(let etcd) = result.source.origin {
            if let prefix = etcd.onlyPrefix {
                limits.append("only keys below \(prefix)/ were read (--etcd-prefix)")
            }
            if etcd.isSerializable { limits.append("the member that answered may lag behind (--serializable)") }
            switch etcd.transport {
            case .verified: break
            case .unverified:
                limits.append("TLS certificates of etcd were not verified (--insecure-skip-tls-verify)")
            case .clear: limits.append("etcd was read without TLS; anyone in the network can change its answers")
            }
        }
        if let snapshot = result.source.snapshot, snapshot.isCompactionUnfinished {
            limits.append("a compaction was interrupted; some old revisions are missing")
        }
        if let limit = result.source.snapshot?.log?.role.limit { limits.append(limit) }
        if let resources = options.resources {
            limits.append("only \(resources.sorted().map(\.description).listed) (--resources)")
        }
        return limits
    }

    /// Whether the plugins were called.
    var isPluginAsked: Bool { result.live.isPluginAsked || result.history?.isPluginAsked == true }

    /// The keys of KMS plugins that values need, in order.
    var pluginUses: [(use: PluginUse, count: Int)] {
        result.live.pluginUses.sorted {
            ($0.key.provider, $0.key.keyID ?? "") < ($1.key.provider, $1.key.keyID ?? "")
        }.map { ($0.key, $0.value) }
    }

    /// Why the plugin did not decrypt the first listed value; nil if it was not called.
    func reason(_ use: PluginUse) -> Phrase? {
        for finding in result.listedFindings[.needsPlugin] ?? [] {
            if case .pluginNeeded(use, let reason?) = finding.kind { return reason.clause }
        }
        return nil
    }

    /// The content of free pages; nil without `--remnants`.
    var remnantWords: (heading: Phrase, lines: [Phrase])? {
        guard let remnants = result.remnants else { return nil }
        var lines: [Phrase] = remnants.encrypted.sorted { $0.key < $1.key }.map { label, count in
            "\(label.writer): \(counted(count, "value"))"
        }
        if remnants.unexplainedBytes > 0 {
            lines.append("\(counted(remnants.unexplainedBytes, "byte")) unexplained")
        }
        if remnants.total > 0 || remnants.unexplainedBytes > 0 {
            lines.append("Compaction does not wipe free pages. Defragment each etcd member to remove them.")
        }
        return ("Free pages: \(counted(remnants.total, "old value")), \(remnants.plaintext) plaintext", lines)
    }

    /// One sentence for each AES-GCM key that is due for rotation.
    var overdueKeyWords: [Phrase] {
        result.gcmWrites.filter { $0.writes >= AuditResult.gcmWriteLimit }.map { key, writes in
            "aesgcm \(name: key): its objects were written \(writes) times (the store: \(result.source.revision)). "
                + "Rotate every 200,000 writes (Kubernetes), before 2^32 (NIST SP 800-38D)."
        }
    }

    /// The next step; nil if there is none.
    var nextStep: (reason: Phrase, command: Phrase?)? {
        let file = configurations[0].path
        let counts = judgement.totals
        func isFound(_ code: FindingCode) -> Bool { judgement.failOn.contains(code) && (counts[code] ?? 0) > 0 }
        if isFound(.digest) { return ("save a new snapshot; this file was modified", nil) }
        for code in [FindingCode.nonceReuse, .keyInClear, .moved, .notObject, .unreadable] where isFound(code) {
            return ("\(code.urgency)", "encconf explain \(code)")
        }
        if isFound(.uncovered) || isFound(.policyPlaintext) && !isFound(.plaintext) {
            return ("encrypt these resources: add an entry to \(fileName(file)), roll it out, re-encrypt them", nil)
        }
        if isFound(.plaintext) {
            let names = plaintextResources.map { "\($0.description)" as Phrase }.joined(separator: ",")
            return (
                "when every server runs \(fileName(file)), re-encrypt the plaintext values:",
                "kubectl get \(names) -A -o json | kubectl replace -f -"
            )
        }
        if [.policyProvider, .policyAge, .policyWrites].contains(where: isFound) {
            return ("rotate these keys with `encconf rotate`: add, promote, re-encrypt, retire", nil)
        }
        if isFound(.oldPlaintext), let format = result.source.snapshot?.format, format != .etcd {
            // A row of kine keeps the previous value, kine compacts every 5 minutes, and k3s vacuums when it starts.
            return ("re-encrypt every object again, wait 5 minutes, restart k3s, then audit a new copy", nil)
        }
        if isFound(.oldPlaintext) || isFound(.freePlaintext) {
            return ("compact and defragment each etcd member, then audit a new snapshot", nil)
        }
        return judgement.doubts.first?.advice
    }

    private var plaintextResources: [GroupResource] {
        rows(of: result.live).filter { resource, census in
            census.plaintext > 0 && resolution.rule(for: resource).map { !$0.writesPlaintext } ?? false
        }.map(\.resource).sorted()
    }
}
