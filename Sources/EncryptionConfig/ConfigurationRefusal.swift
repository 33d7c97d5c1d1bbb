public import Diagnostics
internal import KubernetesVersions

/// Why kube-apiserver would not start with a file.
public struct ConfigurationRefusal: Error {
    /// How far kube-apiserver would come with it.
    public enum Stage: String, Sendable {
        /// The bytes of the file. Here that is only whether there are any.
        case read
        /// YAML or JSON, `apiVersion` and `kind`, fields and types.
        case decode
        /// The rules for the whole document.
        case validate
        /// What is only found when the transformers are made.
        case build
    }

    public let stage: Stage
    /// What kube-apiserver says, word for word but for its words on where it was (`error while parsing file: …`) and
    /// for secrets, which are `REDACTED`. Nil where a limit of this program is hit that kube-apiserver does not have.
    public let apiserverText: String?
    /// What is wrong, in file order; never empty. Of very many findings the last one counts those that are not listed.
    public let diagnostics: [Diagnostic]
    /// Whether kube-apiserver names the file when it could not decode it.
    private let namesFile: Bool
    /// Whose words these are.
    private var kubernetes = KubernetesVersion.newest

    init(stage: Stage, apiserverText: String?, namesFile: Bool = true, diagnostics: [Diagnostic]) {
        self.stage = stage
        self.apiserverText = apiserverText
        self.namesFile = namesFile
        self.diagnostics = diagnostics.limited
    }

    /// The same in the words of a version.
    func attributed(to kubernetes: KubernetesVersion) -> ConfigurationRefusal {
        var refusal = self
        refusal.kubernetes = kubernetes
        return refusal
    }

    /// The same with other words of ours for some findings: a message and a hint, or nil to leave a finding as it is.
    func replacing(_ words: (Diagnostic) -> (message: String, hint: Hint?)?) -> ConfigurationRefusal {
        var refusal = ConfigurationRefusal(
            stage: stage, apiserverText: apiserverText, namesFile: namesFile,
            diagnostics: diagnostics.map { finding in
                guard let (message, hint) = words(finding) else { return finding }
                return Diagnostic(
                    code: finding.code, severity: finding.severity, path: finding.path, position: finding.position,
                    message: message, hint: hint)
            })
        refusal.kubernetes = kubernetes
        return refusal
    }

    /// Whether the text has something that differs at each start: the address of a Go pointer, which `0xADDR`
    /// replaces.
    public var variesByStart: Bool { apiserverText?.contains(Self.address) ?? false }

    /// The replacement of the address of a Go pointer.
    static let address = "(0xADDR)"

    /// The whole message that kube-apiserver would print for the file at `path`, secrets redacted.
    public func apiserverError(path: String) -> String? {
        guard let apiserverText else { return nil }
        return switch stage {
        case .read:
            "error while parsing file: \(kubernetes.emptyFilePrefix)encryption provider configuration file \"\(path)\" "
                + apiserverText
        case .decode where namesFile && kubernetes.namesUndecodedFile:
            "error while parsing file: error decoding encryption provider configuration file \"\(path)\": "
                + apiserverText
        case .decode, .validate: "error while parsing file: \(apiserverText)"
        case .build: "error while building transformers: \(apiserverText)"
        }
    }
}

extension ConfigurationRefusal {
    /// The refusal of a file without a byte.
    static let emptyFile = ConfigurationRefusal(
        stage: .read, apiserverText: "is empty",
        diagnostics: [
            Diagnostic(
                code: RefusalCode.syntax, severity: .error, message: "the file is empty",
                hint: "create a configuration with `encconf init`")
        ])
}

extension ConfigurationRefusal {
    /// The refusal of a file that would cost this program too much.
    static func limit(_ stage: Stage, _ message: String, at position: SourcePosition, hint: Hint) -> Self {
        ConfigurationRefusal(
            stage: stage, apiserverText: nil,
            diagnostics: [
                Diagnostic(code: RefusalCode.limit, severity: .error, position: position, message: message, hint: hint)
            ])
    }
}

/// The stable codes of what kube-apiserver refuses.
public enum RefusalCode {
    /// The file is neither YAML nor JSON.
    public static let syntax = "ENC0101"
    /// `apiVersion` and `kind` are missing or name something else.
    public static let kind = "ENC0102"
    /// A value has another type than its field.
    public static let type = "ENC0103"
    /// A field that the type does not have.
    public static let unknownField = "ENC0104"
    /// A field that is set twice.
    public static let duplicateField = "ENC0105"
    /// A timeout that is no duration.
    public static let duration = "ENC0106"
    /// A list that needs at least one item has none.
    public static let emptyList = "ENC0110"
    /// A resource that cannot be named, or not here.
    public static let resource = "ENC0111"
    /// An item of a provider list with no provider, or with several.
    public static let provider = "ENC0112"
    /// A key without a name.
    public static let keyName = "ENC0113"
    /// A key whose secret is missing, no base64, or of the wrong length.
    public static let keySecret = "ENC0114"
    /// A field of a KMS provider.
    public static let kms = "ENC0115"
    /// A resource that an earlier wildcard already takes.
    public static let masked = "ENC0120"
    /// KMS v1 without its feature gate.
    public static let kmsv1Gate = "ENC0121"
    /// KMS v2 without its feature gate.
    public static let kmsv2Gate = "ENC0122"
    /// A feature gate that the version does not have, or has locked.
    public static let featureGate = "ENC0123"
    /// A limit of this program that kube-apiserver does not have.
    public static let limit = "ENC0199"
}
