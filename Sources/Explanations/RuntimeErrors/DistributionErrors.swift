extension RuntimeError {
    /// `secrets-encrypt` of k3s and RKE2, which keep the file themselves (github.com/k3s-io/k3s,
    /// pkg/server/handlers/secrets-encrypt.go and pkg/secretsencrypt).
    static let distributions: [RuntimeError] = [
        RuntimeError(
            signs: ["hash does not match between"],
            meaning:
                "k3s or RKE2: two servers have different copies of encryption-config.json. Between the steps of a rotation "
                + "that is usual until the last server is restarted.",
            check:
                "`k3s secrets-encrypt status` on each server; `sha256sum "
                + "/var/lib/rancher/k3s/server/cred/encryption-config.json` (RKE2: rke2 in place of k3s).",
            remedy:
                "Restart the servers one after the other, the one that ran the command first. Do not continue a rotation "
                + "before all hashes match: one server would write values that another cannot read."),
        RuntimeError(
            signs: ["incorrect stage:", "unknown stage", "another reencrypt is already active"],
            meaning:
                "k3s or RKE2: the command does not follow the stage that the rotation is in. The order is prepare, rotate, "
                + "reencrypt, with a restart of every server after prepare and rotate; or only rotate-keys.",
            check: "`k3s secrets-encrypt status` (RKE2: `rke2 secrets-encrypt status`) names the stage.",
            remedy:
                "Run the command for that stage. Wait for a reencrypt that runs; --force skips a check that protects data."
        ),
        RuntimeError(
            signs: [
                "invalid hash:", "invalid annotation", "missing annotation on node", "node annotations do not exist",
            ],
            meaning:
                "k3s or RKE2: the note that the node keeps of its encryption-config.json is missing or does not fit the "
                + "file. The file was edited by hand, or an old version of k3s wrote none.",
            check:
                "`k3s secrets-encrypt status`, and the annotation k3s.io/encryption-config-hash of the node (RKE2: "
                + "rke2.io/…). `encconf verify` and `encconf show` judge the file.",
            remedy:
                "Give every server the same file first, then restart it: k3s writes the note when it starts. Keep a copy of "
                + "every version of the file."),
        RuntimeError(
            signs: [
                "found in secrets encryption", "non-standard encryption keys found",
                "unable to enable/disable secrets encryption",
            ],
            meaning:
                "k3s or RKE2: encryption-config.json is not of the form that secrets-encrypt manages (its own keys and "
                + "identity). It was edited by hand, or another provider was configured.",
            check: "`encconf show` with /var/lib/rancher/k3s/server/cred/encryption-config.json.",
            remedy:
                "Rotate such a file with `encconf rotate`, or restore its form in the steps that `encconf diff` shows."
        ),
        RuntimeError(
            signs: [
                "does not support secretbox key type, use rotate-keys instead", "does not support rotate-keys",
                "cannot enable secrets encryption with",
            ],
            meaning:
                "k3s or RKE2: the command does not exist for this provider or this version. rotate-keys needs 1.28 or later "
                + "on every server; prepare, rotate and reencrypt work for aescbc only.",
            check: "`kubectl get nodes -o wide` shows the versions; `k3s secrets-encrypt status` the provider.",
            remedy: "Use rotate-keys, after the upgrade of every server."),
        RuntimeError(
            signs: ["apiserver has not reloaded encryption configuration"],
            meaning:
                "k3s or RKE2: kube-apiserver has not loaded the changed file within the time that rotate-keys waits. The key "
                + "is in the file, and nothing was rewritten.",
            check: "\(compare) `k3s secrets-encrypt status` names the stage.",
            remedy: "Restart the servers one after the other, then run the command again."),
        RuntimeError(
            signs: [
                "failed to reencrypt", "failed to convert object to Secret", "SecretsUpdateError",
            ],
            meaning:
                "k3s or RKE2: a Secret could not be rewritten, so the old key stays. An admission webhook may have refused "
                + "it, or it cannot be decrypted.",
            check: "The rest of the message, and the events of the node: `kubectl get events -A`.",
            remedy: "Solve the error of that Secret, then run reencrypt again. Keep the old key until then."),
        RuntimeError(
            signs: [
                "secrets-encrypt error ID", "secret-encrypt error ID", "see server log for details", "secrets-encrypt-",
            ],
            meaning:
                "k3s or RKE2: secrets-encrypt failed, and the reason is in the log of the server only, under this number.",
            check: "`journalctl -u k3s | grep NUMBER` on that server (RKE2: rke2-server); explain that line.",
            remedy: "Solve what the line says. Do not use --force, which skips the check that protects data."),
        RuntimeError(
            signs: [
                "bootstrap data already found and encrypted with different token",
                "cipher: message authentication failed",
            ],
            besides: ["bootstrap data", "bootstrap cluster data", "/bootstrap/", "preparing server", "level=fatal"],
            unless: ["transform key"],
            meaning:
                "k3s or RKE2: this server cannot open its bootstrap data (/bootstrap/… in the datastore: certificates and "
                + "encryption-config.json). They are encrypted with the server token, and this server has another token than "
                + "the one that wrote them. Usual after a restore, a new node, or a rotation of the token. The stored objects "
                + "are not concerned.",
            check:
                "Compare the token on all servers: /var/lib/rancher/k3s/server/token (RKE2: rke2), K3S_TOKEN in the unit, "
                + "and token: in config.yaml. A snapshot needs the token of the time when it was taken.",
            remedy:
                "Give this server the token that the others have, or that of the snapshot, and restart it. Keep the datastore "
                + "and /var/lib/rancher unchanged: without that token the keys in the bootstrap data are lost."),
        RuntimeError(
            signs: ["newer than datastore and could cause a cluster outage"],
            meaning:
                "k3s or RKE2: the named files on this server are newer than their copies in the datastore, so it does not "
                + "start. Usual after a restore of an older snapshot, a rotation that was interrupted, or a clock that is "
                + "wrong. If encryption-config.json is among them, the file on disk may have the only copy of a key.",
            check:
                "`encconf show` with encryption-config.json of this server and of each other server: does the newer file have "
                + "a key that the others lack? Were values written with it? `encconf audit` with a snapshot answers that.",
            remedy:
                "Copy the named files to a safe place outside of /var/lib/rancher first. If values need a key of the newer "
                + "file, restore the snapshot that belongs to it, or give that key to the other servers first. Only if no "
                + "value needs it, move the named files away and restart: k3s writes them from the datastore."),
        RuntimeError(
            signs: ["cannot manage secrets encryption on non control-plane node"],
            meaning: "k3s or RKE2: this node runs no server.", check: "`kubectl get nodes`.",
            remedy: "Run the command on a control-plane node."),
        RuntimeError(
            signs: ["Disabled, no configuration file found"],
            meaning:
                "k3s or RKE2: the server runs without --secrets-encryption, so new Secrets are stored in plaintext.",
            check: "The options of the server; `encconf audit` counts the plaintext values.",
            remedy:
                "Enable it as the documentation of your version says: before v1.31 only a new server can. Then rewrite every "
                + "Secret."),
        RuntimeError(
            signs: ["Encryption Status:", "Server Encryption Hashes:", "Current Rotation Stage:"],
            meaning:
                "k3s or RKE2: the answer of secrets-encrypt status. Disabled means that identity comes first: new Secrets "
                + "are plaintext, and the keys only read. Hashes compare the files of the servers, and do not show which file a "
                + "server has loaded.",
            check: "`encconf show` and `encconf rotate --status` with the file; `encconf audit` for the stored values.",
            remedy: "Nothing, if the stage is start or reencrypt_finished and all hashes match."),
    ]
}
