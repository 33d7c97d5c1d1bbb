internal import Diagnostics
internal import EncryptionConfig

extension Explanation {
    /// The explanation of an error of kube-apiserver about its file, within any other text: a line of its log, a
    /// Status, several lines. Nil for another text.
    ///
    /// (Texts: spec of the file format; each is one that `verify` prints for some version.)
    static func ofConfigurationText(_ text: FoldedText) -> Explanation? {
        let isOfFile = [RuntimeError.Sign].configurationFile.contains { $0.isIn(text) }
        let texts = isOfFile ? texts + parserTexts + vagueTexts : texts
        let code = texts.first { _, signs in signs.contains { $0.isIn(text) } }?.code
        return (code ?? (isOfFile && isUnreadable(text) ? RefusalCode.syntax : nil)).flatMap(ofConfiguration)
    }

    /// Whether a parser ends at once.
    private static func isUnreadable(_ text: FoldedText) -> Bool {
        let parser: [RuntimeError.Sign] = [": yaml:", ": proto:", ": unexpected EOF", ": empty body"]
        // What is refused for being strict can be read, and says more in its next line.
        let strict: RuntimeError.Sign = "strict decoding error"
        return parser.contains { $0.isIn(text) } && !strict.isIn(text)
    }

    /// Texts that kube-apiserver prints about this file alone. In the order in which they count: the narrower sign before
    /// the wider one.
    private static let texts: [(code: String, signs: [RuntimeError.Sign])] = [
        (RefusalCode.featureGate, ["unrecognized feature gate", "feature is locked to"]),
        (RefusalCode.kmsv2Gate, ["KMSv2 feature is not enabled"]),
        (RefusalCode.kmsv1Gate, ["KMSv1 is deprecated", "feature-gates=KMSv1=true"]),
        (RefusalCode.masked, ["is masked by earlier rule"]),
        (
            RefusalCode.keySecret,
            [
                "secrets must be base64 encoded", "secret is not of the expected length",
                "secret is a mandatory field for a key", "has no provided secret",
                "could not obtain secret for named key", "error while creating cipher for named key",
                "error while creating transformer for named key", "expected key size 32 for secretbox provider",
            ]
        ),
        (RefusalCode.keyName, ["name is a mandatory field for a key", "key with invalid name provided"]),
        (
            RefusalCode.provider,
            [
                "more than one provider specified in a single element", "provider does not contain any of the expected",
            ]
        ),
        (
            RefusalCode.resource,
            [
                "resource name should not contain capital letters", "use '*.' to encrypt all the resources",
                "the same resource cannot be specified multiple times", "using overlapping resources such as",
                "resources which do not have REST API/s", "objects are stored using the 'events' API group",
                "'extensions' group has been removed", "encrypting the same resource across groups",
            ]
        ),
        (
            RefusalCode.kms,
            [
                "invalid KMS provider name", "duplicate KMS provider name", "name is a mandatory field for a provider",
                "timeout should be a positive value", "endpoint is a mandatory field for a kms",
                "for KMS provider, only unix is supported", "invalid endpoint for kms provider",
                "cachesize is not supported",
                "cachesize should be a positive value", "unsupported apiVersion apiVersion for KMS provider",
                "could not configure KMSv1-Plugin's probe", "could not configure KMSv2-Plugin's probe",
                "could not configure KMS plugin",
            ]
        ),
        (
            RefusalCode.emptyList,
            [
                "at least one resources is required", "at least one resources[", "at least one keys is required",
                "provider has no valid keys",
            ]
        ),
    ]

    /// Texts of parsers, which every program prints about its own documents. They count beside words about the file.
    private static let parserTexts: [(code: String, signs: [RuntimeError.Sign])] = [
        (RefusalCode.duplicateField, ["already set in map", "duplicate field \""]),
        (RefusalCode.unknownField, ["unknown field \""]),
        (
            RefusalCode.kind,
            [
                "Go struct field .kind of", "Go struct field .apiVersion of",
                "Go value of type struct { APIVersion string",
            ]
        ),
        (RefusalCode.type, ["cannot unmarshal"]),
        (
            RefusalCode.kind,
            [
                "is registered for version", "is registered for the internal version of group",
                "Object 'Kind' is missing",
                "Object 'apiVersion' is missing", "got unexpected config type", "unexpected GroupVersion string",
            ]
        ),
        (
            RefusalCode.syntax,
            [
                "json parse error", "error converting YAML to JSON", "yaml: line", "yaml: found",
                "yaml: unknown anchor", "yaml: anchor", "yaml: incomplete",
                "yaml: invalid map key", "yaml: cannot decode", "yaml: control characters", "yaml: invalid",
                "unsupported map key of type",
                "protobuf marshalling interface", "json: unsupported value",
            ]
        ),
    ]

    /// The signs of a document that a parser refuses, whatever document it is.
    static let parserSigns: [RuntimeError.Sign] = ["strict decoding error"] + parserTexts.flatMap(\.signs)

    /// What says little without words about the file, and nothing about another document.
    private static let vagueTexts: [(code: String, signs: [RuntimeError.Sign])] = [
        (RefusalCode.provider, ["invalid provider configuration"]),
        (RefusalCode.emptyList, [": Required value: at least one"]),
        (RefusalCode.duration, ["time: invalid duration", "time: unknown unit", "time: missing unit"]),
        (RefusalCode.syntax, ["\" is empty"]),
    ]
}
