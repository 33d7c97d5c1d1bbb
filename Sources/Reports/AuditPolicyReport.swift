internal import AuditControls
internal import EncryptionConfig
internal import Explanations
internal import GoText
internal import KubernetesVersions
internal import ShownText
internal import StorageAudit
internal import Transformers

extension FindingCode {
    /// Those that are no single value: of keys, of resources, of free pages and of the file.
    static let ofNoValue: [FindingCode] = [
        .freePlaintext, .digest, .writes, .policyProvider, .policyAge, .policyWrites, .policyPlaintext,
    ]
}

extension AuditReport {
    /// One line for each key or resource behind a finding that is no single value.
    func details(of code: FindingCode) -> [Phrase] {
        switch code {
        case .writes: overdueKeyWords
        case .policyProvider:
            (breaches?.forbidden ?? []).map { key in
                "\(key.label.writer): \(counted(key.values, "value"))"
                    + (key.isWriteKey ? ", and it is a write key" : "")
            }
        case .policyAge:
            (breaches?.old ?? []).map { key in
                "\(key.label.writer): \(key.age / 86_400)d old by its name; the policy allows \(key.limit / 86_400)d"
            }
        case .policyWrites:
            (breaches?.overused ?? []).map { key, writes in
                "aesgcm \(name: key): its objects were written \(writes) times. \(limitWords ?? "")"
            }
        case .policyPlaintext:
            (breaches?.plain ?? []).map { resource in
                var words: [Phrase] = []
                if !resource.isConfigured { words.append("no entry encrypts it") }
                if resource.plaintext > 0 { words.append(counted(resource.plaintext, "plaintext value")) }
                return "\(resource.pattern.description): \(words.joined(separator: ", "))"
            }
        default: []
        }
    }

    /// The limits of AES-GCM writes: the figure in use, and where the others come from.
    var limitWords: Phrase? {
        policy.map { policy in
            "Limit of the policy: \(policy.gcmWriteLimit). Kubernetes recommends \(AuditPolicy.kubernetesWriteLimit); "
                + "NIST SP 800-38D allows \(AuditPolicy.nistWriteLimit) (2^32)."
        }
    }

    /// `cis (preset)`, or the path of the policy.
    var policyName: Phrase? {
        switch policy?.origin {
        case nil: nil
        case .preset(let preset): "\(preset) (preset)"
        case .file(let path, _, let preset): "\(fileName(path))" + (preset.map { " (from preset \($0))" } ?? "")
        }
    }

    /// `3 met, 1 not met, 10 not shown`
    var controlSum: Phrase {
        ControlJudgement.Verdict.allCases.map { verdict in
            "\(controls.count { $0.verdict == verdict }) \(verdict.text)"
        }.joined(separator: ", ")
    }

    /// The policy in force, for programs.
    var policyValue: ReportValue {
        guard let policy else { return .null }
        let file: (path: ReportValue, hash: ReportValue) =
            if case .file(let path, let hash, _) = policy.origin { (.text(path), .text(hash)) } else { (.null, .null) }
        return [
            "preset": .word(policy.preset), "path": file.path, "hash": file.hash,
            "cryptoperiodDays": .object(
                policy.cryptoperiods.sorted { $0.key.rawValue < $1.key.rawValue }
                    .map { ($0.key.rawValue, .number($0.value / 86_400)) }),
            "allowedProviders": policy.allowedProviders.map { providers in
                .array(providers.map(\.rawValue).sorted().map { .word($0) })
            } ?? .null, "mustEncrypt": .array(policy.mustEncrypt.map { .text($0.description) }),
            "gcmWriteLimit": [
                "used": .number(policy.gcmWriteLimit), "kubernetes": .number(AuditPolicy.kubernetesWriteLimit),
                "nist": .number(AuditPolicy.nistWriteLimit),
            ], "elsewhere": .array((policy.preset?.elsewhere ?? []).map { .text($0) }),
        ]
    }

    /// Every key, with its age and the revisions that it wrote.
    var keyValues: ReportValue {
        get throws(CommandFailure) {
            .array(
                try allKeys().map { row in
                    [
                        "provider": .word(row.label.provider?.rawValue ?? "unknown"), "key": .name(row.label.key),
                        "fingerprint": .text(row.fingerprint), "writeKey": .bool(row.isWriteKey),
                        "objects": .number(row.objects), "stale": .number(row.stale),
                        "oldRevisions": .number(row.oldRevisions), "bytes": .number(row.bytes),
                        "writes": .number(row.writes), "firstRevision": .number(row.revisions?.lowerBound),
                        "lastRevision": .number(row.revisions?.upperBound),
                        "created": .text(row.created.map { UTCTime.rfc3339($0) }),
                        "ageDays": .number(row.created.flatMap { $0 <= time ? (time - $0) / 86_400 : nil }),
                    ]
                })
        }
    }
}

extension ControlJudgement {
    /// The judgement for programs.
    var value: ReportValue {
        [
            "framework": .word(control.framework), "version": .word(control.edition(for: kubernetes)),
            "id": .word(control.number(for: kubernetes)), "alias": control.alias.map { .word($0) } ?? .null,
            "summary": .word(control.summary), "verdict": .word(verdict),
            "by": .array(codes.map { .word($0) }), "evidence": .phrase(evidence), "reading": .word(control.reading),
        ]
    }
}
