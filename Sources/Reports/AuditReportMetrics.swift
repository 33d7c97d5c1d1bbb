internal import AuditControls
internal import ConfigurationLint
internal import EncryptionConfig
internal import Explanations
internal import GoText
internal import KubernetesResources
public import ShownText
internal import StorageAudit
internal import Transformers

extension AuditReport {
    /// The numbers in the text format of OpenMetrics, in which all samples of a family stand together.
    ///
    /// - Parameter missing: The sources that could not be audited: their verdict is unknown, and they have no numbers.
    public static func openMetrics(_ reports: [AuditReport], missing: [String] = []) -> Phrase {
        var text: Phrase = ""
        func family(_ name: String, _ help: String, _ samples: (AuditReport) -> [(labels: Phrase, value: Int)]) {
            text += "# TYPE encconf_\(word: name) gauge\n# HELP encconf_\(word: name) \(word: help)\n"
            for report in reports {
                for sample in samples(report) {
                    text += "encconf_\(word: name){\(label("snapshot", report.path))\(sample.labels)} \(sample.value)\n"
                }
            }
        }
        for verdict in [AuditJudgement.Verdict.clean, .findings, .unknown] {
            if verdict == .clean { text += "# TYPE encconf_verdict gauge\n# HELP encconf_verdict 1 for the verdict.\n" }
            let verdicts = reports.map { ($0.path, $0.judgement.verdict) } + missing.map { ($0, .unknown) }
            for (path, given) in verdicts {
                text += "encconf_verdict{\(label("snapshot", path)),\(label("verdict", verdict.rawValue))} "
                text += "\(given == verdict ? 1 : 0)\n"
            }
        }
        family("audit_time_seconds", "When the audit ended, in seconds since 1970.") { report in
            [("" as Phrase, Int(report.time))]
        }
        family("write_key_time_seconds", "When the write key was made, by the date in its name.") { $0.writeKeyTimes }
        family("findings", "Findings by code.") { report in
            report.judgement.totals.sorted { $0.key < $1.key }.map { code, count in
                (
                    ",\(label("code", code.rawValue)),\(label("counted", "\(report.judgement.failOn.contains(code))"))",
                    count
                )
            }
        }
        family("doubts", "Reasons for which the verdict is unknown.") { report in
            report.judgement.doubts.map { (",\(label("reason", $0.code))", 1) }
        }
        family("records", "Records by result.") { report in
            let records = report.judgement.coverage.records
            return [
                (",\(label("coverage", "judged"))", records.judged),
                (",\(label("coverage", "unknown"))", records.unknown),
                (",\(label("coverage", "outOfScope"))", records.outOfScope),
            ]
        }
        family("uncovered_plaintext_objects", "Plaintext objects of resources that no entry encrypts.") { report in
            report.notCovered.map { (",\(label("resource", $0.resource.description))", $0.plaintext) }
        }
        family("controls", "1 for the verdict on each control.") { report in
            report.controls.map { judgement in
                (
                    ",\(label("framework", judgement.control.framework.rawValue)),"
                        + "\(label("id", judgement.control.number(for: judgement.kubernetes))),"
                        + "\(label("verdict", judgement.verdict.rawValue))", 1
                )
            }
        }
        family("limits", "Limits of the source, such as a transport without TLS.") { report in
            report.limits.map { (",\(label("limit", $0))", 1) }
        }
        for (name, help, value) in gauges {
            family(name, help) { report in
                report.rows(of: report.result.live).map { resource, census in
                    (",\(label("resource", resource.description))", value(census))
                }
            }
        }
        family("objects_by_key", "Live objects by the key in their value.") { report in
            report.rows(of: report.result.live).flatMap { resource, census in
                census.labels.map { stored, numbers in
                    (
                        ",\(label("resource", resource.description)),"
                            + "\(label("provider", stored.provider?.rawValue ?? "unknown")),"
                            + "\(label("key", Phrase(name: stored.key ?? "")))", numbers.objects
                    )
                }
            }
        }
        return text + "# EOF\n"
    }

    /// A sample for each resource of the configuration whose write key has a date in its name.
    private var writeKeyTimes: [(labels: Phrase, value: Int)] {
        resolution.rules.compactMap { rule -> (labels: Phrase, value: Int)? in
            guard let provider = rule.providers.first, let key = provider.keys.first,
                let date = KeyNameDate(in: key.name)
            else { return nil }
            return (
                ",\(Self.label("resource", rule.pattern.description)),"
                    + "\(Self.label("provider", provider.name.rawValue)),\(Self.label("key", Phrase(name: key.name.text)))",
                Int(date.seconds)
            )
        }
    }

    private static let gauges: [(name: String, help: String, value: @Sendable (ResourceCensus) -> Int)] = [
        ("objects", "Live objects.", { $0.objects }),
        ("plaintext_objects", "Objects stored as plaintext.", { $0.plaintext }),
        ("stale_objects", "Objects whose value does not use the write key.", { $0.stale }),
        ("unreadable_objects", "Unreadable objects.", { $0.unreadable }),
        ("not_objects", "Values that decrypt to another object, or to no object.", { $0.notObjects }),
        ("unproven_objects", "Objects that were not checked.", { $0.unchecked }),
        ("stored_bytes", "Bytes of stored values.", { $0.bytes }),
    ]

    private static func label(_ name: String, _ value: String) -> Phrase { label(name, Phrase(foreign: value)) }

    /// `name="value"`
    private static func label(_ name: String, _ value: Phrase) -> Phrase {
        "\(word: name)=\"\(value.replacing(["\"": "\\\"", "\\": "\\\\", "\n": "\\n"]))\""
    }
}
