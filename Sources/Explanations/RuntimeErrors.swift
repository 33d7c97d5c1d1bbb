/// What kube-apiserver and its tools say beside the configuration file, and what it means: values that cannot be read, KMS
/// plugins, flags, files.
public struct RuntimeError: Sendable {
    /// Texts that tell the error; each is enough, whatever stands around it.
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

    /// How servers that do not run the same file are found, which is behind most of these errors.
    private static let compare =
        "`encconf servers FILE` shows which file each server runs; `encconf show` prints the hash of a file."

    /// Of a text with several signs the first entry that has one counts, so causes stand before the errors that only
    /// pass them on. No remedy destroys data: what is lost is certain only after every file and archive was tried. (Texts:
    /// k8s.io/apiserver 1.36; Go's crypto, encoding and gRPC packages.)
    static let all: [RuntimeError] = plugins + files + values + passedOn

    /// The plugin does not answer: nothing is known of keys and values.
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
                "On this node: does the plugin run, does the socket of the endpoint exist, and is its folder a hostPath "
                + "volume of kube-apiserver? `encconf kms status --config FILE` asks the plugin as kube-apiserver does.",
            remedy:
                "Start the plugin, or correct the endpoint or the mount. Keep the configuration and the stored values as "
                + "they are."),
        RuntimeError(
            signs: [
                "kms plugin failed health check probe", "healthz check for KMS Provider", "is not healthy, error",
                "kms-provider", "got unexpected healthz status", "expected KMSv2 API version",
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
                + "stored values as they are."),
        RuntimeError(
            signs: ["got unexpected nil transformer"],
            meaning:
                "The KMS v2 plugin has not answered Status since this server started, so the server does not know the "
                + "current key ID and reads no value of the provider.",
            check: "`encconf kms status --config FILE`, and /readyz of this server.",
            remedy: "Make the plugin healthy; the server asks again within ten seconds."),
        RuntimeError(
            signs: ["encryptedDEKSource with keyID hash"],
            meaning: "The KMS v2 plugin has not answered for three minutes: reading goes on, writing does not.",
            check: "`encconf kms status --config FILE`, and the plugin's log.", remedy: "Make the plugin healthy."),
        RuntimeError(
            signs: ["failed to decrypt DEK", "failed to encrypt DEK", "error generating envelope"],
            meaning:
                "The KMS plugin returned an error for a data key. Possible causes: its key service cannot be reached (a "
                + "transient error); the version of its key that the value names is disabled or deleted; it is another "
                + "plugin or another key under the same provider name.",
            check:
                "The text after `error:` is the plugin's reason. `encconf kms status --config FILE` tells whether it "
                + "decrypts a new key; `encconf decrypt-secret` names the key ID of the value, to compare with the versions "
                + "that the key service has.",
            remedy:
                "For a transient error wait and retry. Enable the key version again; a key that is scheduled for deletion "
                + "can usually be restored in the key service."),
        RuntimeError(
            signs: ["failed to read uint16 length prefixed data"],
            meaning:
                "A KMS v1 value is shorter than its envelope says: it was cut, or something else was written at this etcd "
                + "key.",
            check: "`etcdctl get KEY --print-value-only | wc -c`, and `encconf decrypt-secret` with the value.",
            remedy: "Restore the object from a snapshot or from its source. Keep a copy of the value until then."),
    ]

    /// Flags and the file itself.
    private static let files: [RuntimeError] = [
        RuntimeError(
            signs: ["experimental-encryption-provider-config"],
            meaning:
                "The flag --experimental-encryption-provider-config is the old name of --encryption-provider-config. "
                + "Current versions of kube-apiserver do not know it and do not start with it.",
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
                "Mount the folder, or copy the file to this node, byte for byte as on the others. Do not start the server "
                + "without the flag: it could not read what is encrypted."),
        RuntimeError(
            signs: ["error processing encryption config file", "health check for new transformers failed"],
            meaning:
                "Automatic reload refused the changed file. This server goes on with the file it had, so servers may run "
                + "different files now.",
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
                "Give every server the same file. Put the provider back behind the write key, re-encrypt the objects, and "
                + "remove it after an audit. For plaintext add `- identity: {}` at the end of the list."),
        RuntimeError(
            signs: ["no matching key was found for the provided"],
            meaning:
                "The provider is there, but it has no key of the name in the value. Causes: this server runs another file "
                + "than the one that wrote the value; the key was removed or renamed. The name is part of the value.",
            check:
                "\(compare) `encconf decrypt-secret` tells the name, and whether a key with the right bytes has another "
                + "name.",
            remedy:
                "Give every server the same file. Add the key again under that name, behind the write key, from a backup of "
                + "the file or from the archive of retired keys; re-encrypt the objects; then remove it."),
        RuntimeError(
            signs: ["identity transformer tried to read encrypted data"],
            meaning:
                "This server has no entry for the resource, so it reads plaintext, and the value is encrypted. Causes: it "
                + "runs without the file that the others have, or with another one; or the resource was removed from the file.",
            check: "--encryption-provider-config in the manifest of every server; \(compare)",
            remedy: "Give every server the same file, with an entry for the resource."),
        RuntimeError(
            signs: ["illegal base64 data at input byte"],
            meaning:
                "While reading stored objects: this server runs without --encryption-provider-config, or without an entry "
                + "for the resource, and an old decoder met ciphertext. Byte 3 is the colon of `k8s:enc:`. At start, beside "
                + "the path of a key (`…keys[0].secret`): the text of that key is not base64.",
            check:
                "Does the message name a configuration file or a list of objects? For a list: --encryption-provider-config "
                + "in the manifest of every server; \(compare) For a file: `encconf verify FILE` names the line.",
            remedy:
                "For a list give this server the flag and the file that the others have. For a file correct the base64 text "
                + "of the key."),
        RuntimeError(
            signs: ["invalid padding on input", "invalid PKCS7 data"],
            meaning:
                "AES-CBC with a key of the right name and other bytes, or a damaged value. The commonest cause: two servers "
                + "run different files that give one key name different bytes, or one server was not restarted. About 1 in 255 "
                + "wrong keys passes unnoticed and returns garbage.",
            check: "\(compare) `encconf decrypt-secret` with every file that may have the key: repeat --config.",
            remedy:
                "Give every server the same file, with the key bytes that wrote the values. Other bytes belong under "
                + "another name."),
        RuntimeError(
            signs: ["the stored data is not a multiple of the block size"],
            meaning: "An AES-CBC value is cut or has extra bytes, or another provider wrote it.",
            check: "`etcdctl get KEY --print-value-only | wc -c`; look for a tool that wrote to etcd directly.",
            remedy: "Restore the object from a snapshot or from its source. Keep a copy of the value until then."),
        RuntimeError(
            signs: ["the stored data was shorter than the required size"],
            meaning: "The value ends before its nonce or initialization vector does: it is cut.",
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
                "Give every server the same file, with the key bytes that wrote the values, or move the value back to its "
                + "own etcd key."),
        RuntimeError(
            signs: ["output array was not large enough"],
            meaning:
                "Secretbox says so when the authentication fails; no array is too small. Causes: two servers run different "
                + "files that give one key name different bytes, or the value is damaged.",
            check: "\(compare) `encconf decrypt-secret` with every file that may have the key.",
            remedy: "Give every server the same file, with the key bytes that wrote the values."),
        RuntimeError(
            signs: ["object not decodable"],
            meaning:
                "The value decrypts, but not to an object: with aescbc usually a key of the right name and other bytes; "
                + "else something else was written at this etcd key.",
            check: "\(compare) `encconf decrypt-secret` names the right key if it has it.",
            remedy: "Give every server the same file, with the key bytes that wrote the values."),
    ]

    /// Errors that pass on another one.
    private static let passedOn: [RuntimeError] = [
        RuntimeError(
            signs: ["storage is (re)initializing", "Too large resource version"],
            meaning:
                "The watch cache of a resource cannot be filled, because a list fails as a whole if one of its values cannot "
                + "be decrypted, or because etcd is slow.",
            check: "The log of this server for `unable to transform key`, which names the value; explain that line.",
            remedy: "Solve the error of that value; the cache fills by itself then."),
        RuntimeError(
            signs: [
                "unable to transform key", "data from the storage is not transformable", "StorageReadError",
                "failed to read one or more",
            ],
            meaning:
                "A stored value cannot be decrypted, and the list that it belongs to fails as a whole. The rest of the "
                + "message is the cause.",
            check:
                "Explain the rest of the message. Does every server fail, or one? \(compare) `encconf decrypt-secret` with "
                + "the value under that etcd key tells which key it needs.",
            remedy:
                "Solve the cause: most often a server that runs another file, a removed key, or a KMS plugin that does not "
                + "answer."),
    ]
}
