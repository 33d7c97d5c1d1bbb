/// A program that writes the configuration of a server, so that an edit of the file is lost, or stops the server.
public enum ConfigurationManager: Equatable, Sendable {
    /// k3s and RKE2 keep it in the datastore, and do not start with an edited one.
    case distribution(Distribution)
    /// Talos makes it from the machine configuration.
    case talos

    /// The folder from which Talos mounts the files of kube-apiserver (siderolabs/talos,
    /// pkg/machinery/constants, `KubernetesAPIServerSecretsDir`).
    private static let talosFolder = "/system/secrets/kubernetes/kube-apiserver/"
    /// kops writes it at each start of nodeup, below `/srv/kubernetes` or `/opt/kops/srv/kubernetes` (kubernetes/kops,
    /// nodeup/pkg/model/kube_apiserver.go, `pathSrvKAPI`).
    private static let kopsFolder = "/srv/kubernetes/"
    private static let kopsName = "/encryptionconfig.yaml"
    /// Kubespray writes it at each run (kubernetes-sigs/kubespray, roles/kubernetes/control-plane/tasks,
    /// encrypt-at-rest.yml).
    private static let kubesprayEnding = "/ssl/secrets_encryption.yaml"
    /// The operator of OpenShift writes a Secret there for each revision (openshift/library-go,
    /// pkg/operator/encryption).
    private static let openShiftFolder = "/etc/kubernetes/static-pod-resources/"

    /// Nil if no such program is known: an administrator keeps the file.
    ///
    /// - Parameter path: On the node.
    public init?(of path: String) {
        if let file = DistributionFile(at: path) {
            self = .distribution(file.owner)
        } else if path.utf8.starts(with: Self.talosFolder.utf8) {
            self = .talos
        } else if path.utf8.starts(with: Self.openShiftFolder.utf8) {
            self = .distribution(.openshift)
        } else if path.hasSuffix(Self.kubesprayEnding) {
            self = .distribution(.kubespray)
        } else if path.hasSuffix(Self.kopsName),
            ["", "/opt/kops"].contains(where: { path.utf8.starts(with: "\($0)\(Self.kopsFolder)".utf8) })
        {
            self = .distribution(.kops)
        } else {
            return nil
        }
    }
}
