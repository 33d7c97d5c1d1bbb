internal import EncryptionConfig
internal import Explanations
internal import GoText
internal import KubernetesResources
internal import SecretMemory
internal import StorageAudit
internal import Transformers

extension AuditReport {
    /// The numbers in the text format of OpenMetrics, in which all samples of a family stand together.
    public static func openMetrics(_ reports: [AuditReport]) -> String {
        var text = ""
        for (name, help, value) in gauges {
            text += header(name, help)
            for report in reports {
                for (resource, census) in report.rows {
                    text += "encconf_\(name){\(report.labels(resource))} \(value(census))\n"
                }
            }
        }
        text += header("objects_by_key", "Live objects by the key in their value.")
        for report in reports {
            for (resource, census) in report.rows {
                for (label, numbers) in census.byLabel.sorted(by: { $0.key < $1.key }) {
                    text +=
                        "encconf_objects_by_key{\(report.labels(resource)),"
                        + "provider=\"\(label.provider?.rawValue ?? "unknown")\",key=\"\(escaped(label.key?.text ?? ""))\"} "
                        + "\(numbers.objects)\n"
                }
            }
        }
        return text + "# EOF\n"
    }

    private static func header(_ name: String, _ help: String) -> String {
        "# TYPE encconf_\(name) gauge\n# HELP encconf_\(name) \(help)\n"
    }

    private func labels(_ resource: GroupResource) -> String {
        "snapshot=\"\(Self.escaped(path))\",resource=\"\(Self.escaped(resource.description))\""
    }

    private static let gauges: [(name: String, help: String, value: @Sendable (ResourceCensus) -> Int)] = [
        ("objects", "Live objects.", { $0.objects }),
        ("plaintext_objects", "Objects stored in plaintext.", { $0.plaintext }),
        ("stale_objects", "Objects that are not stored as new ones are.", { $0.stale }),
        ("unreadable_objects", "Objects that kube-apiserver cannot read.", { $0.unreadable }),
        ("not_objects", "Values that open to something else than their object.", { $0.notObjects }),
        ("unproven_objects", "Objects that only a KMS plugin can open.", { $0.needsPlugin }),
        ("stored_bytes", "Bytes of stored values.", { $0.bytes }),
    ]

    private static func escaped(_ text: String) -> String {
        text.printable.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] }.map(String.init).joined()
    }
}
