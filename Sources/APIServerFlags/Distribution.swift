/// A distribution of Kubernetes whose default paths are known, for `--preset`.
public enum Distribution: String, CaseIterable, Sendable {
    case k3s
    case k8sSnap = "k8s-snap"
    case kops
    case kubeadm
    case kubespray
    case microk8s
    case openshift
    case rke2

    /// Where the flags of kube-apiserver are on a control-plane node; nil for k3s, which runs kube-apiserver within
    /// itself.
    public var manifest: String? {
        switch self {
        case .k3s: nil
        // canonical/k8s-snap, src/k8s/pkg/snap/snap.go, `ServiceArgumentsDir`.
        case .k8sSnap: "/var/snap/k8s/common/args/kube-apiserver"
        // kubernetes/kops, nodeup/pkg/model/kube_apiserver.go.
        case .kops: "/etc/kubernetes/manifests/kube-apiserver.manifest"
        // kubernetes.io/docs/reference/setup-tools/kubeadm/implementation-details; kubespray runs kubeadm.
        case .kubeadm, .kubespray: "/etc/kubernetes/manifests/kube-apiserver.yaml"
        // canonical/microk8s, microk8s-resources/default-args.
        case .microk8s: "/var/snap/microk8s/current/args/kube-apiserver"
        // openshift/cluster-kube-apiserver-operator, bindata/assets/kube-apiserver/pod.yaml.
        case .openshift: "/etc/kubernetes/manifests/kube-apiserver-pod.yaml"
        // rancher/rke2, pkg/podexecutor/staticpod.go.
        case .rke2: "/var/lib/rancher/rke2/agent/pod-manifests/kube-apiserver.yaml"
        }
    }
}

/// What k3s uses with its default `--data-dir`.
public enum K3sLayout {
    private static let server = "/var/lib/rancher/k3s/server"
    /// k3s-io/k3s, pkg/daemons/control/deps/deps.go, `EncryptionConfig`.
    public static let configuration = "\(server)/cred/encryption-config.json"
    /// It is there if etcd keeps the objects (k3s-io/k3s, pkg/etcd/etcd.go, `dbDir`); otherwise kine does.
    public static let etcdFolder = "\(server)/db/etcd"
    public static let etcdEndpoint = "https://127.0.0.1:2379"
    public static let etcdAuthority = "\(server)/tls/etcd/server-ca.crt"
    public static let etcdCertificate = "\(server)/tls/etcd/client.crt"
    public static let etcdKey = "\(server)/tls/etcd/client.key"
    /// kine listens in the working folder of k3s (k3s-io/kine, pkg/endpoint/endpoint.go, `KineSocket`).
    public static let kineEndpoint = "unix://\(server)/kine.sock"
}
