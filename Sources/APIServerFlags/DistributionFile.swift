internal import DurableFiles

/// A configuration that a distribution keeps itself.
///
/// k3s and RKE2 keep their file in the datastore too, and compare both at each start: with a newer file on disk they do
/// not start (k3s-io/k3s, pkg/cluster/bootstrap.go, `ReconcileBootstrapData`), and an older one they overwrite.
public struct DistributionFile: Error, Sendable {
    public let path: String
    /// The program that keeps the file: `k3s` or `rke2`.
    public let owner: Distribution

    /// The end of the path under any `--data-dir` (k3s-io/k3s, pkg/daemons/control/deps/deps.go).
    private static let ending = "/server/cred/encryption-config.json"

    /// Nil for a file that no distribution manages.
    public init?(at path: String) {
        let real = SafeWrite.resolved(path)
        guard real.hasSuffix(Self.ending) else { return nil }
        self.path = path
        owner = real.split(separator: "/").contains("rke2") ? .rke2 : .k3s
    }

    /// Refuses to write such a file.
    public static func refuse(_ path: String) throws(DistributionFile) {
        if let file = DistributionFile(at: path) { throw file }
    }
}
