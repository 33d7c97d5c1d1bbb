internal import EncryptionConfig
internal import Explanations
internal import FleetComparison
internal import GoText
internal import KeyRotation
internal import KeyTransition
internal import KubernetesResources
internal import ShownText

extension FleetReport {
    /// The report of the kind `FleetReport`.
    public var value: ReportValue {
        .report(
            kind: "FleetReport",
            [
                "verdict": .word(comparison.verdict), "message": .phrase(verdict),
                "clusters": .array(comparison.clusters.map { value(of: $0) }),
                "sharedKeys": .array(
                    comparison.sharedKeys.map { key in
                        [
                            "fingerprint": .text(key.fingerprint),
                            "places": .array(
                                key.places.map {
                                    [
                                        "name": .name($0.name.text), "cluster": .name($0.name.cluster),
                                        "provider": .word($0.provider), "key": .name($0.key),
                                        "source": $0.isOfAudit ? "values" : "file",
                                    ]
                                }),
                        ]
                    }), "archives": .array(comparison.archives.map { Self.value(of: $0) }),
                "audits": .array(comparison.audits.map { value(of: $0) }),
            ])
    }

    private static func value(of file: FleetFile) -> ReportValue {
        ["name": .name(file.name.text), "path": .text(file.file.path), "hash": .text(file.file.hash)]
    }

    private func value(of cluster: FleetCluster) -> ReportValue {
        [
            "cluster": .name(cluster.name), "uniform": .bool(cluster.isUniform),
            "readable": cluster.isUniform ? "yes" : .word(cluster.answer),
            "clusterUIDs": .array(cluster.clusterUIDs.map { .text($0) }),
            "groups": .array(cluster.groups.map { value(of: $0) }),
            "everyPairCompared": .bool(cluster.isEveryPairCompared),
            "pairs": .array(cluster.pairs.map { value(of: $0, cluster) }),
        ]
    }

    private func value(of group: FleetGroup) -> ReportValue {
        [
            "members": .array(group.members.map { Self.value(of: $0) }), "identical": .bool(group.isIdentical),
            "effective": EffectiveTable(group.configuration).value, "keys": .array(keys(of: group)),
            "steps": .array(
                KeySet.all(in: group.configuration).map { set in
                    [
                        "path": .text(set.path), "resources": .array(set.resources.map { .text($0.text) }),
                        "step": .word(set.state.name),
                    ]
                }),
        ]
    }

    /// Each key of a group once, with the resources for which it writes, and for which it is only read.
    private func keys(of group: FleetGroup) -> [ReportValue] {
        var order: [StorageKeyForm] = []
        var keys: [StorageKeyForm: (key: StorageKey, writes: [ResourcePattern], reads: [ResourcePattern])] = [:]
        for rule in ResourceResolution(group.configuration).rules {
            for (index, key) in StorageKey.list(of: rule.providers).enumerated() {
                guard case .key = key else { continue }
                let form = StorageKeyForm(key)
                if keys[form] == nil { order.append(form) }
                var found = keys[form] ?? (key, [], [])
                if index == 0 {
                    found.writes.append(rule.pattern)
                } else if !found.writes.contains(rule.pattern), !found.reads.contains(rule.pattern) {
                    found.reads.append(rule.pattern)
                }
                keys[form] = found
            }
        }
        return order.compactMap { form in
            guard let (storage, writes, reads) = keys[form], case .key(let key, let provider) = storage else {
                return nil
            }
            return [
                "provider": .word(provider), "key": .name(key.name), "fingerprint": .text(fingerprints.of(key)),
                "writes": .array(writes.map { .text($0.description) }),
                "reads": .array(reads.map { .text($0.description) }),
            ]
        }
    }

    private func value(of pair: FleetPair, _ cluster: FleetCluster) -> ReportValue {
        func name(_ group: Int) -> ReportValue { .name(cluster.groups[group].members[0].name.text) }
        return [
            "first": name(pair.first), "second": name(pair.second), "readable": .word(pair.answer),
            "unread": .array(
                pair.unread.map { unread in
                    let example = unread.counterexample
                    let sentence = sentence(unread, cluster)
                    return [
                        "writer": name(unread.writer), "reader": name(unread.reader),
                        "provider": .word(example.writer.key.provider), "key": .name(example.writer.key.name),
                        "resources": .array(unread.resources.map { .text($0.description) }),
                        "effect": .word(example.effect), "certainty": .word(example.certainty),
                        "reason": .word(example.reason.code),
                        "message": .phrase("\(sentence.effect): \(sentence.cause)"),
                    ]
                }), "changes": .array(pair.changes.map(\.value)),
        ]
    }

    private func value(of audit: JudgedAudit) -> ReportValue {
        let cluster = comparison.clusters.first { $0.name == audit.audit.name.cluster }
        let names = (cluster?.groups ?? []).map { $0.members[0].name.text }
        let needs = audit.needs.map { need -> ReportValue in
            [
                "resource": .text(need.need.resource.description),
                "provider": .word(need.need.provider?.rawValue ?? "unknown"), "key": .name(need.need.key),
                "fingerprint": .text(need.need.fingerprint), "objects": .number(need.need.objects),
                "groups": .array(
                    zip(names, need.holdings).map { name, holding in
                        [
                            "group": .name(name), "answer": .word(need.answer(names.firstIndex(of: name) ?? 0)),
                            "reason": .word(holding.code),
                        ]
                    }), "archives": .array(need.archives.map { .name($0.text) }),
                "holders": .array(need.holders.map { .name($0.text) }),
            ]
        }
        let answers = names.enumerated().map { index, name -> ReportValue in
            ["group": .name(name), "answer": .word(audit.answer(index))]
        }
        return [
            "name": .name(audit.audit.name.text), "path": .text(audit.audit.path),
            "cluster": .name(audit.audit.name.cluster), "source": .text(audit.audit.source),
            "clusterUID": .text(audit.audit.clusterUID), "revision": .number(audit.audit.revision),
            "gaps": .array(audit.audit.gaps.map { .text($0) }), "groups": .array(answers), "needs": .array(needs),
        ]
    }
}
