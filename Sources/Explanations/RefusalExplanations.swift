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
            meaning: "`apiVersion` and `kind` are missing, or name something else.",
            check: "The first lines of the file. Talos keeps it without them: `--headerless` says that it is meant.",
            remedy: "Begin with `apiVersion: apiserver.config.k8s.io/v1` and `kind: EncryptionConfiguration`."),
        Explanation(
            RefusalCode.type, "a value of the wrong type",
            meaning: "A field holds a number, boolean, list or mapping where something else belongs. YAML reads a name "
                + "such as `1` or `yes` as a number or boolean, which kube-apiserver does not turn into text.",
            check: "The path of the finding.", remedy: "Put texts in quotes; write lists with dashes."),
        Explanation(
            RefusalCode.unknownField, "an unknown field",
            meaning: "A mapping has a field that its type does not have. Names are case-sensitive: `Resources` and "
                + "`cacheSize` are unknown. Kubernetes 1.31 and later refuse the file; 1.26 to 1.30 ignore the field.",
            check: "Spelling, case, and whether the line is indented as far as its siblings.",
            remedy: "Write the name as the documentation has it, or take the field out."),
        Explanation(
            RefusalCode.duplicateField, "a field that is set twice",
            meaning:
                "One mapping has the same field twice. Kubernetes 1.31 and later refuse the file. In 1.26 to 1.30 the "
                + "last one counts without a word, so that Secrets can stay in plaintext.",
            check: "The two lines; often a dash is missing before the second.",
            remedy: "Keep one, or begin a new item with a dash."),
        Explanation(
            RefusalCode.duration, "not a duration",
            meaning: "`timeout` takes a number with a unit, such as `3s` or `1m30s`.",
            check: "The value.", remedy: "Add the unit, or leave the field out for 3s."),
        Explanation(
            RefusalCode.emptyList, "a list without items",
            meaning: "There must be at least one entry, one resource and one provider in each, and one key.",
            check: "The path of the finding; an item can be lost by a wrong indentation.",
            remedy: "Add an item, or take the entry out."),
        Explanation(
            RefusalCode.resource, "a resource that cannot be named, or not here",
            meaning: "The name has capitals, is `*` alone, repeats or overlaps with another of its list, or is that of "
                + "something that is not stored as an object or is stored under another name. This is checked from "
                + "Kubernetes 1.27 on; 1.26 takes any name, and one that no resource has encrypts nothing.",
            check: "The message. `*.` means the core group, `*.apps` a group, `*.*` everything.",
            remedy: "Correct the name; put overlapping ones into entries of their own, the exact ones first."),
        Explanation(
            RefusalCode.provider, "no provider, or several, in one item",
            meaning: "Each item of `providers` names exactly one of identity, aescbc, aesgcm, secretbox and kms. With "
                + "nothing behind the colon a field counts as not set.",
            check: "Dashes and indentation.", remedy: "One dash for each provider; plaintext is `identity: {}`."),
        Explanation(
            RefusalCode.keyName, "a key without a name",
            meaning: "The name of the key becomes part of every stored value and cannot be empty.",
            check: "The path of the finding.",
            remedy: "Give it the name under which its values are stored, or any new one if it has written nothing."),
        Explanation(
            RefusalCode.keySecret, "a key that is none",
            meaning: "The key is missing, is no standard base64 with padding, or decodes to a length that the provider "
                + "does not take: 16, 24 or 32 bytes for aescbc and aesgcm, 32 for secretbox.",
            check: "Whether blanks or quotes slipped in, or the text was cut off.",
            remedy: "For a key in use find the right text, in a backup or on another server. `encconf keygen` makes a "
                + "new one."),
        Explanation(
            RefusalCode.kms, "a wrong field of a KMS provider",
            meaning: "A KMS provider needs a name of its own without a colon, `apiVersion: v2` (or v1), an endpoint "
                + "with the scheme unix, and a positive timeout. From Kubernetes 1.27 on `cachesize` belongs to v1 alone.",
            check: "The path and the message.", remedy: "Correct the field."),
        Explanation(
            RefusalCode.masked, "an earlier wildcard takes the resource already",
            meaning:
                "Entries are read in order. A resource behind a wildcard that covers it would never be used. This is "
                + "checked from Kubernetes 1.27 on; 1.26 has no wildcards, so that the exact name counts.",
            check: "The order of the entries.", remedy: "Put exact resources first, then `*.<group>`, then `*.*`."),
        Explanation(
            RefusalCode.kmsv1Gate, "KMS v1 without its feature gate",
            meaning:
                "From Kubernetes 1.29 on kube-apiserver starts with a KMS v1 provider only if it is told to. In 1.28 "
                + "the gate is on by default; 1.26 and 1.27 have none and do not start with a flag for it.",
            check: "The flags of kube-apiserver. `apiVersion` left out means v1.",
            remedy:
                "Set `--feature-gates=KMSv1=true` on every server. Then add a KMS v2 provider under another name, promote "
                + "it, re-encrypt everything and remove v1 (`encconf rotate` with --to kms). Do not change `apiVersion` of "
                + "the provider that is there: stored values carry v1."),
        Explanation(
            RefusalCode.kmsv2Gate, "KMS v2 without its feature gate",
            meaning:
                "KMS v2 is alpha in Kubernetes 1.26, where it works only with `--feature-gates=KMSv2=true`. From 1.27 "
                + "on it is on by default; 1.27 and 1.28 can switch it off.",
            check: "The flags of kube-apiserver.",
            remedy: "Set the gate, or upgrade to 1.27 first. What 1.26 writes with KMS v2 is of an alpha version."),
        Explanation(
            RefusalCode.featureGate, "a feature gate that this version refuses",
            meaning:
                "kube-apiserver does not start with a flag for a gate that its version does not have, or has locked "
                + "to the other value. KMSv1 can be set from 1.28 on, KMSv2 up to 1.31, KMSv2KDF in 1.28 to 1.31; from 1.29 "
                + "on the last two can only be true. A server of OpenShift warns instead.",
            check: "`--feature-gates` in the manifest or unit of kube-apiserver.",
            remedy: "Remove the gate from the flag before the version starts."),
        Explanation(
            RefusalCode.limit, "more than this program looks at",
            meaning:
                "There are more than 1,000 findings, of which the last one counts the rest; or the file is made so "
                + "that reading it would cost far more than its size suggests: its aliases stand for more than 64 MiB of "
                + "text, or its resources have more than a million providers and keys, each counted for each resource. "
                + "kube-apiserver has no such limits.",
            check: "The message. No configuration that serves a cluster comes near.",
            remedy: "Mend what is listed, or take out what is repeated."),
    ]
}
