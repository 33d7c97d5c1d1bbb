internal import Diagnostics
internal import EncryptionConfig

/// The strength of the write providers with keys in the file. Read-only providers are being removed, and not reported.
extension LintRule {
    static let providers: [LintRule] = [
        LintRule(
            "ENC0230", .warning, "aescbc does not detect changes",
            meaning: "AES-CBC has no integrity check. Anyone who can write to etcd can change a value or copy it to "
                + "another object, and kube-apiserver accepts the result. A wrong key is undetected for about 1 in "
                + "255 values. The Kubernetes documentation does not recommend it, because of padding oracle "
                + "attacks.",
            check: "`encconf show` names the write provider of each resource.",
            remedy: "Change the provider step by step with `encconf rotate` and --to secretbox, or --to kms. If "
                + "only FIPS algorithms are allowed, use a KMS v2 plugin."
        ) { subject in
            subject.writers(.aescbc).map { entry, item in
                LintFinding(
                    path: item.provider.path, position: item.provider.position,
                    message: "aescbc encrypts \(subject.listed(entry.written)) without integrity: kube-apiserver "
                        + "cannot detect a changed or moved value",
                    hint: "change the provider with `encconf rotate` and --to secretbox")
            }
        },
        LintRule(
            "ENC0231", .warning, "aesgcm needs frequent rotation",
            meaning: "The aesgcm provider draws a random nonce of 96 bits for every write. If one repeats under the "
                + "same key, authenticity is lost and plaintext leaks. The Kubernetes documentation recommends a "
                + "new key every 200,000 writes; NIST SP 800-38D (section 8.3) limits a key to 2^32. kube-apiserver "
                + "counts and enforces neither.",
            check:
                "Sum `apiserver_storage_transformation_operations_total` with `to_storage` and the prefix of the key "
                + "over all servers and restarts.",
            remedy: "Rotate on a schedule that stays below the limit, weekly in busy clusters. Use key names with a "
                + "date, for `--max-key-age`. Or change the provider to secretbox or KMS v2. For a write key of at "
                + "most 30 days, by its name, it is a note."
        ) { subject in
            subject.writers(.aesgcm).map { entry, item in
                let age = item.keys.first.flatMap { subject.linter.age(of: $0) }
                let isFresh = age.map { $0 <= freshness } ?? false
                return LintFinding(
                    path: item.provider.path, position: item.provider.position,
                    message: "aesgcm uses random nonces for \(subject.listed(entry.written)): rotate the key every "
                        + "200,000 writes; "
                        + (age.map { "this key is \(max(0, $0) / 86400) days old" } ?? "the age of this key is unknown"),
                    hint: "rotate on a schedule with `encconf rotate`, or change the provider with --to secretbox",
                    severity: isFresh ? .note : nil)
            }
        },
        LintRule(
            "ENC0232", .note, "secretbox is not a FIPS algorithm",
            meaning: "secretbox is XSalsa20 with Poly1305. Neither is approved by FIPS 140, so a validated module "
                + "does not offer them. The cipher is otherwise sound.",
            check: "Which policy applies to the cluster.",
            remedy: "Use KMS v2, whose values are AES-GCM with derived keys. Of the providers with keys in the "
                + "file, aesgcm is approved, with its limits (ENC0231)."
        ) { subject in
            guard subject.linter.fips else { return [] }
            return subject.entries.flatMap(\.providers).filter { $0.provider.name == .secretbox }.map { item in
                LintFinding(
                    path: item.provider.path, position: item.provider.position,
                    message: "secretbox uses XSalsa20 and Poly1305, which FIPS 140 does not approve",
                    hint: "change the provider with `encconf rotate` and --to kms")
            }
        },
    ]

    /// Four weekly rotations: OpenShift rotates every 7 days (library-go, pkg/operator/encryption), Gardener every 28.
    private static let freshness: Int64 = 30 * 86400
}

extension LintSubject {
    /// The write providers of this name, with their entries.
    fileprivate func writers(_ name: ProviderName) -> [(entry: Entry, item: Item)] {
        entries.flatMap { entry in
            entry.providers.filter { $0.writes && $0.provider.name == name }.map { (entry, $0) }
        }
    }
}
