/// An error text of kube-apiserver that does not come from reading the configuration: unreadable values, KMS plugins,
/// flags and files.
public struct RuntimeError: Sendable {
    /// Texts that identify the error; one of them is enough, with any text around it.
    public let signs: [String]
    public let meaning: String
    public let check: String
    public let remedy: String

    /// The first entry of which `text` has a sign, and that sign. White space and case do not count.
    public static func recognize(_ text: String) -> (error: RuntimeError, sign: String)? {
        let text = text.folded
        for error in all {
            if let sign = error.signs.first(where: { text.contains($0.folded) }) { return (error, sign) }
        }
        return nil
    }

    /// How to find servers that run different files, the cause of most of these errors.
    private static let compare =
        "`encconf servers FILE` shows which file each server runs; `encconf show` prints the hash of a file."

    /// The first entry that matches counts, so causes come before the errors that only repeat them. No remedy destroys
    /// data: a loss is certain only after every file and archive was tried. (Texts:
    /// k8s.io/apiserver 1.36; Go's crypto, encoding and gRPC packages.)
    static let all: [RuntimeError] = plugins + files + values + passedOn

    /// Errors of a plugin. They show nothing about keys and values.
    private static let plugins: [RuntimeError] = [
        RuntimeError(
            signs: [
                "Error while dialing", "failed to create connection to unix socket", "connection error: desc",
                "failed get version from remote KMS provider", "latest balancer error",
            ],
            meaning:
                "kube-apiserver cannot reach the KMS plugin at its socket. \"No such file or directory\": the plugin is "
                + "not running, or its socket is not mounted into the container of kube-apiserver. \"Connection refused\": the "
                + "socket is there, and no process listens on it. \"Permission denied\": its mode or SELinux. The stored values "
                + "and their keys are not affected.",
            check:
                "On this node: does the plugin run, does the socket of the endpoint exist, and is its folder a "
                + "hostPath volume of kube-apiserver? `encconf kms status --config FILE` calls the plugin as "
                + "kube-apiserver does.",
            remedy:
                "Start the plugin, or correct the endpoint or the mount. Do not change the configuration or the "
                + "stored values otherwise."),
        RuntimeError(
            signs: [
                "kms plugin failed health check probe", "healthz check for KMS Provider", "is not healthy, error",
                "kms-provider", "got unexpected healthz status", "expected KMSv2 API version",
            ],
            meaning:
                "The last health check of a KMS plugin failed. The text after the last colon is the reason of the "
                + "plugin. Until it is healthy, /readyz fails and only values with a cached data key are readable; "
                + "with KMS v2, writes fail after a few minutes. \"reason withheld\" only means that /readyz hides "
                + "the reason.",
            check:
                "The log of kube-apiserver, `encconf kms status --config FILE`, and the log of the plugin.",
            remedy:
                "Repair the plugin. kube-apiserver checks it again within seconds; no restart is needed. Do not "
                + "change the stored values."),
        RuntimeError(
            signs: ["got unexpected nil transformer"],
            meaning:
                "The KMS v2 plugin has not answered Status since this server started, so the server does not know "
                + "the key ID and cannot read values of the provider.",
            check: "`encconf kms status --config FILE`, and /readyz of this server.",
            remedy: "Repair the plugin. The server calls it again within ten seconds."),
        RuntimeError(
            signs: ["encryptedDEKSource with keyID hash"],
            meaning: "The KMS v2 plugin has not answered for three minutes. Reads still work; writes fail.",
            check: "`encconf kms status --config FILE`, and the plugin's log.", remedy: "Repair the plugin."),
        RuntimeError(
            signs: ["failed to decrypt DEK", "failed to encrypt DEK", "error generating envelope"],
            meaning:
                "The KMS plugin returned an error for a data key. Possible causes: its key service does not answer "
                + "(a transient error); the key version of the value is disabled or deleted; another plugin or key "
                + "uses the same provider name.",
            check:
                "The text after `error:` is the reason of the plugin. `encconf kms status --config FILE` tests a "
                + "new key; `encconf decrypt-secret` shows the key ID of the value, to compare with the versions of "
                + "the key service.",
            remedy:
                "For a transient error, wait and retry. Otherwise enable the key version again; a key that is "
                + "scheduled for deletion can be restored in most key services."),
        RuntimeError(
            signs: ["failed to read uint16 length prefixed data"],
            meaning:
                "A KMS v1 value is shorter than its envelope says: it is truncated, or another program wrote to "
                + "this etcd key.",
            check: "`etcdctl get KEY --print-value-only | wc -c`, and `encconf decrypt-secret` with the value.",
            remedy: "Restore the object from a snapshot or from its source. Keep a copy of the value until then."),
    ]

    /// Flags and the file itself.
    private static let files: [RuntimeError] = [
        RuntimeError(
            signs: ["experimental-encryption-provider-config"],
            meaning:
                "The flag --experimental-encryption-provider-config is the old name of "
                + "--encryption-provider-config. Current versions of kube-apiserver do not start with it.",
            check: "The manifest or unit of kube-apiserver.",
            remedy:
                "Rename the flag to --encryption-provider-config; the file stays the same. If the flag is removed instead, "
                + "encrypted values become unreadable."),
        RuntimeError(
            signs: [
                "error reading encryption provider configuration file",
                "error opening encryption provider configuration file",
            ],
            meaning:
                "kube-apiserver cannot read its configuration. \"No such file or directory\": the path does not exist as "
                + "the container sees it, usually because the folder is not mounted. \"Permission denied\": the mode of the "
                + "file or of a folder above it.",
            check:
                "The path of --encryption-provider-config against volumeMounts and hostPath in the manifest, and the file "
                + "on this node.",
            remedy:
                "Mount the folder, or copy the file to this node, byte for byte as on the others. Do not start the "
                + "server without the flag: it could not read encrypted values."),
        RuntimeError(
            signs: ["error processing encryption config file", "health check for new transformers failed"],
            meaning:
                "Automatic reload rejected the changed file. This server keeps the previous file, so servers may "
                + "run different files now.",
            check: "`encconf verify FILE` shows why; \(compare)",
            remedy: "Correct the file; the server tries again within a minute."),
        RuntimeError(
            signs: ["encryption-provider-config-automatic-reload must be set with"],
            meaning: "Automatic reload needs a file: --encryption-provider-config is missing on this server.",
            check: "The manifest or unit of kube-apiserver.", remedy: "Add --encryption-provider-config, with the file."
        ),
    ]

    /// A stored value that this server cannot read.
    private static let values: [RuntimeError] = [
        RuntimeError(
            signs: ["no matching prefix found"],
            meaning:
                "No provider of the resource's entry has the value prefix. Causes: this server runs another file than the "
                + "one that wrote the value; the provider was removed; or the value is plaintext and identity was removed.",
            check: "\(compare) `encconf decrypt-secret` names the provider that the value needs.",
            remedy:
                "Roll the same file out to every server. Add the provider again after the write key, re-encrypt the "
                + "objects, and remove it after an audit. For plaintext add `- identity: {}` at the end of the "
                + "list."),
        RuntimeError(
            signs: ["no matching key was found for the provided"],
            meaning:
                "The provider is there, but it has no key of the name in the value. Causes: this server runs another file "
                + "than the one that wrote the value; the key was removed or renamed. The name is part of the value.",
            check:
                "\(compare) `encconf decrypt-secret` shows the name, and whether a key with the right bytes has "
                + "another name.",
            remedy:
                "Roll the same file out to every server. Add the key again under that name, after the write key, "
                + "from a backup of the file or from the archive of retired keys; re-encrypt the objects; then "
                + "remove it."),
        RuntimeError(
            signs: ["identity transformer tried to read encrypted data"],
            meaning:
                "This server has no entry for the resource, so it reads plaintext, and the value is encrypted. Causes: it "
                + "runs without the file that the others have, or with another one; or the resource was removed from the file.",
            check: "--encryption-provider-config in the manifest of every server; \(compare)",
            remedy: "Roll the same file out to every server, with an entry for the resource."),
        RuntimeError(
            signs: ["illegal base64 data at input byte"],
            meaning:
                "While reading stored objects: this server runs without --encryption-provider-config, or without an "
                + "entry for the resource, and an old decoder met ciphertext. Byte 3 is the colon of `k8s:enc:`. At "
                + "start, beside the path of a key (`…keys[0].secret`): the text of that key is not base64.",
            check:
                "Does the message name a configuration file or a list of objects? For a list: --encryption-provider-config "
                + "in the manifest of every server; \(compare) For a file: `encconf verify FILE` names the line.",
            remedy:
                "For a list, give this server the flag and the file of the other servers. For a file, correct the "
                + "base64 text of the key."),
        RuntimeError(
            signs: ["invalid padding on input", "invalid PKCS7 data"],
            meaning:
                "AES-CBC with a key of the right name and other bytes, or a damaged value. Most common cause: two "
                + "servers run different files that give one key name different bytes, or one server was not "
                + "restarted. A wrong key is undetected for about 1 in 255 values, and returns wrong data.",
            check: "\(compare) `encconf decrypt-secret` with every file that may have the key: repeat --config.",
            remedy:
                "Roll the same file out to every server, with the key bytes that wrote the values. Other bytes "
                + "belong under another name."),
        RuntimeError(
            signs: ["the stored data is not a multiple of the block size"],
            meaning: "An AES-CBC value is truncated or has extra bytes, or another provider wrote it.",
            check: "`etcdctl get KEY --print-value-only | wc -c`; look for a tool that wrote to etcd directly.",
            remedy: "Restore the object from a snapshot or from its source. Keep a copy of the value until then."),
        RuntimeError(
            signs: ["the stored data was shorter than the required size"],
            meaning: "The value is truncated: it ends inside its nonce or initialization vector.",
            check: "`etcdctl get KEY --print-value-only | wc -c`.",
            remedy: "Restore the object from a snapshot or from its source. Keep a copy of the value until then."),
        RuntimeError(
            signs: ["cipher: message authentication failed"],
            meaning:
                "The value does not fit the key. Causes: two servers run different files that give one key name different "
                + "bytes; the value was copied or restored to another etcd key (another --etcd-prefix, for example); with "
                + "KMS v2 a server older than 1.28 reads a value of a newer one; or the value is damaged.",
            check:
                "\(compare) `encconf decrypt-secret` with every file that may have the key, and with --etcd-key for where "
                + "the value came from.",
            remedy:
                "Roll the same file out to every server, with the key bytes that wrote the values, or move the "
                + "value back to its own etcd key."),
        RuntimeError(
            signs: ["output array was not large enough"],
            meaning:
                "secretbox reports a failed authentication with this text. The size of an array is not the cause. "
                + "Causes: two servers run different files that give one key name different bytes, or the value is "
                + "damaged.",
            check: "\(compare) `encconf decrypt-secret` with every file that may have the key.",
            remedy: "Roll the same file out to every server, with the key bytes that wrote the values."),
        RuntimeError(
            signs: ["object not decodable"],
            meaning:
                "The value decrypts, but not to an object: with aescbc usually a key of the right name and other "
                + "bytes; otherwise another program wrote to this etcd key.",
            check: "\(compare) `encconf decrypt-secret` shows the right key if a file has it.",
            remedy: "Roll the same file out to every server, with the key bytes that wrote the values."),
    ]

    /// Errors that pass on another one.
    private static let passedOn: [RuntimeError] = [
        RuntimeError(
            signs: ["storage is (re)initializing", "Too large resource version"],
            meaning:
                "The watch cache of a resource is not ready: a list fails if one of its values cannot be decrypted, "
                + "or etcd is slow.",
            check: "The log of this server for `unable to transform key`, which names the value; explain that line.",
            remedy: "Solve the error of that value. Then the cache becomes ready."),
        RuntimeError(
            signs: [
                "unable to transform key", "data from the storage is not transformable", "StorageReadError",
                "failed to read one or more",
            ],
            meaning:
                "A stored value cannot be decrypted, so every list that contains it fails. The rest of the message "
                + "is the cause.",
            check:
                "Explain the rest of the message. Does every server fail, or one? \(compare) `encconf "
                + "decrypt-secret` with the value of that etcd key shows which key it needs.",
            remedy:
                "Solve the cause: most often a server that runs another file, a removed key, or a KMS plugin that does not "
                + "answer."),
    ]
}
