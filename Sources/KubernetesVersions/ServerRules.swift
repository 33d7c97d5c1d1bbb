/// How a running kube-apiserver of a version reloads a changed file, and what it reports.
///
/// (k8s.io/apiserver, pkg/server/options/encryptionconfig/controller and /metrics. 1.28.0 to 1.28.2 do not register
/// their metrics.)
extension KubernetesVersion {
    /// How automatic reload finds out that the file has changed.
    public enum ReloadTrigger: Equatable, Sendable {
        /// By an event of the file system (fsnotify), at once.
        case fileEvents
        /// By looking every 60 seconds.
        case polling
    }

    /// Polling from 1.29 on.
    public var reloadTrigger: ReloadTrigger { isAtLeast(29) ? .polling : .fileEvents }

    /// How a version writes the hash of the file it has read.
    public enum HashForm: Equatable, Sendable {
        /// Lower-case hexadecimal digits alone.
        case hexadecimal
        /// `k8s:enc:unstable:1:` and the digits.
        case unstable
        /// `sha256:` and the digits.
        case sha256
    }

    /// The form of the hash, which changed with 1.30 and 1.34.
    public var hashForm: HashForm { isAtLeast(34) ? .sha256 : isAtLeast(30) ? .unstable : .hexadecimal }

    /// Whether the metric `last_config_info` shows which file a server runs, from 1.34 on. Before, no metric does.
    public var tellsConfigurationHash: Bool { isAtLeast(34) }

    /// Whether metrics tell of reloads, from 1.28 on: `automatic_reload_last_timestamp_seconds`, and counters. These are
    /// `automatic_reload_success_total` and `automatic_reload_failures_total`, and from 1.30 on `automatic_reloads_total`
    /// with the label `status` beside or in place of them.
    public var tellsReloads: Bool { isAtLeast(28) }
}
