internal import EncryptionConfig
internal import EtcdClient
internal import EtcdSnapshot
public import Explanations
internal import KubernetesResources
internal import KubernetesVersions
internal import ShownText
internal import StorageAudit
internal import Transformers

extension AuditReport {
    /// The report of the kind `AuditReport`.
    public func value() throws(CommandFailure) -> ReportValue {
        try ReportValue.report(kind: "AuditReport", [:]) + members()
    }

    /// The members of the report.
    func members() throws(CommandFailure) -> ReportValue {
        var members: [(name: String, value: ReportValue)] = [
            ("time", .text(UTCTime.rfc3339(time))), ("source", source),
            (
                "configurations",
                .array(configurations.map { ["path": .text($0.path), "hash": .text($0.hash)] })
            ), ("kubernetes", .text(configurations.first?.configuration.kubernetes.description)),
            ("policy", policyValue),
            ("resources", try resources(of: result.live)),
        ]
        if let history = result.history { members.append(("history", try resources(of: history))) }
        members += [
            ("keys", try keyValues), ("uncovered", .array(notCovered.map { $0.value })),
            ("absent", .array(judgement.absent.map { .text($0.description) })),
            ("kms", plugins), ("findings", try findings),
            (
                "findingTotals",
                .object(
                    judgement.totals.sorted { $0.key < $1.key }.map { ($0.key.rawValue, .number($0.value)) })
            ),
        ]
        if let triage { members.append(("triage", try triage.value())) }
        if let remnants = result.remnants { members.append(("remnants", remnants.value)) }
        members += [
            ("controls", .array(controls.map(\.value))), ("coverage", judgement.coverage.value),
            (
                "doubts",
                .array(
                    judgement.doubts.map {
                        ["reason": .word($0.code), "message": .phrase($0.sentence(isAsked: isPluginAsked))]
                    })
            ), ("limits", .array(limits.map { .phrase($0) })),
            ("failOn", .array(FindingCode.words(for: judgement.failOn).map { .text($0) })),
            ("verdict", .word(judgement.verdict)),
            ("message", .phrase(verdictSentence)), ("next", next),
            ("baseline", changes?.value ?? .null),
            ("elapsedSeconds", .fraction(result.elapsedSeconds)),
        ]
        return .object(members)
    }

    private var source: ReportValue {
        let source = result.source
        let digest: ReportValue =
            switch source.snapshot?.digest {
            case nil, .absent: .null
            case .matches: .bool(true)
            case .differs: .bool(false)
            }
        let common: ReportValue = [
            "path": .text(path), "sha256Verified": digest, "revision": .number(source.revision),
            "compactRevision": .number(source.snapshot?.compactRevision), "bytes": .number(source.byteCount),
            "keys": .number(source.liveKeys), "otherKeys": .number(result.live.otherKeys),
            "encryptedOtherKeys": .number(result.live.encryptedOtherKeys),
            "clusterUID": .text(result.live.clusterUID),
        ]
        switch source.origin {
        case .snapshot(let snapshot):
            return common + [
                "transport": "file", "format": snapshot.format == .etcd ? "etcd" : "kine",
                "log": snapshot.log.map {
                    [
                        "appliedEntries": .number($0.appliedEntries), "complete": .bool($0.gaps.isEmpty),
                        "gaps": .array($0.gaps.map { .phrase($0.explanation) }),
                    ]
                } ?? .null, "records": .number(snapshot.records), "problems": .number(snapshot.problemCount),
            ]
        case .etcd(let etcd):
            return common + [
                "clusterID": .text(etcd.clusterIDText), "onlyPrefix": .text(etcd.onlyPrefix),
                "serializable": .bool(etcd.isSerializable), "transport": .word(etcd.transport),
            ]
        }
    }

    private func resources(of census: Census) throws(CommandFailure) -> ReportValue {
        var rows: [ReportValue] = []
        for (resource, census) in self.rows(of: census) {
            var keys: [ReportValue] = []
            for (label, numbers) in census.labels {
                keys.append([
                    "provider": .word(label.provider?.rawValue ?? "unknown"), "key": .name(label.key),
                    "fingerprint": .text(try fingerprint(label, of: resource)), "objects": .number(numbers.objects),
                    "stale": .number(numbers.stale), "decrypted": .number(numbers.opened),
                    "bytes": .number(numbers.bytes),
                    "writes": .number(numbers.writes), "firstRevision": .number(numbers.revisions?.lowerBound),
                    "lastRevision": .number(numbers.revisions?.upperBound),
                ])
            }
            rows.append([
                "resource": .text(resource.description), "objects": .number(census.objects),
                "plaintext": .number(census.plaintext), "stale": .number(census.stale),
                "unreadable": .number(census.unreadable),
                "archived": .number(census.archived), "notObjects": .number(census.notObjects),
                "needsPlugin": .number(census.needsPlugin), "unchecked": .number(census.unchecked),
                "bytes": .number(census.bytes), "states": census.states(isCensusOnly: options.isCensusOnly).value,
                "byKey": .array(keys),
            ])
        }
        return .array(rows)
    }

    private var plugins: ReportValue {
        [
            "decryptCalls": .number(result.live.pluginCalls.count),
            "values": .array(
                pluginUses.map { use, count in
                    ["provider": .name(use.provider), "keyID": .name(use.keyID), "objects": .number(count)]
                }),
        ]
    }

    private var findings: ReportValue {
        get throws(CommandFailure) {
            var values: [ReportValue] = []
            for (_, findings) in result.listedFindings.sorted(by: { $0.key < $1.key }) {
                for finding in findings {
                    values.append([
                        "code": .word(finding.code), "severity": .word(finding.code.severity),
                        "etcdKey": .phrase(finding.place), "revision": .number(finding.revision),
                        "message": .phrase(try finding.message(configurations)),
                    ])
                }
            }
            // Findings that are no single value.
            for code in FindingCode.ofNoValue {
                guard let count = judgement.totals[code], count > 0 else { continue }
                values.append([
                    "code": .word(code), "severity": .word(code.severity), "etcdKey": .null, "revision": .null,
                    "message": .phrase(code.heading(count: count, file: configurations[0].path)),
                    "details": .array(details(of: code).map { .phrase($0) }),
                ])
            }
            return .array(values)
        }
    }

    private var next: ReportValue {
        guard let next = nextStep else { return .null }
        return ["command": .phrase(next.command), "needs": [], "reason": .phrase(next.reason)]
    }
}

extension ValueStates {
    fileprivate var value: ReportValue {
        .object(named.map { ($0.name.rawValue, .number($0.count)) })
    }
}

extension AuditJudgement.UncoveredResource {
    fileprivate var value: ReportValue {
        [
            "resource": .text(resource.description), "objects": .number(objects), "plaintext": .number(plaintext),
        ]
    }
}

extension AuditCoverage {
    fileprivate var value: ReportValue {
        [
            "records": [
                "judged": .number(records.judged), "unknown": .number(records.unknown),
                "outOfScope": .number(records.outOfScope), "withFindings": .number(records.withFindings),
                "unknownReasons": .object(
                    Booking.UnknownReason.allCases.compactMap { reason in
                        records.count(of: reason) > 0 ? (reason.rawValue, .number(records.count(of: reason))) : nil
                    }),
                "outOfScopeReasons": .object(
                    Booking.ScopeReason.allCases.compactMap { reason in
                        records.count(of: reason) > 0 ? (reason.rawValue, .number(records.count(of: reason))) : nil
                    }),
            ],
            "bytes": [
                "judged": .number(bytes.judged), "unknown": .number(bytes.unknown),
                "outOfScope": .number(bytes.outOfScope),
            ],
        ]
    }
}

extension RemnantCount {
    fileprivate var value: ReportValue {
        [
            "freePages": .number(pages), "plaintext": .number(plaintext),
            "unexplainedBytes": .number(unexplainedBytes),
            "encrypted": .array(
                encrypted.sorted { $0.key < $1.key }.map { label, count in
                    [
                        "provider": .word(label.provider?.rawValue ?? "unknown"), "key": .name(label.key),
                        "values": .number(count),
                    ]
                }),
        ]
    }
}
