public import EncryptionConfig
public import GoText

/// Why a value is not read correctly. "Removed" is for values of OLD, "unknown" for values that NEW writes before OLD
/// can read them.
public enum TransitionReason: Hashable, Sendable {
    /// The same bytes have another name, and the name is part of the stored value.
    case keyRenamed(to: ByteName)
    /// The name has other bytes.
    case keyBytesChanged
    /// The same bytes are there for another cipher.
    case keyMoved(to: ProviderName)
    case keyRemoved
    case keyUnknown
    /// No key of this cipher remains, or the plugin was removed.
    case providerRemoved
    case providerUnknown
    /// The same bytes come first, under a name that is the start of the right one.
    case swallowed(by: ByteName)
    /// Other bytes under the same name come first.
    case shadowedByNamesake
    /// Other bytes under a name that is the start of the right one come first, or are the only key.
    case shadowed(by: ByteName)
    /// Another rule of the reading side serves the resource, and only one that does not has the key.
    case resourceMoved(from: ResourcePattern, to: ResourcePattern)
    /// No rule of NEW covers the resource.
    case resourceUncovered
    /// No rule of OLD covers the resource.
    case resourceUnknown
    /// Plaintext was readable and is no longer.
    case identityRemoved
    /// NEW encrypts a resource that OLD had no rule for, and does not read the plaintext.
    case plaintextLeftBehind
    /// NEW writes plaintext that OLD does not read.
    case identityFirst
    /// NEW has no rule for the resource, and so writes plaintext that OLD does not read.
    case plaintextWithoutRule
    case kmsRenamed(to: ByteName)
    case kmsEndpointChanged(from: ByteName, to: ByteName)
    case kmsVersionChanged

    /// For scripts: the name of the case.
    public var code: String {
        switch self {
        case .keyRenamed: "keyRenamed"
        case .keyBytesChanged: "keyBytesChanged"
        case .keyMoved: "keyMoved"
        case .keyRemoved: "keyRemoved"
        case .keyUnknown: "keyUnknown"
        case .providerRemoved: "providerRemoved"
        case .providerUnknown: "providerUnknown"
        case .swallowed: "swallowed"
        case .shadowedByNamesake: "shadowedByNamesake"
        case .shadowed: "shadowed"
        case .resourceMoved: "resourceMoved"
        case .resourceUncovered: "resourceUncovered"
        case .resourceUnknown: "resourceUnknown"
        case .identityRemoved: "identityRemoved"
        case .plaintextLeftBehind: "plaintextLeftBehind"
        case .identityFirst: "identityFirst"
        case .plaintextWithoutRule: "plaintextWithoutRule"
        case .kmsRenamed: "kmsRenamed"
        case .kmsEndpointChanged: "kmsEndpointChanged"
        case .kmsVersionChanged: "kmsVersionChanged"
        }
    }
}
