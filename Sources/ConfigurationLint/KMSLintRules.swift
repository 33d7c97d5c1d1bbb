internal import Diagnostics
internal import EncryptionConfig
internal import GoText
internal import KubernetesVersions

/// KMS plugins: versions, timeouts and sockets.
extension LintRule {
    static let kms: [LintRule] = [
        LintRule(
            "ENC0233", .warning, "KMS v1 is deprecated",
            meaning: "KMS v1 calls the plugin for every new value, does not store the key ID, and is deprecated "
                + "from Kubernetes 1.28 on. From 1.29 on, kube-apiserver starts with it only if the feature gate "
                + "KMSv1 is on.",
            check: "`kubectl version`, and the documentation of the plugin about KMS v2.",
            remedy: "Add a v2 provider with another name, promote it, re-encrypt every object, then remove v1: "
                + "`encconf rotate` with --to kms. Before 1.28 it is a note."
        ) { subject in
            subject.plugins.filter { $0.plugin.version == .v1 }.map { item in
                item.finding(
                    "apiVersion", at: item.configuration.apiVersion?.position,
                    "KMS v1 is deprecated from Kubernetes 1.28 on, and off by default from 1.29 on",
                    hint: "rotate to a provider with `apiVersion: v2` and another name",
                    severity: FeatureGate.kmsv1.standing(in: subject.kubernetes) == .absent(isOn: true) ? .note : nil)
            }
        },
        LintRule(
            "ENC0234", .warning, "a KMS timeout is too short or too long",
            meaning: "The timeout applies to one call of the plugin; the default is 3s. The plugin itself calls a "
                + "key service over the network, so with less than 1s reads and writes fail when that service is "
                + "slow. More than 30s is over half of the 60s that kube-apiserver allows for a request. A reload "
                + "waits for twice the sum of all timeouts, and the old keys stay in use until then.",
            check: "`apiserver_envelope_encryption_kms_operations_latency_seconds` shows how long calls take.",
            remedy: "Omit the timeout for 3s, or set it between 1s and 30s, depending on the plugin."
        ) { subject in
            subject.plugins.filter { !sensibleTimeouts.contains($0.plugin.timeout) }.map { item in
                let isShort = item.plugin.timeout < sensibleTimeouts.lowerBound
                return item.finding(
                    "timeout", at: item.configuration.timeout?.position,
                    isShort
                        ? "a call of the plugin may take only \(GoDuration.text(item.plugin.timeout)); reads and "
                            + "writes fail if its key service is slow"
                        : "a call of the plugin may take \(GoDuration.text(item.plugin.timeout)), more than half of "
                            + "a request timeout",
                    hint: Hint(.remove(path: "\(item.provider.path).kms.timeout"), after: ": the default is 3s"))
            }
        },
        LintRule(
            "ENC0235", .warning, "a KMS endpoint is not an absolute path",
            meaning: "kube-apiserver dials the path of the URL. In `unix://run/kms.sock` the word `run` is a host, "
                + "which is ignored, and `unix:kms.sock` has no path. kube-apiserver detects neither before the "
                + "first call.",
            check: "Count the slashes: an absolute path has three.",
            remedy: "Write `unix:///run/kms.sock`, or `unix:///@name` for an abstract socket."
        ) { subject in
            subject.plugins.compactMap { item in
                let endpoint = KMSEndpoint(item.plugin.endpoint)
                guard endpoint.socket.isEmpty || endpoint.socket == "/" || !endpoint.host.isEmpty else { return nil }
                return item.finding(
                    "endpoint", at: item.configuration.endpoint?.position,
                    "\(subject.shown(item.plugin.endpoint)) is not an absolute path; kube-apiserver would dial "
                        + (endpoint.socket.isEmpty ? "nothing" : subject.shown(endpoint.socket)),
                    hint: Hint(
                        .write("unix:///absolute/path/of/the/socket", path: "\(item.provider.path).kms.endpoint")))
            }
        },
        LintRule(
            "ENC0236", .warning, "a KMS socket is missing",
            meaning: "The path of the endpoint does not exist on this node. kube-apiserver starts, but cannot read "
                + "and write the resources until the plugin runs.",
            check: "Whether the plugin runs on this node, and whether the container of kube-apiserver mounts the "
                + "folder of the socket under the same path.",
            remedy: "Start the plugin before kube-apiserver, or correct the path."
        ) { subject in
            guard let socketExists = subject.linter.socketExists else { return [] }
            return subject.plugins.compactMap { item in
                let endpoint = KMSEndpoint(item.plugin.endpoint)
                guard endpoint.socket.count > 1, !endpoint.isAbstract, !socketExists(endpoint.socket) else {
                    return nil
                }
                return item.finding(
                    "endpoint", at: item.configuration.endpoint?.position,
                    "no socket at \(subject.shown(endpoint.socket)) on this node",
                    hint: "start the plugin before kube-apiserver")
            }
        },
        LintRule(
            "ENC0237", .warning, "KMS v2 is too new for this Kubernetes",
            meaning:
                "KMS v2 is alpha and off by default in Kubernetes 1.26, beta and on in 1.27 and 1.28, and stable "
                + "from 1.29 on. 1.26 uses another version of the plugin API (v2alpha1) than later versions. "
                + "Kubernetes does not guarantee that values of an alpha version stay readable.",
            check: "`kubectl version`.",
            remedy: "Upgrade to 1.29 before you write with KMS v2. For the beta it is a note."
        ) { subject in
            guard case .settable(_, let maturity) = FeatureGate.kmsv2.standing(in: subject.kubernetes) else {
                return []
            }
            return subject.plugins.filter { $0.plugin.version == .v2 }.map { item in
                item.finding(
                    "apiVersion", at: item.configuration.apiVersion?.position,
                    "KMS v2 is \(maturity) in Kubernetes \(subject.kubernetes)",
                    hint:
                        "upgrade to 1.29 or later, where it is stable",
                    severity: maturity == .alpha ? nil : .note)
            }
        },
    ]

    /// In nanoseconds. (k8s.io/apiserver, pkg/apis/apiserver/v1/defaults.go: 3s; pkg/server/config.go,
    /// `RequestTimeout`: 60s.)
    private static let sensibleTimeouts: ClosedRange<Int64> = 1_000_000_000...30_000_000_000
}

/// A KMS provider and its part of the file.
private struct PluginItem {
    let provider: Provider
    let plugin: KMSPlugin
    let configuration: KMSConfiguration

    func finding(
        _ field: String, at position: SourcePosition?, _ message: String, hint: Hint,
        severity: Diagnostic.Severity? = nil
    ) -> LintFinding {
        LintFinding(
            path: "\(provider.path).kms.\(field)", position: position ?? configuration.position, message: message,
            hint: hint, severity: severity)
    }
}

extension LintSubject {
    fileprivate var plugins: [PluginItem] {
        entries.flatMap(\.providers).compactMap { item in
            guard case .kms(let plugin) = item.provider.kind, let configuration = item.kms else { return nil }
            return PluginItem(provider: item.provider, plugin: plugin, configuration: configuration)
        }
    }
}
