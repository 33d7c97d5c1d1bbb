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
            meaning: "The value is plaintext, although the configuration encrypts new objects of its resource. It "
                + "was written before encryption was enabled, or by a server that ran another file. It also counts "
                + "as stale.",
            check: "The revision of the finding, and when every server loaded the file. `encconf servers` "
                + "shows which servers run it.",
            remedy: "When every server runs the file, re-encrypt the objects (`encconf rewrite`, `kubectl "
                + "replace`, or a StorageVersionMigration). Old revisions keep the plaintext until etcd is "
                + "compacted and each member is defragmented."),
        Explanation(
            "ENC0402", "stale",
            meaning: "The value decrypts, but not with the write key. After each rotation, old values are stale "
                + "until they are re-encrypted. Until then the old key must stay in the file.",
            check: "The table of keys of `encconf audit` shows how many values use each key.",
            remedy: "Re-encrypt the objects of the resource, then audit a new snapshot. Retire the old key when no "
                + "value uses it."),
        Explanation(
            "ENC0403", "unreadable",
            meaning: "kube-apiserver returns an error for this object, and every list that contains it fails. `no "
                + "matching ...` means that the provider or key name of the value is not in the file; `message "
                + "authentication failed` means other key bytes, another etcd key or damage; errors of AES-CBC mean "
                + "other key bytes or damage; `rpc error` is an error of a KMS plugin.",
            check: "Whether other values of the same key decrypt (then this value is damaged or was moved), and "
                + "whether an archive decrypts it: repeat --config. For an error of a plugin: whether its key in "
                + "the KMS is disabled, scheduled for deletion, or not accessible to its account.",
            remedy:
                "Add the key again as a read key; for an error of a plugin, restore its key in the KMS. A value is "
                + "not lost while its key can be restored. Only if no file, no archive and no key of a KMS decrypts it, "
                + "restore the object from a backup, and keep a copy of the value."
        ),
        Explanation(
            "ENC0404", "not an object",
            meaning: "The value decrypts without an error, but not to an object. AES-CBC has no integrity check: a "
                + "wrong key with the right name is undetected for about 1 in 255 values. kube-apiserver never "
                + "writes such plaintext.",
            check:
                "`encconf decrypt-secret` with --reveal -o raw shows the bytes. If the audit names a key that "
                + "decrypts the value to its object, two keys have exchanged their order or their bytes.",
            remedy:
                "Replace the wrong key by the one that the finding names. Only if no file and no archive decrypts the "
                + "value to its object, restore the object from a backup, and keep a copy of the value."),
        Explanation(
            "ENC0405", "moved",
            meaning: "The value decrypts to another object than its etcd key names: somebody copied it within etcd. "
                + "AES-CBC and secretbox do not authenticate the etcd key, so kube-apiserver serves the other "
                + "object under this name.",
            check:
                "Find out who can write to etcd, and whether the object that the value names has the same stored value.",
            remedy:
                "Treat it as an attack until you know the cause. Only if it was not intended, restore the object of this "
                + "etcd key from a backup, and keep a copy of the value. With AES-GCM and KMS a moved value does not "
                + "decrypt."),
        Explanation(
            "ENC0406", "nonce reuse",
            meaning: "Two values of one AES-GCM key have the same nonce. Anyone who has both values can compute the "
                + "XOR of the plaintexts and forge values. The key is broken. Nonces are random, so this needs "
                + "billions of writes, or a virtual machine that was resumed twice from one image.",
            check: "Whether a control-plane node was cloned, or restored from an image of its memory.",
            remedy: "Rotate the key now and re-encrypt every value. Treat the content of both values as disclosed."),
        Explanation(
            "ENC0407", "padding too long",
            meaning: "After decryption the AES-CBC value ends in more than one block of padding. kube-apiserver takes "
                + "it, and never writes it: the value was damaged or made by somebody else, or the key is wrong.",
            check: "`encconf decrypt-secret` shows whether the object is whole.",
            remedy:
                "If another file or archive decrypts the value without the finding, its key is the right one. Only if none "
                + "does, restore the object from a backup, and keep a copy of the value."),
        Explanation(
            "ENC0408", "needs a KMS plugin",
            meaning:
                "The data key of the value is encrypted by a KMS. Without a definite answer of its plugin, the "
                + "audit cannot tell whether the value is readable, so the verdict is not clean. Transient errors "
                + "such as Unknown, Internal or PermissionDenied are not definite. The audit shows the provider and "
                + "the key ID.",
            check:
                "`encconf kms status` for the state of the plugin, and the log of the plugin. Compare the key IDs "
                + "of the values with the keys that the KMS still has.",
            remedy:
                "Run the audit on the node of the plugin, without `--no-kms`, or set a socket that leads to it: "
                + "`--kms-endpoint NAME=unix:///PATH`. Repair an unhealthy plugin, then audit again. "
                + "`--census-only` needs no plugin. Keep a KMS key as long as values or backups name it."),
        Explanation(
            "ENC0409", "a new AES-GCM key is due",
            meaning:
                "Objects of this key were written 200,000 times or more. Kubernetes recommends a new key then: "
                + "nonces are random, and each write makes two equal ones more probable. The number is the sum of "
                + "the `version` of live objects; deleted objects do not count.",
            check: "The sum of `writes` of the key in `-o json`.",
            remedy: "`encconf rotate` adds a new key. Rotate on a schedule, or change to secretbox or a KMS."),
        Explanation(
            "ENC0410", "plaintext that no entry encrypts",
            meaning:
                "The value is plaintext, and the configuration does not encrypt its resource: no entry covers it, "
                + "or identity is the first provider of the entry. Secrets always count, other resources if "
                + "--resources names them. A typo in a resource name has this effect.",
            check:
                "`encconf show` lists what is encrypted; `encconf verify` warns of names that no Kubernetes "
                + "version has.",
            remedy: "Add an entry for the resource with identity first and a key after it, as `encconf init` with "
                + "--identity-first prints it. When every server runs the file, promote the key with `encconf rotate`, and "
                + "re-encrypt the objects."),
        Explanation(
            "ENC0411", "an old revision is plaintext",
            meaning: "etcd still stores an earlier revision of the value, unencrypted. It was written before "
                + "encryption was enabled or the value was re-encrypted.",
            check:
                "The revision of the finding, and the compaction of etcd: kube-apiserver compacts every five minutes.",
            remedy:
                "Wait for the compaction, or compact etcd; then defragment each member. Older backups contain it "
                + "too."),
        Explanation(
            "ENC0412", "an old revision is unreadable",
            meaning: "No key of the configurations decrypts an earlier revision of the value, or it is not the "
                + "object that its etcd key names. Only watches and lists from that revision read it.",
            check: "Whether an archived configuration has its key: repeat --config.",
            remedy: "Nothing, when etcd has compacted the revision. Keep the archive for backups that contain it."),
        Explanation(
            "ENC0413", "plaintext in free pages",
            meaning: "The file contains plaintext of old values in pages that etcd no longer uses. Compaction does "
                + "not wipe the pages that it frees.",
            check: "`encconf audit` with --remnants counts the values that it finds, and the bytes that it cannot "
                + "explain.",
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
            check: "`etcdutl snapshot status FILE`, and where the file was stored.",
            remedy: "Save a new snapshot. Do not restore this one, and do not use it as evidence."),
        Explanation(
            "ENC0416", "only an archive decrypts a value",
            meaning: "The configuration in force has no key for the value, so kube-apiserver returns an error for "
                + "it. An archive of --config has the key, and the value is the object that its etcd key names. It "
                + "was stored before the key was retired, or before the entry lost its resource.",
            check: "`encconf decrypt-secret` with the same --config files shows the object.",
            remedy:
                "Add the key again as a read key, roll the file out, and re-encrypt the object; or create the "
                + "object again from the output of `encconf decrypt-secret`. Keep the archive until then."),
        Explanation(
            "ENC0417", "a provider that the policy does not allow",
            meaning: "A stored value or an entry of the configuration uses a provider that is not in "
                + "`allowedProviders` of the policy. Each key counts once. Plaintext does not count here.",
            check: "The audit lists each key, its number of values, and whether it is a write key.",
            remedy: "`encconf rotate` with --to PROVIDER changes the provider. Re-encrypt every object, then audit "
                + "again. Change the policy only if the provider is really allowed."),
        Explanation(
            "ENC0418", "a write key is older than its cryptoperiod",
            meaning: "The name of a write key has a date, and it is older than `cryptoperiods` of the policy allows "
                + "for its provider. Read keys do not count: they write nothing.",
            check: "`encconf show` prints the age of each key with a date in its name.",
            remedy: "Rotate the key with `encconf rotate`: add, promote, re-encrypt, retire."),
        Explanation(
            "ENC0419", "an AES-GCM key wrote more often than the policy allows",
            meaning: "Objects of this key were written as often as `gcmWriteLimit` of the policy, or more often. "
                + "Kubernetes recommends a new key every 200,000 writes; NIST SP 800-38D allows 2^32 random nonces. "
                + "Deleted objects do not count, so the real number can be higher.",
            check: "The sum of `writes` of the key in `-o json`.",
            remedy: "`encconf rotate` adds a new key. Rotate on a schedule, or change to secretbox or a KMS."),
        Explanation(
            "ENC0420", "a resource that must be encrypted is not",
            meaning: "The policy names the resource in `mustEncrypt`. It has plaintext values, no entry of the "
                + "configuration covers it, or identity is the write provider of its entry. Each resource counts "
                + "once.",
            check: "`encconf show` lists what is encrypted; the table of resources of the audit counts plaintext "
                + "values.",
            remedy:
                "Add an entry for the resource, or promote its key. When every server runs the file, re-encrypt the "
                + "objects, then audit again."),
    ]
}
