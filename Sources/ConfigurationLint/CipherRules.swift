internal import Diagnostics
internal import EncryptionConfig

/// What the ciphers with keys in the file are worth. Those that only read are on their way out, and not reported.
extension LintRule {
    static let providers: [LintRule] = [
        LintRule(
            "ENC0230", .warning, "aescbc does not detect changes",
            meaning: "AES-CBC has no integrity check. Who can write to etcd can alter values or copy a value to "
                + "another object, and kube-apiserver reads the result; a wrong key yields garbage without an error "
                + "for about 1 value in 256. The Kubernetes documentation does not recommend it, because of padding "
                + "oracle attacks.",
            check: "`encconf show` names the write provider of each resource.",
            remedy: "`encconf rotate` with --to secretbox changes the provider step by step, or `--to kms`. Where only "
                + "FIPS algorithms are allowed, a KMS v2 plugin does better."
        ) { subject in
            subject.writers(.aescbc).map { entry, item in
                LintFinding(
                    path: item.provider.path, position: item.provider.position,
                    message: "aescbc writes \(subject.listed(entry.written)): changed values are not detected, and "
                        + "values are not bound to their object",
                    hint: "`encconf rotate` with --to secretbox changes the provider")
            }
        },
        LintRule(
            "ENC0231", .warning, "aesgcm needs frequent rotation",
            meaning: "The aesgcm provider draws a random nonce of 96 bits for every write. If one repeats under the "
                + "same key, authenticity is lost and plaintext leaks. The Kubernetes documentation asks for a new "
                + "key every 200,000 writes; NIST SP 800-38D (section 8.3) sets the outer limit at 2^32. Nothing in "
                + "kube-apiserver counts or enforces either.",
            check:
                "Sum `apiserver_storage_transformation_operations_total` with `to_storage` and the prefix of the key "
                + "over all servers and restarts.",
            remedy: "Rotate on a schedule that keeps below the limit, weekly in busy clusters, with names that carry "
                + "the date so that `--max-key-age` can watch it; or change the provider to secretbox or KMS v2. With "
                + "a write key of at most 30 days by its name it is a note."
        ) { subject in
            subject.writers(.aesgcm).map { entry, item in
                let age = item.keys.first.flatMap { subject.linter.age(of: $0) }
                let isFresh = age.map { $0 <= freshness } ?? false
                return LintFinding(
                    path: item.provider.path, position: item.provider.position,
                    message: "aesgcm writes \(subject.listed(entry.written)) with random nonces: a key is good for "
                        + "200,000 writes, "
                        + (age.map { "and this one is \(max(0, $0) / 86400) days old" }
                            ?? "and its name does not tell how old it is"),
                    hint: "rotate on a schedule with `encconf rotate`, or `--to secretbox`",
                    severity: isFresh ? .note : nil)
            }
        },
        LintRule(
            "ENC0232", .note, "secretbox is not a FIPS algorithm",
            meaning: "secretbox is XSalsa20 with Poly1305. Neither is approved by FIPS 140, so a validated module "
                + "does not offer them. The construction is sound otherwise.",
            check: "Ask which policy applies to the cluster.",
            remedy: "Use KMS v2, whose values are AES-GCM under derived keys; of the providers with keys in the file "
                + "aesgcm is approved, with its limits (ENC0231)."
        ) { subject in
            guard subject.linter.fips else { return [] }
            return subject.entries.flatMap(\.providers).filter { $0.provider.name == .secretbox }.map { item in
                LintFinding(
                    path: item.provider.path, position: item.provider.position,
                    message: "secretbox uses XSalsa20 and Poly1305, which FIPS 140 does not approve",
                    hint: "`encconf rotate` with --to kms changes the provider")
            }
        },
    ]

    /// Four weekly rotations: OpenShift rotates every 7 days (library-go, pkg/operator/encryption), Gardener every 28.
    private static let freshness: Int64 = 30 * 86400
}

extension LintSubject {
    /// The providers of this name that write, with their entries.
    fileprivate func writers(_ name: ProviderName) -> [(entry: Entry, item: Item)] {
        entries.flatMap { entry in
            entry.providers.filter { $0.writes && $0.provider.name == name }.map { (entry, $0) }
        }
    }
}
