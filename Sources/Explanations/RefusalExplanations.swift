internal import Diagnostics
internal import EncryptionConfig

extension Explanation {
    /// What kube-apiserver refuses: see ``ConfigurationRefusal``.
    static let refusals: [Explanation] = [
        Explanation(
            RefusalCode.syntax, "neither YAML nor JSON",
            meaning: "The file cannot be parsed. A file whose first character is `{` is read as JSON and nothing else.",
            check: "Line and column of the finding; tabs, unclosed quotes and brackets are the usual cause.",
            remedy: "Correct the syntax. Indent with spaces."),
        Explanation(
            RefusalCode.kind, "not an encryption configuration",
            meaning: "`apiVersion` and `kind` are missing or wrong.",
            check: "The first lines of the file. For a Talos file without them use `--headerless`.",
            remedy: "Begin with `apiVersion: apiserver.config.k8s.io/v1` and `kind: EncryptionConfiguration`."),
        Explanation(
            RefusalCode.type, "a value of the wrong type",
            meaning: "A field has the wrong type, for example a number or a list instead of text. YAML reads a name "
                + "such as `1` or `yes` as a number or boolean, and kube-apiserver does not convert it to text.",
            check: "The path of the finding.", remedy: "Put text in quotes. Write lists with dashes."),
        Explanation(
            RefusalCode.unknownField, "an unknown field",
            meaning: "A mapping has a field that its type does not have. Names are case-sensitive: `Resources` and "
                + "`cacheSize` are unknown. Kubernetes 1.31 and later reject the file; 1.26 to 1.30 ignore the "
                + "field.",
            check: "Spelling, case and indentation.",
            remedy: "Write the name as in the documentation, or remove the field."),
        Explanation(
            RefusalCode.duplicateField, "a field that is set twice",
            meaning:
                "One mapping has the same field twice. Kubernetes 1.31 and later reject the file; 1.26 to 1.30 use "
                + "the last one without a warning, so Secrets can stay plaintext.",
            check: "The two lines; often a dash is missing before the second.",
            remedy: "Keep one, or begin a new item with a dash."),
        Explanation(
            RefusalCode.duration, "not a duration",
            meaning: "`timeout` needs a number with a unit, such as `3s` or `1m30s`.",
            check: "The value.", remedy: "Add the unit, or omit the field for 3s."),
        Explanation(
            RefusalCode.emptyList, "a list without items",
            meaning: "The file needs at least one entry, with one resource and one provider; a provider needs at "
                + "least one key.",
            check: "The path of the finding. A wrong indentation can hide an item.",
            remedy: "Add an item, or remove the entry."),
        Explanation(
            RefusalCode.resource, "an invalid resource name",
            meaning: "The name has capital letters, is only `*`, repeats or overlaps another name of its list, or "
                + "names a resource that is not stored, or is stored under another name. Kubernetes 1.27 and later "
                + "check this; 1.26 accepts any name, and an unknown name encrypts nothing.",
            check: "The message. `*.` is the core group, `*.apps` is a group, `*.*` is everything.",
            remedy: "Correct the name. Put overlapping names into separate entries, exact names first."),
        Explanation(
            RefusalCode.provider, "not exactly one provider in an item",
            meaning: "Each item of `providers` has exactly one of identity, aescbc, aesgcm, secretbox and kms. A "
                + "field with nothing after its colon counts as not set.",
            check: "Dashes and indentation.",
            remedy: "Write one dash for each provider. Plaintext is `identity: "
                + "{}`."),
        Explanation(
            RefusalCode.keyName, "a key without a name",
            meaning: "The name of the key becomes part of every stored value and cannot be empty.",
            check: "The path of the finding.",
            remedy: "Set the name that its stored values carry, or any new name if it has encrypted nothing."),
        Explanation(
            RefusalCode.keySecret, "an invalid key",
            meaning: "The key is missing, is not standard base64 with padding, or has a wrong length: aescbc and "
                + "aesgcm need 16, 24 or 32 bytes, secretbox needs 32.",
            check: "Whether the text has spaces or quotes, or is cut off.",
            remedy: "For a key in use, find the right text in a backup or on another server. `encconf keygen` makes "
                + "a new one."),
        Explanation(
            RefusalCode.kms, "an invalid field of a KMS provider",
            meaning: "A KMS provider needs a unique name without a colon, `apiVersion: v2` (or v1), an endpoint "
                + "with the scheme unix, and a positive timeout. From Kubernetes 1.27 on, only v1 accepts "
                + "`cachesize`.",
            check: "The path and the message.", remedy: "Correct the field."),
        Explanation(
            RefusalCode.masked, "an earlier wildcard covers the resource already",
            meaning:
                "Entries are used in order. A resource after a wildcard that covers it would never be used. "
                + "Kubernetes 1.27 and later check this; 1.26 has no wildcards, so the exact name counts.",
            check: "The order of the entries.", remedy: "Put exact resources first, then `*.<group>`, then `*.*`."),
        Explanation(
            RefusalCode.kmsv1Gate, "KMS v1 without its feature gate",
            meaning:
                "From Kubernetes 1.29 on, kube-apiserver starts with a KMS v1 provider only if the gate KMSv1 is "
                + "on. In 1.28 the gate is on by default; 1.26 and 1.27 have no such gate and do not start with a "
                + "flag for it.",
            check: "The flags of kube-apiserver. Without `apiVersion` a provider is v1.",
            remedy:
                "Set `--feature-gates=KMSv1=true` on every server. Then add a KMS v2 provider under another name, "
                + "promote it, re-encrypt everything and remove v1 (`encconf rotate` with --to kms). Do not change "
                + "`apiVersion` of the existing provider: stored values carry v1."),
        Explanation(
            RefusalCode.kmsv2Gate, "KMS v2 without its feature gate",
            meaning:
                "KMS v2 is alpha in Kubernetes 1.26 and needs `--feature-gates=KMSv2=true`. From 1.27 on it is on "
                + "by default; 1.27 and 1.28 can disable it.",
            check: "The flags of kube-apiserver.",
            remedy: "Set the gate, or upgrade to 1.27 first. KMS v2 values of 1.26 are in an alpha format."),
        Explanation(
            RefusalCode.featureGate, "a feature gate that this version rejects",
            meaning:
                "kube-apiserver does not start with a flag for a gate that its version does not have, or has locked "
                + "to the other value. KMSv1 exists from 1.28 on, KMSv2 up to 1.31, KMSv2KDF from 1.28 to 1.31; "
                + "from 1.29 on the last two can only be true. A server of OpenShift only warns.",
            check: "`--feature-gates` in the manifest or unit of kube-apiserver.",
            remedy: "Remove the gate from the flag before this version starts."),
        Explanation(
            RefusalCode.limit, "too many findings, or too large",
            meaning:
                "The file has more than 1,000 findings (the last one counts the rest), its aliases expand to more "
                + "than 64 MiB, or its resources have more than a million providers and keys, counted for each "
                + "resource. kube-apiserver has no such limits.",
            check: "The message. No configuration of a real cluster is near these limits.",
            remedy: "Correct the listed findings, or remove repeated parts."),
    ]
}
