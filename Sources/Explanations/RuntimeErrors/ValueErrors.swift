extension RuntimeError {
    /// A stored value that this server cannot read.
    static let values: [RuntimeError] = [
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
                "\(compare) `encconf decrypt-secret` shows the name, and whether a key with the right bytes has another "
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
        // AES-GCM, and after it AES-CBC as Kubernetes before 1.25 wrote: only KMS v1 tries both with one key.
        RuntimeError(
            signs: [
                "cipher: message authentication failed, the stored data is not a multiple of the block size",
                "cipher: message authentication failed, invalid padding on input",
                "cipher: message authentication failed, invalid PKCS7 data",
            ],
            meaning:
                "A value of a KMS v1 provider: the plugin returned a data key, and it does not open the value. Causes: the "
                + "plugin behind the provider name is another one, or uses another key, than when the value was written; the "
                + "value is at another etcd key than when it was written (a copy, or another --etcd-prefix); or the value is "
                + "damaged.",
            check:
                "Do all values of the provider fail, or one? All: `encconf kms status --config FILE` on every server, and the "
                + "configuration of the plugin. One: `encconf decrypt-secret` with the value, and with --etcd-key for where it "
                + "came from.",
            remedy:
                "Start the plugin with the key that wrote the values, or correct --etcd-prefix. Only if the other values of "
                + "the provider open, and this one opens with no --etcd-key, restore the object from a snapshot or from its "
                + "source, and keep a copy of the value."),
        RuntimeError(
            signs: ["invalid padding on input", "invalid PKCS7 data"],
            meaning:
                "AES-CBC with a key of the right name and other bytes, or a damaged value. The most common cause: two servers "
                + "run different files that give one key name different bytes, or one server was not restarted. For about 1 in 255 "
                + "values a wrong key stays undetected, and the result is garbage.",
            check: "\(compare) `encconf decrypt-secret` with every file that may have the key: repeat --config.",
            remedy:
                "Give every server the same file, with the key bytes that wrote the values. Other bytes belong under "
                + "another name."),
        RuntimeError(
            signs: ["the stored data is not a multiple of the block size"],
            meaning:
                "What follows the key name is not AES-CBC. Causes: the name of this key begins that of a removed one (`a` and "
                + "`a:b`), and kube-apiserver tries the wrong key; the value is cut or has extra bytes; or another program "
                + "wrote it.",
            check:
                "`encconf decrypt-secret` with every file that may have the key: repeat --config. `etcdctl get KEY "
                + "--print-value-only | wc -c` shows its size.", remedy: lastResort),
        RuntimeError(
            signs: ["the stored data was shorter than the required size"],
            meaning:
                "The value ends before its nonce or initialization vector does: it is cut, or something else was written.",
            check:
                "`etcdctl get KEY --print-value-only | wc -c`, and `encconf decrypt-secret` with the value: the paste or the "
                + "read may be cut, and not the value.", remedy: lastResort),
        RuntimeError(
            signs: ["index out of range [-1]"], besides: ["encrypt/aes", "(*cbc)"],
            meaning:
                "kube-apiserver panics over an AES-CBC value that has an initialization vector and nothing after it: the "
                + "value is cut.",
            check: "The lines below name the request; `encconf audit` names the etcd key of the value.",
            remedy: lastResort),
        RuntimeError(
            signs: ["index out of range [-1]"],
            meaning:
                "A program panics because it reads before the beginning of a list. kube-apiserver does so for an AES-CBC "
                + "value that is cut after its initialization vector. Any program can do so for a reason of its own.",
            check:
                "The stack below the message. With `encrypt/aes.(*cbc).TransformFromStorage` it is a stored value, and `encconf "
                + "audit` names its etcd key. With other names it is an error of the program that they belong to.",
            remedy: "For a stored value: \(lastResort) Otherwise update that program."),
        RuntimeError(
            signs: ["unable to read sufficient random bytes", "failed to write nonce for AES-GCM"],
            meaning: "The operating system gave kube-apiserver no random bytes, so it did not write the object.",
            check: "The kernel log of this node; nothing about stored values follows.",
            remedy: "Repair the node, then repeat the request."),
        RuntimeError(
            signs: ["cipher: message authentication failed"], besides: ["unseal", "keyring", "vault", "sops"],
            unless: ["transform key"] + .storedObjects,
            meaning:
                "Another program than kube-apiserver cannot open data of its own: its key is not the one that wrote them, or "
                + "they are damaged. Nothing follows about the values in etcd.",
            check: "The program that has the log, and the key that it was started with.",
            remedy: "Start that program with the key that wrote its data. \(keepValues)"),
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
                "Give every server the same file, with the key bytes that wrote the values. If the value opens with "
                + "--etcd-key of another place, correct --etcd-prefix or the restore."),
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
}
