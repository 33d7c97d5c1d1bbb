extension RuntimeError {
    static let keepValues = "Keep the configuration and the stored values unchanged."

    /// What kube-apiserver says of a KMS plugin. Nothing is known of keys and values then.
    static let plugins: [RuntimeError] = [
        RuntimeError(
            signs: [
                "unknown service v1beta1.", "unknown service v2.", "unknown service v2alpha1.",
                "unknown service v2beta1.", "code = Unimplemented", "KMS provider api version",
                "expected KMSv2 API version", "KMSv2 API version should not change", "unsupported KMS API version",
            ], besides: ["KeyManagementService"] + .keyService,
            meaning:
                "The program at the socket speaks another version of the KMS API than the provider's `apiVersion`, or the "
                + "version changed while the server ran. A plugin for KMS v1 does not serve v2, and the other way round.",
            check:
                "`encconf kms status --config FILE` names what the plugin serves; the plugin's documentation names its API "
                + "version. Kubernetes 1.26 speaks v2alpha1.",
            remedy:
                "Start the plugin for the version that the file names. Do not change `apiVersion` of a provider that has "
                + "encrypted values: v1 and v2 cannot read each other's values. After an update of the plugin restart "
                + "kube-apiserver."),
        RuntimeError(
            signs: ["dial tcp", "x509:", "TLS handshake timeout", "no such host", "Client.Timeout exceeded"],
            besides: .keyService,
            meaning:
                "The KMS plugin answers, and cannot reach its key service over the network, usually a transient error. x509: "
                + "the plugin does not trust the certificate of the key service, or the certificate has expired. The stored "
                + "values and their keys are not affected.",
            check:
                "The address in the message, from this node; `encconf kms status --config FILE`; the plugin's log.",
            remedy: "Give the plugin its way to the key service back. \(keepValues)"),
        RuntimeError(
            signs: connectionSigns, besides: .keyService + .unixSocket,
            meaning:
                "kube-apiserver cannot reach the KMS plugin at its socket. \"No such file or directory\": the plugin is "
                + "not running, or its socket is not mounted into the container of kube-apiserver. \"Connection refused\": the "
                + "socket is there, and no process listens on it. \"Permission denied\": its mode or SELinux. \"Server "
                + "preface\" or \"handshake\": another program listens there. The stored values and their keys are not affected.",
            check:
                "Is the socket in the message the endpoint of a provider? If not, it is that of another program. On this node: does the plugin run, does the socket of the endpoint exist, and is its folder a hostPath "
                + "volume of kube-apiserver? `encconf kms status --config FILE` asks the plugin as kube-apiserver does.",
            remedy: "Start the plugin, or correct the endpoint or the mount. \(keepValues)"),
        RuntimeError(
            signs: permissionSigns,
            besides: [
                "failed to encrypt DEK", "encrypt section", "useToEncrypt", "kms:Encrypt", "#Encrypt", "/encrypt/",
            ],
            meaning:
                "The KMS plugin may not encrypt with its key: a permission is missing, or its own credentials have expired. "
                + "No new data key can be made, so writing fails. No stored value is concerned.",
            check:
                "The text after `desc =` is the plugin's reason; then the plugin's log and its account in the key service. "
                + "Permissions to encrypt and to decrypt are often separate.",
            remedy: "Give the account of the plugin its permission or new credentials. \(keepValues)"),
        RuntimeError(
            signs: permissionSigns, besides: .keyService,
            meaning:
                "The KMS plugin has no permission for its key, or its own credentials have expired. The stored values and "
                + "their keys are not affected: they can be read again with the permission.",
            check:
                "The text after `desc =` is the plugin's reason; then the plugin's log and its account in the key service.",
            remedy: "Give the account of the plugin its permission or new credentials. \(keepValues)"),
        RuntimeError(
            signs: refusalSigns, besides: .keyService, meaning: refusal.meaning, check: refusal.check,
            remedy: refusal.remedy),
        // The data key, not the value: what a plugin says of its own ciphertext stands behind the status of gRPC.
        RuntimeError(
            signs: ["cipher: message authentication failed"], besides: ["rpc error: code ="], meaning: refusal.meaning,
            check: refusal.check, remedy: refusal.remedy),
        RuntimeError(
            signs: transientSigns, besides: .keyService,
            meaning:
                "A call to a KMS plugin had no answer in time, or its key service throttles it: a transient error. The "
                + "stored values and their keys are not affected.",
            check:
                "`encconf kms status --config FILE` asks the plugin. Then the plugin's log, and its quota in the key service.",
            remedy: "Wait, or give the plugin or its key service what it lacks. \(keepValues)"),
        RuntimeError(
            signs: [
                "got invalid KMSv2 KeyID hash", "failed to validate key id", "keyID is empty", "keyID is too long",
                "failed to validate encrypted DEK source", "failed to validate annotations",
                "annotations: Required value",
                "annotations: Invalid value", "total size of annotations is",
            ],
            meaning:
                "An answer of the KMS v2 plugin breaks the rules of the API: a key ID of 1 to 1024 bytes, an encrypted data "
                + "key of 1 to 1024 bytes, annotations with domain names as keys and 32 KiB in all. While writing, the plugin "
                + "is at fault. While reading a stored value, the value is damaged or something else wrote it.",
            check:
                "Does the message stand beside Status or a write, or beside a read? `encconf kms status --config FILE` "
                + "checks the answers of the plugin.",
            remedy: "While writing, update the plugin. While reading: \(lastResort)"),
        RuntimeError(
            signs: ["failed to rotate DEK uid"],
            meaning:
                "The KMS v2 plugin names another key ID in Status than in Encrypt, so kube-apiserver keeps its data key and "
                + "calls the plugin unhealthy. After a rotation in the key service this may last for a moment.",
            check:
                "`statusKeyIDHash` and `encryptKeyIDHash` in the message; `encconf kms status --config FILE` compares the "
                + "two.",
            remedy:
                "Wait for the next checks. If it stays, several copies of the plugin disagree about the key: make them "
                + "use one."),
        RuntimeError(
            signs: [
                "kms plugin failed health check probe", "healthz check for KMS Provider", "is not healthy, error",
                "[-]kms-provider", "kms-providers check failed", "kms-provider-0 check failed",
                "got unexpected healthz status", "kms-provider",
            ],
            meaning:
                "The last check of a KMS plugin failed. The text after the last colon is the plugin's own reason. While it "
                + "lasts, /readyz fails; values whose data key is cached are still read, others are not, and with KMS v2 "
                + "writing stops after a few minutes. \"reason withheld\" only means that /readyz hides the reason.",
            check:
                "The log of kube-apiserver names the reason; `encconf kms status --config FILE` asks the plugin now; then "
                + "the plugin's own log.",
            remedy:
                "Make the plugin healthy. kube-apiserver checks again within seconds; nothing has to be restarted. Keep the "
                + "stored values unchanged."),
        RuntimeError(
            signs: ["got unexpected nil transformer"],
            meaning:
                "The KMS v2 plugin has not answered Status since this server started, so the server does not know the "
                + "current key ID and reads no value of the provider.",
            check: "`encconf kms status --config FILE`, and /readyz of this server.",
            remedy: "Make the plugin healthy; the server asks again within ten seconds."),
        RuntimeError(
            signs: ["encryptedDEKSource with keyID hash"],
            meaning: "The KMS v2 plugin has not answered for three minutes: reads still work, writes fail.",
            check: "`encconf kms status --config FILE`, and the plugin's log.", remedy: "Make the plugin healthy."),
        RuntimeError(
            signs: ["invalid seed length", "crypto/aes: invalid key size"],
            meaning:
                "The KMS plugin returned a data key of the wrong length: it is another plugin than the one that encrypted "
                + "the data key, or it has an error.",
            check: "`encconf kms status --config FILE`, and which plugin listens at the endpoint.",
            remedy: "Start the plugin that wrote the values. \(keepValues)"),
        RuntimeError(
            signs: ["failed to encrypt DEK", "error generating envelope"],
            meaning:
                "The KMS plugin did not encrypt a new data key, so the object is not written. Possible causes: its key "
                + "service cannot be reached (a transient error); it has no permission; its key is disabled. No stored value "
                + "is concerned.",
            check:
                "The text after `error:` is the plugin's reason. `encconf kms status --config FILE` asks the plugin now.",
            remedy: "Solve what the plugin says, then repeat the request. \(keepValues)"),
        RuntimeError(
            signs: ["failed to decrypt DEK"],
            meaning:
                "The KMS plugin returned an error for a data key. Possible causes: its key service cannot be reached (a "
                + "transient error); it has no permission; the version of its key that the value names is disabled or "
                + "deleted; it is another plugin or another key under the same provider name.",
            check:
                "The text after `error:` is the plugin's reason. `encconf kms status --config FILE` shows whether it "
                + "decrypts a new key; `encconf decrypt-secret` names the key ID of the value, to compare with the versions "
                + "that the key service has.",
            remedy:
                "Solve what the plugin says. A transient error passes. A disabled key version can be enabled again, and a key "
                + "that is scheduled for deletion can usually be restored in the key service. \(keepValues)"),
        RuntimeError(
            signs: [
                "failed to read uint16 length prefixed data", "unknown encryptedDEKSourceType",
                "encrypted data is empty",
                "string field contains invalid UTF-8", "proto: cannot parse", "proto: illegal", "proto: wrong wireType",
                "encrypted DEK source is empty",
            ],
            // The object inside is protobuf too.
            besides: .keyService + ["envelope transformer", "EncryptedObject", "encrypted data is empty"],
            meaning:
                "The bytes behind the prefix of a KMS value are not an envelope of KMS. Causes: the name of this provider "
                + "begins like that of a removed one, and kube-apiserver tries the wrong provider; a newer version of "
                + "Kubernetes wrote the value; or the value was cut or overwritten.",
            check:
                "`encconf decrypt-secret` with the value, and with every file that may have its provider: repeat --config. "
                + "`etcdctl get KEY --print-value-only | wc -c` shows its size.", remedy: lastResort),
    ]

    /// Why a key service does not open a data key.
    private static let refusal = (
        meaning:
            "The KMS plugin refuses the call. Usually its key service does not have the key or the version that the "
            + "value needs, or it is disabled or scheduled for deletion; or the data key was encrypted with another key: "
            + "another plugin under the same provider name. Beside an encrypt, no stored value is concerned.",
        check:
            "The text after `desc =` is the plugin's reason. `encconf decrypt-secret` names the key ID of a KMS v2 value, "
            + "to compare with the versions that the key service has.",
        remedy:
            "Enable the key version again, restore it in the key service, or start the plugin with the key that wrote the "
            + "values. A key that comes back reads everything again. \(keepValues)"
    )

    /// Calls of gRPC that do not show who was called.
    static let calls: [RuntimeError] = [
        RuntimeError(
            signs: connectionSigns,
            meaning:
                "A connection of gRPC failed, and the message does not show to which program. In the log of kube-apiserver "
                + "that is etcd or a KMS plugin. \"Authentication handshake\" is TLS, which kube-apiserver uses with etcd "
                + "only. The stored values and their keys are not affected.",
            check:
                "The lines around it: an address with a port is etcd, a socket or the name of a provider is a KMS plugin. "
                + "`etcdctl endpoint health` asks etcd; `encconf kms status --config FILE` asks the plugin.",
            remedy: "Make the program healthy that does not answer. \(keepValues)"),
        RuntimeError(
            signs: transientSigns,
            meaning:
                "A call had no answer in time, or was throttled: a transient error. The message does not show who was "
                + "called: a KMS plugin or etcd by kube-apiserver, the container runtime or a CSI driver by the kubelet. "
                + "The stored values and their keys are not affected.",
            check:
                "The words around it name the program. `encconf kms status --config FILE` asks the plugin; "
                + "`etcdctl endpoint health` asks etcd.",
            remedy: "Wait, or give the program what it lacks. \(keepValues)"),
        RuntimeError(
            signs: callSigns,
            meaning:
                "A call of gRPC failed, and the message does not show which program was called. kube-apiserver calls KMS "
                + "plugins and etcd; the kubelet calls the container runtime and CSI drivers. From a KMS plugin, "
                + "PermissionDenied and Unauthenticated mean a missing permission or expired credentials. NotFound, "
                + "FailedPrecondition and InvalidArgument mean a key version that is absent or disabled, or another key.",
            check:
                "Which program has the log? The text after `desc =` is the reason of the program that was called. "
                + "`encconf kms status --config FILE` asks a KMS plugin as kube-apiserver does.",
            remedy: "Solve what that program says. \(keepValues)"),
    ]

    // MARK: - The words of gRPC

    /// No connection, or one that broke.
    static let connectionSigns: [Sign] = [
        "Error while dialing", "failed to create connection to unix socket", "connection error: desc",
        "failed get version from remote KMS provider", "latest balancer error", "error reading server preface",
        "transport is closing", "authentication handshake failed", "failed to receive server preface",
        "error reading from server: EOF", "addrConn.createTransport failed to connect", "dial unix",
    ]

    /// What passes by itself.
    static let transientSigns: [Sign] = [
        "code = Unavailable", "code = DeadlineExceeded", "code = ResourceExhausted", "code = Aborted",
        "code = Canceled", "context deadline exceeded",
    ]

    /// Key services say so in their own words too, behind `code = Unknown`.
    private static let permissionSigns: [Sign] = [
        "code = PermissionDenied", "code = Unauthenticated", "AccessDenied", "is not authorized to perform",
        "Error 403", "StatusCode=403", "Code: 403", "ExpiredToken", "UnrecognizedClientException", "invalid_grant",
    ]

    private static let refusalSigns: [Sign] = [
        "code = NotFound", "code = FailedPrecondition", "code = InvalidArgument", "code = DataLoss",
        "code = OutOfRange", "InvalidCiphertextException", "DisabledException", "KMSInvalidStateException",
    ]

    /// Any answer of a program that was called.
    static let callSigns: [Sign] =
        ["code = PermissionDenied", "code = Unauthenticated", "code = Unimplemented"]
        + refusalSigns.filter { $0.text.hasPrefix("code =") } + transientSigns + ["rpc error: code ="]
}
