internal import EncryptionConfig
internal import KubernetesResources
internal import StorageAudit
internal import Transformers

extension AuditReport {
    /// The numbers in the text format of OpenMetrics, without the `# EOF` at its end.
    func openMetrics() throws(CommandFailure) -> String {
        var text = ""
        let snapshot = "snapshot=\"\(Self.escaped(path))\""
        for (name, help, value) in Self.gauges {
            text += "# TYPE encconf_\(name) gauge\n# HELP encconf_\(name) \(help)\n"
            for (resource, census) in rows {
                text +=
                    "encconf_\(name){\(snapshot),resource=\"\(Self.escaped(resource.description))\"} \(value(census))\n"
            }
        }
        text +=
            "# TYPE encconf_objects_by_key gauge\n# HELP encconf_objects_by_key Live objects by the key in their value.\n"
        for (resource, census) in rows {
            for (label, numbers) in census.byLabel.sorted(by: { $0.key.text < $1.key.text }) {
                text +=
                    "encconf_objects_by_key{\(snapshot),resource=\"\(Self.escaped(resource.description))\","
                    + "provider=\"\(label.provider?.rawValue ?? "unknown")\",key=\"\(Self.escaped(label.key ?? ""))\"} "
                    + "\(numbers.objects)\n"
            }
        }
        return text
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
