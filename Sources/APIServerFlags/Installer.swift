/// A program that writes the flags of kube-apiserver, as its settings say.
public enum Installer: Equatable, Sendable {
    /// k3s or RKE2, which read the same settings (docs.k3s.io/cli/server, docs.rke2.io/reference/server_config).
    case k3sOrRKE2
    /// RKE, which starts containers of Docker (rke.docs.rancher.com/example-yamls).
    case rke
    /// Talos (docs.siderolabs.com/talos, MachineConfig).
    case talos
    /// Kubespray (kubespray.io, "Configurable Parameters").
    case kubespray

    /// Options of k3s and RKE2 that hardly any other file has.
    private static let rancherOptions = [
        "kube-apiserver-arg", "kube-apiserver-arg+", "secrets-encryption", "secrets-encryption-provider", "tls-san",
        "write-kubeconfig-mode", "cluster-init", "datastore-endpoint", "flannel-backend", "cni",
    ]

    /// Variables of Kubespray's inventory.
    private static let kubesprayVariables = [
        "kube_encrypt_secret_data", "kube_encryption_algorithm", "kube_version", "kube_network_plugin",
        "kube_kubeadm_apiserver_extra_args", "kube_apiserver_enable_admission_plugins",
    ]

    /// - Parameter root: A document without a kind.
    /// - Returns: Nil if it is not known what it is.
    init?(told root: DocumentField) throws(APIServerFlagsError) {
        if root.has("machine"), root.has("cluster") {
            self = .talos
        } else if try (root["rancher_kubernetes_engine_config"] ?? root)["services"]?.has("kube-api") == true {
            self = .rke
        } else if Self.rancherOptions.contains(where: root.has) || root.has("server") && root.has("token") {
            self = .k3sOrRKE2
        } else if Self.kubesprayVariables.contains(where: root.has) {
            self = .kubespray
        } else {
            return nil
        }
    }
}
