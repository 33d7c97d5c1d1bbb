/// Words around an error. Many signs are the words of a library (YAML, JSON, protobuf, gRPC, Go), which every program
/// prints: only what is beside them shows which program failed, and with what.
extension [RuntimeError.Sign] {
    /// kube-apiserver reads its configuration.
    static let configurationFile: Self = [
        "error while parsing file", "encryption provider configuration file", "error while building transformers",
        "error processing encryption config file", "encryptionconfig/config.go",
    ]

    /// kube-apiserver, or a client of it, reads objects.
    static let storedObjects: Self = [
        "failed to list *", "failed to watch *", "ListAndWatch error", "watch stream", "watch event", "/registry/",
        "storage/cacher.go", "etcd3/", "failed to read one or more",
    ]

    /// kubectl, helm, kubelet or kube-apiserver reads a manifest, or a program reads a configuration of its own.
    static let otherDocuments: Self = [
        "cannot be handled as", "error when creating", "error when applying", "error when replacing", "error parsing",
        "error validating", "ValidationError", "(BadRequest)", "unable to recognize", "resource mapping not found",
        "kubectl", "helm", "UPGRADE FAILED", "INSTALLATION FAILED", "YAML parse error on",
        "unable to build kubernetes objects", "kustomization", "accumulating resources", "couldn't parse as pod",
        "please check config file", "Could not process manifest", "error loading config file", "kubeconfig",
        "kubelet config", "KubeletConfiguration", "kubeadm", "ClusterConfiguration", "InitConfiguration",
        "KubeProxyConfiguration", "KubeSchedulerConfiguration", "audit policy", "AdmissionConfiguration",
        "AuthenticationConfiguration", "AuthorizationConfiguration",
    ]

    /// A KMS plugin and its key service. Within "unable to transform key" a gRPC error is that of a KMS plugin.
    static let keyService: Self = ["kms", " DEK", "DEKSource", "transform key"]

    /// The same, where KMS may also be what another program uses: a CSI driver, for encrypted disks.
    static let kmsProvider: Self = [
        " DEK", "transform key", "kms plugin", "KMS Provider", "kmsv2 Provider", "kms-provider",
    ]

    /// Programs that the kubelet and kube-apiserver call at a socket, beside KMS plugins.
    static let otherSockets: Self = [
        "csi.sock", "/csi/", "csi.v1.", "CSIDriver", "MountVolume", "MountDevice", "UnmountVolume", "AttachVolume",
        "NodeStageVolume", "NodePublishVolume", "containerd", "crio", "cri-dockerd", "docker.sock", "runtime.v1",
        "RuntimeService", "ImageService", "runtime service", "runtime endpoint", "PodSandbox", "pod sandbox",
        "failed to pull", "find container", "provision volume", "device-plugin", "device plugin", "traces export",
        ":4317", "plugins_registry", "pod-resources", "konnectivity",
    ]

    /// A call over HTTPS, of which the address or the caller is named.
    static let httpsCalls: Self = [
        "UPGRADE FAILED", "INSTALLATION FAILED", "get \"https://", "post \"https://", "put \"https://",
        "patch \"https://", "unable to connect to the server",
        "calling webhook", "call webhook",
    ]

    /// An address of the network. kube-apiserver reaches etcd over TCP, and KMS plugins at sockets of unix only.
    static let networkAddress: Self = [
        "dial tcp", "read tcp", "write tcp", "{https://", "{http://",
        RuntimeError.Sign("an address with a port") { text in
            text.text.contains(/\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}:\d{2,5}\b|\[[0-9a-f:]+\]:\d{2,5}\b|:2379\b/)
        },
    ]

    /// The log of etcd and of its client within kube-apiserver, and etcd's ports.
    static let etcdClient: Self = ["etcd-client", "etcd-endpoints://", "retry_interceptor", ":2379", ":2380"]

    static let unixSocket: Self = ["dial unix", "unix socket", "unix://", "addr: \"/", ".sock"]
}
