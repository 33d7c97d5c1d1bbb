extension RuntimeError {
    /// etcd, which is not a matter of encryption.
    static let etcd: [RuntimeError] = [
        RuntimeError(
            signs: ["code = ResourceExhausted", "message larger than max", "etcdserver: request is too large"],
            besides: ["message larger than max", "etcdserver: request is too large"],
            meaning:
                "A message is too large, and every repetition fails too. While writing: the object is too large for etcd, "
                + "which takes about 1.5 MiB, and kube-apiserver sends it at most 2 MiB. Encryption makes a value a little "
                + "larger, so an object just below the limit can pass it. Nothing follows about keys and stored values.",
            check:
                "The numbers in brackets are the bytes of the message and the limit. The request beside the message names "
                + "the object. `encconf kms status --config FILE` tests a KMS plugin: its messages are small.",
            remedy: "Make the object smaller, or split it. Do not wait for this error to pass. \(keepValues)"),
        RuntimeError(
            signs: ["required revision has been compacted"],
            meaning:
                "A watch or a list in pages is older than the last compaction of etcd. That is usual, and no fault of etcd "
                + "or of encryption: the client starts again.",
            check: "Does the client repeat the message for minutes? Then it is too slow for the size of its list.",
            remedy: "Nothing for a single message. Restart a list that was interrupted."),
        RuntimeError(
            signs: ["etcdserver:"], unless: .keyService,
            meaning:
                "etcd answers with an error of its own. \"database space exceeded\": its quota is full, and it takes no "
                + "writes. \"request timed out\", \"no leader\" or \"leader changed\": its members do not agree in time. "
                + "Nothing follows about keys and stored values.",
            check: "`etcdctl endpoint status --cluster -w table` and `etcdctl alarm list`, and the log of etcd.",
            remedy: "Make etcd healthy. Keep the configuration unchanged."),
        unreachableEtcd(
            signs: dialSigns + connectionSigns + transientSigns, besides: .etcdClient,
            unless: .kmsProvider + ["dial unix"]),
        unreachableEtcd(
            signs: dialSigns + ["kine.sock", "[-]etcd failed", "[-]etcd-readiness failed"], unless: .keyService),
        unreachableEtcd(signs: connectionSigns, besides: .networkAddress, unless: .keyService + ["dial unix"]),
    ]

    private static let dialSigns: [Sign] = [
        "Error while dialing: dial tcp", "Error while dialing dial tcp", ":2379: connect", ":2379: i/o timeout",
        ":2380: connect", ":2380: i/o timeout",
    ]

    private static func unreachableEtcd(signs: [Sign], besides: [Sign] = [], unless: [Sign]) -> RuntimeError {
        RuntimeError(
            signs: signs, besides: besides, unless: unless,
            meaning:
                "kube-apiserver does not get what it needs from etcd (k3s: from kine), or members of etcd do not reach each "
                + "other. \"Connection refused\": no etcd listens there. \"Handshake\" and x509: the certificates of client "
                + "and server do not fit, one has expired, or etcd is too slow. \"Server preface\" or reset: etcd or a proxy "
                + "closed the connection. KMS plugins listen at sockets of unix, so this is not about one of them, and nothing "
                + "follows about keys and stored values.",
            check:
                "Is the address in the message one of --etcd-servers? If not, it is another service, which the message "
                + "names. `etcdctl endpoint health` with the addresses and certificates of --etcd-servers; the log of etcd.",
            remedy:
                "Make etcd healthy, or correct --etcd-servers and the certificates. Keep the configuration unchanged.")
    }

    /// Programs that are neither kube-apiserver's KMS plugins nor etcd, with the words of gRPC and Go that all print.
    static let otherPrograms: [RuntimeError] = [
        RuntimeError(
            signs: connectionSigns + callSigns, besides: .otherSockets, unless: .kmsProvider,
            meaning:
                "A call to another program failed, not one to a KMS plugin or to etcd. The message names it: containerd, "
                + "CRI-O or cri-dockerd (the container runtime, called by the kubelet through CRI), a CSI driver (volumes), "
                + "a device plugin, konnectivity-server (the way of kube-apiserver to the nodes), or a collector of traces (4317). Nothing follows about "
                + "keys and stored values.",
            check:
                "The text after `desc =`, and the log of that program on this node. \"Unknown service runtime.v1\": the "
                + "container runtime is too old, or its CRI plugin is disabled.",
            remedy: "Make that program healthy. \(keepValues)"),
        RuntimeError(
            signs: ["context deadline exceeded", "dial tcp"] + connectionSigns, besides: .httpsCalls,
            unless: .kmsProvider + .etcdClient,
            meaning:
                "A call over HTTPS failed: to the API server, from it to an admission webhook, or, in the log of a KMS plugin, "
                + "to its key service. helm says the same when objects are not ready in time. Nothing follows about keys and "
                + "stored values.",
            check:
                "The address or the webhook in the message: does that program run, and can it be reached from here? If it is "
                + "kube-apiserver, its log and `kubectl get --raw '/readyz?verbose'`.",
            remedy: "Make that program healthy, then repeat the call. \(keepValues)"),
    ]

    /// Lines of /readyz, /livez and /healthz.
    static let health: [RuntimeError] = [
        RuntimeError(
            signs: ["[-]poststarthook/", "readyz check failed", "livez check failed", "healthz check failed"],
            meaning:
                "A check of this kube-apiserver fails. While the server starts, that is usual for a minute. A check that "
                + "reads stored objects fails for as long as a value of theirs cannot be decrypted.",
            check: "`kubectl get --raw '/readyz?verbose'` names the checks, and the log of kube-apiserver the reason.",
            remedy: "Explain the reason from the log. Keep the configuration and the stored values unchanged.",
            isPassedOn: true)
    ]
}
