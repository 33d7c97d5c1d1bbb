public import Diagnostics
internal import EncryptionConfig

extension Explanation {
    /// The code of an audit, in whatever case it is written.
    public static func ofAudit(_ code: String) -> Explanation? {
        let code = code.uppercased()
        return ofAudits.first { $0.code == code }
    }

    /// What an audit finds in stored values, in the order of the codes.
    public static let ofAudits: [Explanation] = [
        Explanation(
            "ENC0401", "plaintext where encryption is configured",
            meaning: "The value is stored without encryption, though the configuration would encrypt a new one. It was "
                + "written before encryption was switched on, or by an apiserver that had another file. It is counted "
                + "as stale too.",
            check: "The revision of the finding, and when the file that encrypts was loaded by every apiserver.",
            remedy: "Rewrite the objects of the resource once every apiserver has the file: `kubectl get secrets -A -o "
                + "json | kubectl replace -f -`, or a StorageVersionMigration. Old revisions stay until etcd compacts "
                + "and each member is defragmented."),
        Explanation(
            "ENC0402", "stale",
            meaning: "The value can be read, but by another provider or key than the one that would write it today. It "
                + "is what a rotation leaves to be rewritten; until then the old key must stay in the file.",
            check: "The table of keys of `encconf audit` tells how many values each key still has.",
            remedy: "Rewrite the objects of the resource, then audit a new snapshot. Retire the old key when nothing "
                + "uses it."),
        Explanation(
            "ENC0403", "unreadable",
            meaning: "kube-apiserver answers an error for this object, and a list of its resource fails as a whole. "
                + "`no matching ...` means that the provider or key name of the value is not in the file; "
                + "`message authentication failed` means other key bytes, another etcd key or damage; errors of "
                + "AES-CBC mean other key bytes or damage; `rpc error` is the refusal of a KMS plugin.",
            check: "Whether other objects of the same key can be read (then this value is damaged or was moved), and "
                + "whether an archived configuration opens it: repeat --config. Where a plugin refused: whether its key "
                + "in the KMS is disabled, scheduled for deletion, or out of reach for its account.",
            remedy:
                "Put the key back as a reader; where a plugin refused, its key in the KMS. A value whose key can come "
                + "back is not lost: delete nothing because a plugin refused. If no key opens it and none comes back, "
                + "restore the object from a backup, or delete it."
        ),
        Explanation(
            "ENC0404", "not an object",
            meaning: "The value opens without an error to bytes that are no object. AES-CBC has no integrity: a wrong "
                + "key of the right name passes for about one value in 255. Plaintext like this was never written by "
                + "kube-apiserver.",
            check:
                "`encconf decrypt-secret` with --reveal -o raw shows the bytes. If the audit names a key that opens the "
                + "value to its object, two keys have exchanged their places or bytes.",
            remedy: "Give the key that the finding names the place of the wrong one, or restore the object from a "
                + "backup."),
        Explanation(
            "ENC0405", "moved",
            meaning: "The value opens to another object than its etcd key names: somebody copied it within etcd. "
                + "AES-CBC and secretbox do not tie a value to its key, so kube-apiserver serves the other object "
                + "under this name.",
            check: "Who can write to etcd, and whether the object that it says it is has the same value.",
            remedy: "Treat it as an attack until it is explained. Restore the object from a backup. AES-GCM and KMS "
                + "refuse such values."),
        Explanation(
            "ENC0406", "nonce used twice",
            meaning: "Two values of one AES-GCM key have the same nonce. Who holds both learns the difference of their "
                + "plaintexts and can forge values: the key is broken. Nonces are random, so this takes billions of "
                + "writes, or a virtual machine that was resumed twice from one image.",
            check: "Whether apiservers were cloned or restored from an image of their memory.",
            remedy: "Rotate the key at once and rewrite everything; treat what both values hold as known."),
        Explanation(
            "ENC0407", "padding too long",
            meaning: "After decryption the AES-CBC value ends in more than one block of padding. kube-apiserver takes "
                + "it, and never writes it: the value was damaged or made by somebody else, or the key is wrong.",
            check: "`encconf decrypt-secret` shows whether the object is whole.",
            remedy: "Restore the object from a backup."),
        Explanation(
            "ENC0408", "needs a KMS plugin",
            meaning:
                "The key of the value is itself encrypted by a KMS. Without an answer of its plugin that settles it, "
                + "nobody can tell whether the value can be read, so the audit does not call the snapshot clean. Errors "
                + "that may pass, such as Unknown, Internal or PermissionDenied, settle nothing. Its provider and key ID "
                + "are known.",
            check:
                "`encconf kms status` for the state of the plugin, and its log; the key IDs of the values, against the "
                + "keys that the KMS still has.",
            remedy:
                "Audit on the node where the plugin listens, without `--no-kms`, or tell a socket that leads to it: "
                + "`--kms-endpoint NAME=unix:///PATH`. Mend a plugin that is not well, and audit again. `--census-only` "
                + "is content with labels. A key of the KMS must live as long as values, and backups, name it."),
        Explanation(
            "ENC0409", "a new AES-GCM key is due",
            meaning:
                "Objects that carry this key were written 200,000 times or more, the number after which Kubernetes "
                + "wants a new key: its nonces are random, and the chance that two are equal grows with each write. "
                + "The number is the sum of the `version` of live objects; deleted ones do not count any more.",
            check: "The sum of `writes` of the key in `-o json`.",
            remedy: "`encconf rotate` puts a new key in; rotate by schedule, or change to secretbox or a KMS."),
        Explanation(
            "ENC0410", "plaintext that no entry encrypts",
            meaning:
                "The value is plaintext, and the configuration does not encrypt its resource: no entry names it, or "
                + "identity is the first provider of the entry. Secrets count always, other resources if --resources "
                + "names them. A typo in a resource name has this effect.",
            check:
                "`encconf show` lists what is encrypted; `encconf verify` warns of names that no Kubernetes "
                + "version has.",
            remedy: "Add the resource to an entry whose first provider encrypts, roll the file out, and re-encrypt the "
                + "objects."),
        Explanation(
            "ENC0411", "an old revision is plaintext",
            meaning: "etcd still holds an earlier revision of the value, unencrypted. It was written before encryption "
                + "was enabled or the value was re-encrypted.",
            check:
                "The revision of the finding, and the compaction of etcd: kube-apiserver compacts every five minutes.",
            remedy:
                "Wait for the compaction, or compact etcd; then defragment each member. Backups from before hold it "
                + "too."),
        Explanation(
            "ENC0412", "an old revision is unreadable",
            meaning: "No key of the configurations decrypts an earlier revision of the value, or it is not the object "
                + "that its etcd key names. Nobody reads it but watches and lists from that revision.",
            check: "Whether an archived configuration has its key: repeat --config.",
            remedy: "None is needed once etcd has compacted the revision. Keep the archive for backups that hold it."),
        Explanation(
            "ENC0413", "plaintext in free pages",
            meaning: "The file holds plaintext of old values in pages that etcd no longer uses. Compaction frees pages "
                + "and does not wipe them.",
            check: "`encconf audit` with --remnants counts what it finds, and the bytes that nothing explains.",
            remedy:
                "Defragment each etcd member, then save and audit a new snapshot. Delete older snapshots, or protect "
                + "them like the Secrets themselves."),
        Explanation(
            "ENC0414", "a data key is stored unencrypted",
            meaning:
                "The value contains the data key that decrypts it, raw or as base64 or hexadecimal: the KMS plugin "
                + "did not encrypt it. Anyone who has the value can decrypt it without the KMS.",
            check: "`encconf kms status` shows whether the plugin still does this.",
            remedy:
                "Replace the plugin, re-encrypt all objects, and treat the old values and their backups as plaintext."),
        Explanation(
            "ENC0415", "the file was modified after it was saved",
            meaning:
                "The SHA-256 digest at the end of the snapshot does not match its content. The file is damaged, or "
                + "somebody changed it.",
            check: "`etcdutl snapshot status FILE`, and where the file was kept.",
            remedy: "Save a new snapshot. Do not restore this one, and conclude nothing from it."),
        Explanation(
            "ENC0416", "only an archive decrypts a value",
            meaning: "The configuration in force has no key for the value, so kube-apiserver returns an error for it. "
                + "An archive that was given with --config has the key, and the value is the object that its etcd key names. "
                + "It was stored before the key was retired, or before its resource was taken off the list.",
            check: "`encconf decrypt-secret` with the same --config files shows the object.",
            remedy:
                "Put the key back as a reader, roll the file out, and re-encrypt the object; or restore the object from "
                + "what `encconf decrypt-secret` shows. Keep the archive until then."),
    ]
}
