extension RuntimeError {
    /// Words of messages that are about a KMS plugin and its key service.
    static let keyServiceWords: [Sign] = ["kms", "DEK", "transform key"]

    /// etcd, which is not a matter of encryption.
    static let etcd: [RuntimeError] = [
        RuntimeError(
            signs: [
                "Error while dialing: dial tcp", "Error while dialing dial tcp", "kine.sock", "[-]etcd failed",
                "[-]etcd-readiness failed", "etcdserver:", "dial tcp 127.0.0.1:2379",
            ], unless: keyServiceWords,
            meaning:
                "kube-apiserver does not get what it needs from etcd (k3s: from kine). KMS plugins listen at sockets of unix, "
                + "so this is not about one of them, and nothing follows about keys and stored values.",
            check:
                "`etcdctl endpoint health` with the addresses and certificates of --etcd-servers, and the log of etcd.",
            remedy: "Make etcd healthy. Keep the configuration unchanged.")
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
