/// What kube-apiserver says at run time when a value cannot be read or written, and what it really means.
public struct RuntimeError: Sendable {
    /// Texts that tell the error; each is enough, whatever stands around it.
    public let signs: [String]
    public let meaning: String
    public let check: String
    public let remedy: String

    /// The first entry of which `text` has a sign. White space and case do not count.
    public static func recognize(_ text: String) -> RuntimeError? {
        let normalized = normalize(text)
        return all.first { error in error.signs.contains { normalized.contains(normalize($0)) } }
    }

    private static func normalize(_ text: String) -> String {
        text.lowercased().split { $0.isWhitespace }.joined(separator: " ")
    }

    /// Of a text with several signs the first entry that has one counts, so causes stand before the errors that only
    /// pass them on. (Texts: k8s.io/apiserver 1.36; Go's crypto and encoding packages.)
    static let all: [RuntimeError] = [
        RuntimeError(
            signs: ["no matching prefix found"],
            meaning:
                "No provider of the resource's list has the prefix of the stored value: its provider was taken out "
                + "of the configuration or, for plaintext, identity was.",
            check: "`etcdctl get KEY | head -c 64 | hexdump -C` shows the prefix; `encconf show` shows what the "
                + "list reads; `encconf decrypt-secret` tells which provider is missing.",
            remedy: "Put the provider back, behind the one that writes, and rewrite the objects before it goes. For "
                + "plaintext add `- identity: {}` at the end of the list."),
        RuntimeError(
            signs: ["no matching key was found for the provided"],
            meaning: "The provider is there, but it has no key of the name that the stored value carries: the key was "
                + "removed or renamed. The name is part of the value.",
            check: "`encconf decrypt-secret` tells the name, and whether a key with the right bytes stands under "
                + "another name.",
            remedy: "Add the key again under that name, behind the write key, from a backup of the file or from the "
                + "archive of retired keys; rewrite the objects; then remove it."),
        RuntimeError(
            signs: ["identity transformer tried to read encrypted data"],
            meaning: "No entry of the configuration covers the resource, so it is read as plaintext, and the value is "
                + "encrypted: the resource left the list, or this server runs without the file that the others have.",
            check: "Compare `--encryption-provider-config` and the file of every server (`encconf show` prints the "
                + "hash that the metrics show).",
            remedy: "Give the resource its entry back, and every server the same file."),
        RuntimeError(
            signs: ["invalid padding on input", "invalid PKCS7 data"],
            meaning: "AES-CBC with a key of the right name and other bytes, or a damaged value. About one wrong key in "
                + "255 passes unnoticed and gives garbage instead.",
            check: "`encconf decrypt-secret` with every file that may still have the key: repeat --config.",
            remedy: "Restore the key's bytes. If they are lost, so is the value: restore the object or delete it."),
        RuntimeError(
            signs: ["the stored data is not a multiple of the block size"],
            meaning: "An AES-CBC value that is cut short or has bytes too many, or one that another cipher wrote.",
            check: "`etcdctl get KEY --print-value-only | wc -c`; look for a tool that wrote to etcd directly.",
            remedy: "Restore the value from a backup, or delete the object."),
        RuntimeError(
            signs: ["the stored data was shorter than the required size"],
            meaning: "The value ends before its nonce or initialisation vector does: it is cut short.",
            check: "`etcdctl get KEY --print-value-only | wc -c`.",
            remedy: "Restore the value from a backup, or delete the object."),
        RuntimeError(
            signs: ["failed to decrypt DEK"],
            meaning: "The KMS v2 plugin did not decrypt the data encryption key of the value: it is not reachable, its "
                + "key was destroyed or disabled, or it is another plugin under the same name.",
            check: "The plugin's own log; the key ID of the value (`encconf decrypt-secret` tells it) among the "
                + "versions that the KMS still has.",
            remedy: "Make the plugin reachable, and enable that version of its key again."),
        RuntimeError(
            signs: ["cipher: message authentication failed"],
            meaning: "AES-GCM (or a KMS value) with a key of the right name and other bytes, a value that was written "
                + "to another etcd key (copied, or restored under another --etcd-prefix), or a damaged value.",
            check: "`encconf decrypt-secret` with every file that may have the key, and with --etcd-key for where the "
                + "value came from.",
            remedy: "Restore the key's bytes, or the value to its own etcd key."),
        RuntimeError(
            signs: ["output array was not large enough"],
            meaning: "Secretbox says so when the authentication fails: a key of the right name and other bytes, or a "
                + "damaged value. No array is too small.",
            check: "`encconf decrypt-secret` with every file that may still have the key.",
            remedy: "Restore the key's bytes. If they are lost, so is the value: restore the object or delete it."),
        RuntimeError(
            signs: ["illegal base64 data at input byte", "secrets must be base64 encoded"],
            meaning:
                "Something that should be base64 is not: mostly the secret of a key, with URL-safe letters, blanks, "
                + "or its padding cut off.",
            check: "`encconf verify` names the line.",
            remedy: "Write the secret in standard base64 with its padding, such as `encconf keygen` prints it."),
        RuntimeError(
            signs: ["is masked by earlier rule"],
            meaning: "A wildcard earlier in the file already covers the resource, so its own entry would never count.",
            check: "`encconf verify` names the line.",
            remedy: "Put the exact entry before the wildcard, and repeat in it the keys that its values still need."),
        RuntimeError(
            signs: ["KMSv2 feature is not enabled"],
            meaning:
                "The file has a KMS v2 provider, and this server has KMS v2 off: Kubernetes 1.26 by default, 1.27 and "
                + "1.28 with KMSv2=false. It does not start.",
            check: "`kubectl version`, and --feature-gates in the manifest or unit of kube-apiserver.",
            remedy:
                "Set KMSv2=true in --feature-gates (1.26 to 1.28), or upgrade. `encconf verify` with --kubernetes and "
                + "--upgrade-to tells what each version says."),
        RuntimeError(
            signs: ["unrecognized feature gate", "feature is locked to"],
            meaning:
                "--feature-gates names a gate that this version does not have, or has locked to the other value, and "
                + "kube-apiserver does not start. KMSv1 exists from Kubernetes 1.28 on; KMSv2 and KMSv2KDF are locked to "
                + "true from 1.29 on and gone from 1.32 on. A server of OpenShift warns and goes on.",
            check:
                "`kubectl version`, and --feature-gates in the manifest or unit of kube-apiserver. A gate that is not "
                + "about encryption is in the release notes of Kubernetes.",
            remedy: "Remove the gate from the flag. `encconf verify` with --feature-gates and --upgrade-to tells which "
                + "version refuses which."),
        RuntimeError(
            signs: ["KMSv1 is deprecated", "feature-gates=KMSv1=true"],
            meaning: "The file names a KMS v1 provider, and since Kubernetes 1.29 the feature gate KMSv1 is off.",
            check: "`encconf verify` with --feature-gates KMSv1=true accepts the file if nothing else is wrong.",
            remedy: "Set --feature-gates=KMSv1=true on every server, and plan the move to KMS v2."),
        RuntimeError(
            signs: ["got unexpected nil transformer", "kmsv2 Provider", "kms-providers"],
            meaning:
                "The KMS v2 plugin has not been healthy since this server started, so nothing that it encrypted can "
                + "be read.",
            check: "`/healthz/kms-providers` of this server, the plugin's log, and its socket.",
            remedy: "Make the plugin healthy; the server asks again within ten seconds."),
        RuntimeError(
            signs: ["encryptedDEKSource with keyID hash"],
            meaning: "The KMS v2 plugin has not answered for three minutes: reading goes on, writing does not.",
            check: "The plugin's log, and its socket.", remedy: "Make the plugin healthy."),
        RuntimeError(
            signs: [
                "storage is (re)initializing", "Too large resource version", "Timeout: Too large resource version",
            ],
            meaning:
                "The watch cache of a resource cannot be filled. Behind it mostly stands one object that cannot be "
                + "decrypted: a list fails as a whole if one of its values does.",
            check: "The server's log for `unable to transform key`, which names the object.",
            remedy: "Restore the key of that object, or remove the object from etcd."),
        RuntimeError(
            signs: ["unable to transform key", "data from the storage is not transformable", "StorageReadError"],
            meaning: "One stored value cannot be decrypted, and the list that it belongs to fails as a whole. The rest "
                + "of the message says why.",
            check: "Explain the rest of the message; `encconf decrypt-secret` with the value under that key.",
            remedy: "Restore the key of that object. If it is lost, delete the object: with Kubernetes 1.37 by DELETE "
                + "with ignoreStoreReadErrorWithClusterBreakingPotential, before that by etcdctl."),
        RuntimeError(
            signs: ["object not decodable", "couldn't get version/kind"],
            meaning: "The value decrypts, but not to an object: under aescbc the work of a key of the right name and "
                + "other bytes; otherwise something else was written there.",
            check: "`encconf decrypt-secret` says so, and names the right key if it has it.",
            remedy: "Restore the key's bytes, or delete the object."),
    ]
}
