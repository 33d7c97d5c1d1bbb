internal import EncryptionConfig
public import Explanations
public import FleetComparison
internal import GoText
internal import KeyRotation
internal import KeyTransition
internal import KubernetesResources
public import ShownText

/// The report of `fleet`.
public struct FleetReport {
    let comparison: FleetComparison
    let fingerprints: KeyFingerprints
    /// Options with which the next command reads the files.
    let readingOptions: Phrase

    public init(_ comparison: FleetComparison, _ fingerprints: KeyFingerprints, readingOptions: [Phrase]) {
        self.comparison = comparison
        self.fingerprints = fingerprints
        self.readingOptions = readingOptions.map { " \($0)" }.joined()
    }

    public var status: ExitStatus {
        switch comparison.verdict {
        case .same: .success
        case .different: .findings
        case .unknown: .unproven
        }
    }
}

extension FleetReport {
    /// The verdict first, then each cluster with its groups, the shared keys, and what each audited source needs.
    public var text: Phrase {
        var text: Phrase = "\(verdict)\n"
        for cluster in comparison.clusters where !cluster.groups.isEmpty { text += "\n" + self.text(of: cluster) }
        if !comparison.sharedKeys.isEmpty { text += "\n" + sharedKeysText }
        for audit in comparison.audits { text += "\n" + self.text(of: audit) }
        return text + "\n" + next.text
    }

    /// The verdict, with a reason for each finding.
    var verdict: Phrase {
        let files = comparison.clusters.flatMap(\.groups).flatMap(\.members).count
        var counts = [counted(files, "configuration")]
        if !comparison.audits.isEmpty { counts.append(counted(comparison.audits.count, "audit")) }
        let subject = counts.joined(separator: ", ")
        switch comparison.verdict {
        case .same: return "\(subject): same. \(files > 1 ? "Nothing differs, and no" : "No" as Phrase) key is missing."
        case .unknown: return "\(subject): UNKNOWN. No difference was found; not everything could be compared."
        case .different:
            let reasons = findings
            return "\(subject): DIFFERENT. \((reasons.first ?? "").capitalized)"
                + reasons.dropFirst().map { "; \($0)" }.joined() + "."
        }
    }

    private var findings: [Phrase] {
        comparison.findings.map { finding in
            switch finding {
            case .files(let name):
                let cluster = comparison.clusters.first { $0.name == name }
                let ofCluster: Phrase = name.map { " of \(name: $0)" } ?? ""
                return "the files\(ofCluster) differ, "
                    + (cluster?.answer == .no
                        ? "and servers cannot read each other's new values"
                        : cluster?.answer == .yes
                            ? "and every server can read all values" : "and old values may be unreadable")
            case .clusterUIDs(let name):
                return "the audits\(name.map { " of \(name: $0)" } ?? "" as Phrase) are of different clusters"
            case .sharedKeys(let count):
                return "\(counted(count, "key")) \(count == 1 ? "is" : "are" as Phrase) in several clusters"
            case .needs(let audit): return "\(name: audit) needs a key that is missing"
            }
        }
    }

    /// A group in a sentence: its only member, or its number.
    static func name(of group: Int, in cluster: FleetCluster) -> Phrase {
        let members = cluster.groups[group].members
        return members.count == 1 ? Phrase(name: members[0].name.text) : "group \(group + 1)"
    }

    private func text(of cluster: FleetCluster) -> Phrase {
        let count = counted(cluster.groups.reduce(0) { $0 + $1.members.count }, "configuration")
        let subject: Phrase = cluster.name.map { "\(name: $0): " } ?? ""
        var text: Phrase
        if cluster.isUniform {
            let group = cluster.groups[0]
            let sameness: Phrase = group.isIdentical ? ", all identical" : ", all with the same meaning"
            text = subject + "\(count)\(group.members.count > 1 ? sameness : "").\n"
        } else {
            text = subject + "DIFFERENT. \(count) in \(cluster.groups.count) groups.\n"
        }
        for index in cluster.groups.indices { text += self.text(ofGroup: index, in: cluster) }
        for pair in cluster.pairs { text += "\n" + self.text(of: pair, cluster) }
        if !cluster.isEveryPairCompared {
            text += "\n  Only compared with the largest group: there are \(cluster.groups.count) groups.\n"
        }
        if cluster.clusterUIDs.count > 1 {
            text += "\n  The audits are of \(cluster.clusterUIDs.count) clusters (UID of kube-system):\n"
            for audit in comparison.audits where audit.audit.name.cluster == cluster.name {
                text += "    \(name: audit.audit.name.text)  \(audit.audit.clusterUID ?? "unknown")\n"
            }
        }
        return text
    }

    /// Members, hashes, steps and keys.
    private func text(ofGroup index: Int, in cluster: FleetCluster) -> Phrase {
        let group = cluster.groups[index]
        var text: Phrase = "  \(Self.name(of: index, in: cluster))\n"
        var hashes: [String] = []
        for member in group.members where !hashes.contains(where: { $0.utf8.elementsEqual(member.file.hash.utf8) }) {
            hashes.append(member.file.hash)
            let names = group.members.filter { $0.file.hash.utf8.elementsEqual(member.file.hash.utf8) }
            text += "    \(member.file.hash.prefix(15))"
            text += group.members.count > 1 ? ": \(names.map(\.name.text.text).listed)\n" : "\n"
        }
        for (resources, providers) in Self.rules(of: group.configuration) {
            text += "    \(resources.map(\.description).listed)\(step(of: resources, in: group))\n"
            for (index, key) in StorageKey.list(of: providers).enumerated() {
                text += "      \(index == 0 ? "writes" : "reads " as Phrase)  \(keyText(key))\n"
            }
        }
        return text
    }

    /// The resources of a configuration, those with equal keys together.
    static func rules(
        of configuration: EncryptionConfiguration
    ) -> [(resources: [ResourcePattern], providers: [Provider])] {
        var rules: [(resources: [ResourcePattern], providers: [Provider])] = []
        var places: [[StorageKeyForm]: Int] = [:]
        for rule in ResourceResolution(configuration).rules {
            let forms = StorageKey.list(of: rule.providers).map { StorageKeyForm($0) }
            if let place = places[forms] {
                rules[place].resources.append(rule.pattern)
            } else {
                places[forms] = rules.count
                rules.append(([rule.pattern], rule.providers))
            }
        }
        return rules
    }

    /// `: promoted`, the step of the rotation; nothing where the file has no key of its own.
    private func step(of resources: [ResourcePattern], in group: FleetGroup) -> Phrase {
        let names = Set(resources.map { ByteName($0.description) })
        let sets = KeySet.all(in: group.configuration).filter { !names.isDisjoint(with: $0.resources) }
        let states = sets.map(\.state.name)
        guard let state = states.first, states.allSatisfy({ $0.utf8.elementsEqual(state.utf8) }) else { return "" }
        return " (step: \(state))"
    }

    /// `aescbc key1  2392444fad2b1a64`
    func keyText(_ key: StorageKey) -> Phrase {
        switch key {
        case .plaintext: "plaintext"
        case .plugin(let plugin): "\(key.provider) \(name: plugin.name)"
        case .key(let key, let provider):
            "\(provider) \(name: key.name)  \(fingerprints.of(key) ?? "(weak key)")"
        }
    }

    private func text(of pair: FleetPair, _ cluster: FleetCluster) -> Phrase {
        let (first, second) = (Self.name(of: pair.first, in: cluster), Self.name(of: pair.second, in: cluster))
        var text: Phrase
        switch pair.answer {
        case .yes:
            text = "  \(first) and \(second): each reads what the other writes. This is a legal intermediate state.\n"
        case .depends:
            text = "  \(first) and \(second): each reads what the other writes now. This is a legal intermediate state "
            text += "only if no stored value needs a key below.\n"
        case .no: text = "  \(first) and \(second): NOT a legal intermediate state: new values are unreadable.\n"
        }
        // Of what is unreadable already, the older values are not the next thing to look at.
        let shown = pair.answer == .no ? pair.unread.filter { $0.counterexample.certainty == .certain } : pair.unread
        for unread in shown { text += self.text(of: unread, cluster) }
        let others = pair.unread.count - shown.count
        if others > 0 {
            text += "    Older values may be unreadable for \(counted(others, "more reason")) (-o json).\n"
        }
        return text
    }

    private func text(of unread: FleetPair.Unread, _ cluster: FleetCluster) -> Phrase {
        let reason = sentence(unread, cluster)
        return "    \(reason.effect):\n      \(reason.cause) (\(unread.resources.map(\.description).listed))\n"
    }

    /// What one group does not read, and why.
    func sentence(_ unread: FleetPair.Unread, _ cluster: FleetCluster) -> (effect: Phrase, cause: Phrase) {
        let (reader, writer) = (
            Self.name(of: unread.reader, in: cluster), Self.name(of: unread.writer, in: cluster)
        )
        let example = unread.counterexample
        let verb: Phrase =
            switch example.effect {
            case .unreadable: "cannot read"
            case .wrongBytes: "gets wrong data from"
            case .byChance: "may get wrong data from"
            }
        let tense: Phrase = example.certainty == .certain ? "writes" : "may have written"
        let key: Phrase =
            example.writer.key.provider == .identity ? "as plaintext" : "with \(example.writer.key.label.text)"
        return (
            "\(reader) \(verb) what \(writer) \(tense) \(key)", example.cause(old: writer, new: reader)
        )
    }

    private var sharedKeysText: Phrase {
        var text: Phrase =
            "Keys in several clusters. Anyone who gets one can decrypt values of every cluster that has it:\n"
        for key in comparison.sharedKeys {
            text += "  \(key.fingerprint ?? "(weak key)")\n"
            for place in key.places {
                let origin: Phrase = place.isOfAudit ? " (in stored values)" : ""
                text += "    \(name: place.name.text)  \(place.provider) \(name: place.key)\(origin)\n"
            }
        }
        return text
    }

    /// Whether nothing but an identity provider is missing.
    private var isOnlyPlaintextMissing: Bool {
        let lacking = comparison.audits.flatMap(\.needs).flatMap(\.holdings).filter {
            if case .lacks = $0 { true } else { false }
        }
        return !lacking.isEmpty && lacking.allSatisfy { $0 == .lacks(.noPlaintext) }
    }

    private var next: NextCommand {
        for cluster in comparison.clusters {
            // The worst pair.
            let order: [TransitionProof.Answer] = [.no, .depends, .yes]
            for answer in order {
                guard let pair = cluster.pairs.first(where: { $0.answer == answer }) else { continue }
                let paths = [pair.first, pair.second].compactMap {
                    shellArgument(cluster.groups[$0].members[0].file.path)
                }
                guard paths.count == 2 else { break }
                return NextCommand(
                    command: "encconf diff \(paths[0]) \(paths[1])\(readingOptions)",
                    reason: "see the difference, then give all servers of the cluster the same file")
            }
        }
        switch comparison.verdict {
        case .same: return NextCommand(reason: "nothing")
        case .unknown: return NextCommand(reason: "close the gaps above, then compare again")
        case .different where !comparison.sharedKeys.isEmpty:
            return NextCommand(reason: "give each cluster keys of its own with `encconf rotate`")
        case .different where isOnlyPlaintextMissing:
            return NextCommand(reason: "to restore such a source, add `identity: {}` as the last provider")
        case .different: return NextCommand(reason: "find the missing keys, and name their files with --archive")
        }
    }
}

extension FleetReport {
    private func text(of audit: JudgedAudit) -> Phrase {
        let cluster = comparison.clusters.first { $0.name == audit.audit.name.cluster }
        var text: Phrase = "\(name: audit.audit.name.text): values of \(audit.audit.source)"
        if let revision = audit.audit.revision { text += ", revision \(revision)" }
        text += "\n"
        if let cluster {
            for index in cluster.groups.indices {
                text += "  \(Self.name(of: index, in: cluster)): \(Self.answerText(audit, index))\n"
            }
        }
        if audit.groupCount == 0 { text += "  Not compared: no configuration of this cluster was named.\n" }
        for key in Self.keys(of: audit) {
            text += "  \(key.name)\(key.fingerprint.map { "  \($0)" as Phrase } ?? "")\n"
            text += "    \(counted(key.objects, "value")): \(key.resources.joined(separator: ", "))\n"
            for line in key.lines(comparison, cluster) { text += "    \(line)\n" }
        }
        for gap in audit.audit.gaps { text += "  Not complete: \(gap)\n" }
        return text
    }

    private static func answerText(_ audit: JudgedAudit, _ group: Int) -> Phrase {
        let archived = audit.needs.contains { need in
            if case .lacks = need.holdings[group] { !need.archives.isEmpty } else { false }
        }
        return switch audit.answer(group) {
        case .yes: archived ? "has every key, with the archives" : "has every key"
        case .no: "LACKS keys"
        case .unknown: "UNKNOWN whether it has every key"
        }
    }

    /// A key that a source needs, over all resources whose values it has written.
    struct NeededKey {
        let name: Phrase
        let fingerprint: String?
        var needs: [JudgedAudit.KeyNeed]

        var objects: Int { needs.reduce(0) { $0 + $1.need.objects } }
        var resources: [Phrase] { needs.map { "\($0.need.resource.description) \($0.need.objects)" } }

        /// Who has it and who does not, with the reasons.
        func lines(_ comparison: FleetComparison, _ cluster: FleetCluster?) -> [Phrase] {
            var lines: [Phrase] = []
            var isLacking = false
            if let cluster {
                for index in cluster.groups.indices {
                    var seen: [Holding] = []
                    for need in needs where !seen.contains(need.holdings[index]) {
                        let holding = need.holdings[index]
                        seen.append(holding)
                        if case .lacks = holding { isLacking = true }
                        guard let words = holding.words else { continue }
                        lines.append("\(FleetReport.name(of: index, in: cluster)) \(words)")
                    }
                }
            }
            let archives = needs[0].archives.map(\.text.text)
            if isLacking, !archives.isEmpty { lines.append("in the archive \(archives.listed)") }
            let others = needs[0].holders.filter { $0.cluster != cluster?.name }.map(\.text.text)
            if !others.isEmpty { lines.append("in the file of another cluster: \(others.listed)") }
            return lines
        }
    }

    static func keys(of audit: JudgedAudit) -> [NeededKey] {
        struct Label: Hashable {
            let provider: ProviderName?
            let key: ByteName?
            let fingerprint: String?
        }
        var order: [Label] = []
        var keys: [Label: NeededKey] = [:]
        for need in audit.needs {
            let label = Label(
                provider: need.need.provider, key: need.need.key, fingerprint: need.need.fingerprint)
            if keys[label] == nil {
                order.append(label)
                let provider: Phrase = need.need.provider.map { "\($0)" } ?? "unknown"
                let name: Phrase =
                    need.need.provider == .identity
                    ? "plaintext" : need.need.key.map { "\(provider) \(name: $0)" } ?? provider
                keys[label] = NeededKey(name: name, fingerprint: need.need.fingerprint, needs: [])
            }
            keys[label]?.needs.append(need)
        }
        return order.compactMap { keys[$0] }
    }
}

extension Holding {
    /// Why values cannot be opened, or why that is unknown; nil if they can.
    var words: Phrase? {
        switch self {
        case .opens: nil
        case .lacks(.noKey): "does not have it"
        case .lacks(.otherBytes): "has different key bytes under this name"
        case .lacks(.renamed(let name)): "has it as \(name: name); stored values carry the name"
        case .lacks(.otherResource): "has it for other resources only"
        case .lacks(.shadowed): "has it, but another key is tried first and decrypts to wrong data"
        case .lacks(.noPlaintext): "has no identity provider, so plaintext is unreadable"
        case .unknown(.noFingerprint): "has a key of this name; the audit shows no fingerprint to compare"
        case .unknown(.notDecrypted): "has a key of this name; the audit did not decrypt all values"
        case .unknown(.plugin): "has the KMS provider; only its plugin shows whether it decrypts them"
        case .unknown(.unknownProvider): "unknown provider"
        }
    }

    /// For scripts: why.
    var code: String {
        switch self {
        case .opens: "opens"
        case .lacks(.noKey): "noKey"
        case .lacks(.otherBytes): "otherBytes"
        case .lacks(.renamed): "renamed"
        case .lacks(.otherResource): "otherResource"
        case .lacks(.shadowed): "shadowed"
        case .lacks(.noPlaintext): "noPlaintext"
        case .unknown(let doubt): doubt.rawValue
        }
    }
}
