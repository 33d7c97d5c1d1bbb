public import Diagnostics
public import EncryptionConfig
public import YAMLTree

/// Why a file is no policy. Texts of the file are names that a report still has to redact.
public struct PolicyRefusal: Error, Equatable {
    public enum Reason: Equatable, Sendable {
        case yaml(YAMLError)
        case tooLarge(byteCount: Int)
        case empty
        /// It is no document of the kind `AuditPolicy`.
        case otherKind
        case unknownField(String)
        case repeatedField(String)
        case type(PolicyField, Shape)
        case emptyList(PolicyField)
        case tooManyItems(PolicyField)
        case repeatedItem(PolicyField, String)
        case unknownPreset(String)
        case unknownProvider(PolicyField, String)
        /// identity encrypts nothing.
        case identityAllowed
        /// The age of a key of a KMS is not in the file.
        case periodOfKMS(ProviderName)
        case period(String)
        case writeLimit
        case resource(String)
    }

    /// What a value should be.
    public enum Shape: Equatable, Sendable { case mapping, list, text, number }

    public let reason: Reason
    /// Where; nil if it concerns the file as a whole.
    public let position: SourcePosition?
}

/// The fields of a policy.
public enum PolicyField: String, CaseIterable, Sendable {
    case apiVersion, kind, preset, cryptoperiods, allowedProviders, mustEncrypt, gcmWriteLimit
}
