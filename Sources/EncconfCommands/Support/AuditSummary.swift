internal import EncryptionConfig
internal import EtcdSnapshot
internal import KubernetesResources
internal import StorageAudit
internal import Transformers

// What reports of every form say in words.
extension AuditReport {
    /// The verdict, in the words of a sentence.
    var verdictWords: String {
        switch verdict {
        case .clean where isCensusOnly: "clean by labels alone; nothing was opened"
        case .clean: "clean"
        case .findings: "there are findings"
        case .unknown: "unknown: part of it could not be checked"
        }
    }

    /// Why nobody can say that nothing is wrong; none if all was looked at.
    var doubts: [String] {
        var doubts: [String] = []
        if result.source.problemCount > 0 {
            doubts.append(
                "the file is damaged in \(result.source.problemCount) places; what stood there is not counted")
        }
        // A file without a single object is none of kube-apiserver's, or not the whole of it.
        if result.live.otherKeys == result.source.liveKeys {
            doubts.append("none of the \(result.source.liveKeys) keys names an object of kube-apiserver")
        }
        if result.live.encryptedOtherKeys > 0 { doubts.append(otherKeysWords) }
        if result.live.isUnproven, !isCensusOnly {
            let count = result.live.resources.values.reduce(0) { $0 + $1.needsPlugin }
            doubts.append("\(count) values can be opened by KMS plugins alone, which gave no answer or were not asked")
        }
        return doubts
    }

    var otherKeysWords: String {
        "\(result.live.otherKeys) keys name no object; "
            + "\(result.live.encryptedOtherKeys) of them have encrypted values, of which nothing can be told"
    }

    /// The keys of KMS plugins that values need, in order.
    var pluginUses: [(use: PluginUse, count: Int)] {
        result.live.pluginUses.sorted {
            ($0.key.provider, $0.key.keyID ?? "") < ($1.key.provider, $1.key.keyID ?? "")
        }.map { ($0.key, $0.value) }
    }

    /// What a KMS would have to decrypt, and for what; nil if nothing.
    var pluginWords: (heading: String, lines: [String])? {
        guard !pluginUses.isEmpty else { return nil }
        return (
            "a full check needs \(result.live.pluginCalls.count) Decrypt calls of KMS plugins",
            pluginUses.map { use, count in
                "\(use.provider.printable)\(use.keyID.map { ", key ID \($0.printable)" } ?? ""): \(count) values"
            }
        )
    }

    /// What is left in free pages; nil if nobody looked.
    var remnantWords: (heading: String, lines: [String])? {
        guard let remnants = result.remnants else { return nil }
        var lines = remnants.encrypted.sorted { $0.key.text < $1.key.text }.map { "\($0.writer): \($1)" }
        if remnants.total > 0 {
            lines.append("compaction frees pages and does not wipe them; defragment each member to be rid of them")
        }
        return ("free pages hold \(remnants.total) old values (\(remnants.plaintext) in plaintext)", lines)
    }

    /// One sentence for each AES-GCM key that has written enough.
    var overdueKeyWords: [String] {
        gcmWrites.filter { $0.writes >= Self.gcmWriteLimit }.map { key, writes in
            "objects that aesgcm \(key.printable) wrote last were written \(writes) times in all, of "
                + "\(result.source.revision) writes that the store has seen; a new key is due every 200,000 writes "
                + "(Kubernetes), and at 2^32 at the latest (NIST SP 800-38D)"
        }
    }
}

extension ResourceCensus {
    /// The labels of the resource, those of most values first.
    var labels: [(label: StoredLabel, numbers: LabelCensus)] {
        byLabel.sorted { ($1.value.objects, $0.key.text) < ($0.value.objects, $1.key.text) }.map { ($0.key, $0.value) }
    }
}
