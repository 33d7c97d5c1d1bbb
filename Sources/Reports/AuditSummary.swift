internal import EncryptionConfig
internal import EtcdClient
internal import EtcdSnapshot
internal import Explanations
internal import GoText
internal import KubernetesResources
internal import SecretMemory
internal import StorageAudit
internal import Transformers

// What reports of every form say in words.
extension AuditReport {
    /// The verdict, in the words of a sentence.
    var verdictWords: String {
        let others = uncounted.reduce(0) { $0 + $1.count }
        let findings = "\(others) finding\(others == 1 ? "" : "s")"
        switch verdict {
        case .clean:
            let parts = [
                "clean" + (isCensusOnly ? " by labels alone" : "") + (others > 0 ? ", as --fail-on counts" : ""),
                isCensusOnly ? "nothing was opened" : nil, others > 0 ? "\(findings) of other kinds" : nil,
            ]
            return parts.compactMap { $0 }.joined(separator: "; ")
        case .findings: return "there are findings"
        case .unknown:
            return "unknown: part of it could not be checked"
                + (others > 0 ? "; \(findings) of other kinds than --fail-on counts" : "")
        }
    }

    /// What was found and is no breach, since `--fail-on` does not name it. Values that only a plugin can open are none
    /// of it: they make the verdict unknown.
    var uncounted: [(code: String, count: Int)] {
        findingTotals.filter { $0.value > 0 && $0.key != "ENC0408" && !failOn.contains($0.key) }
            .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The kinds of findings that count, by the names that `--fail-on` takes.
    var countedKinds: [String] { failOn.sorted().map { AuditFinding.name(ofCode: $0) } }

    /// What the verdict leaves out because the command line says so.
    var leftOut: [String] {
        var lines: [String] = []
        if case .etcd(let etcd) = result.source.origin, let prefix = etcd.onlyPrefix {
            lines.append("keys that do not begin with \(prefix)/ were not read (--etcd-prefix)")
        }
        if case .etcd(let etcd) = result.source.origin, etcd.isSerializable {
            lines.append("the member that answered may lag behind the others (--serializable)")
        }
        if case .etcd(let etcd) = result.source.origin, etcd.transport == .unverified {
            lines.append("the servers were not asked who they are (--insecure-skip-tls-verify)")
        }
        if let resources {
            lines.append(
                "resources other than \(resources.sorted().map(\.description).joined(separator: ", ")) were not judged "
                    + "(--resources)")
        }
        for (code, count) in uncounted {
            lines.append(
                "findings of kind \(AuditFinding.name(ofCode: code)) do not count in this verdict (--fail-on): \(count)"
            )
        }
        return lines
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
        } else if !missedResources.isEmpty {
            doubts.append(
                "no object of \(missedResources.joined(separator: ", ")) is there: is it the etcd of that kube-apiserver, and "
                    + "all of it?")
        }
        doubts += unnamedWords
        if result.live.encryptedOtherKeys > 0 { doubts.append(otherKeysWords) }
        let census = result.live.resources.values
        let pluginCount = isCensusOnly ? 0 : census.reduce(0) { $0 + $1.needsPlugin }
        if pluginCount > 0 {
            doubts.append(
                "\(pluginCount) values can be opened by KMS plugins alone, which gave no answer or were not asked")
        }
        let uncertainCount = census.reduce(0) { $0 + $1.uncertain }
        if uncertainCount > 0 {
            doubts.append(
                "\(uncertainCount) values decrypt, but are in an encoding that encconf does not read, or of a kind that "
                    + "may not be that of their resource")
        }
        if result.live.otherObjects > 0 {
            doubts.append(
                "\(result.live.otherObjects) plaintext objects are stored under keys that name no known resource")
        }
        return doubts
    }

    /// What the source should have, as the file has entries for it or somebody asks for it, if it has nothing of all
    /// that: another cluster's, or a part of this one, looks like that. And what was asked for and is neither there nor in
    /// the file: a slip of the pen.
    private var missedResources: [String] {
        var elsewhere: Set<GroupResource> = []
        if case .etcd(let etcd) = result.source.origin {
            // That a manifest's further cluster is empty, or has nothing that the file names, is as good as anything.
            guard etcd.resources == nil else { return [] }
            elsewhere = etcd.elsewhere
        }
        guard let resources else {
            guard !holdsConfiguredObjects else { return [] }
            return resolution.rules.map(\.pattern).filter { $0.isWildcard || !elsewhere.contains($0.name) }
                .map(\.description.printable)
        }
        let absent = resources.subtracting(elsewhere).filter { result.live.resources[$0] == nil }
        return absent.filter { absent.count == resources.count || resolution.rule(for: $0) == nil }.sorted()
            .map(\.description.printable)
    }

    /// Entries of the file of which objects may be there under another name.
    private var unnamedWords: [String] {
        result.live.resources.keys.sorted().compactMap { resource in
            let names = resolution.rules.map(\.pattern).filter { $0.mayMean(resource) }
            guard !names.isEmpty else { return nil }
            let list = names.map(\.description.printable).joined(separator: ", ")
            return
                "\(resource.description.printable) is a resource that this program has not heard of: its etcd keys lack "
                + "the group, so that its objects may be of \(list), and were not judged as such"
        }
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
        var lines = remnants.encrypted.sorted { $0.key < $1.key }.map { "\($0.writer): \($1)" }
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
        byLabel.sorted { ($1.value.objects, $0.key) < ($0.value.objects, $1.key) }.map { ($0.key, $0.value) }
    }
}
