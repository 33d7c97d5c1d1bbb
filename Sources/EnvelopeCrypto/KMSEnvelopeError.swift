public import GoText
public import KubernetesVersions

/// Why the envelope of a KMS value is invalid. Contains numbers, and names that are unencrypted in the value.
///
/// Its texts are those of kube-apiserver (k8s.io/apiserver, pkg/storage/value/encrypt/envelope/envelope.go and
/// envelope/kmsv2/envelope.go).
public enum KMSEnvelopeError: Error, Equatable {
    /// KMS v1: the two bytes of length are missing, or say more than there is.
    case missingDEKLength
    /// KMS v2: not a protobuf message.
    case malformed(ProtobufFault)
    /// KMS v2: a text field is not UTF-8; the name of the field.
    case invalidUTF8(field: String)
    /// KMS v2: the DEK source is neither a key (0) nor a seed (1).
    case unknownDEKSourceType(Int32)
    case emptyData
    case emptyDEKSource
    /// More than 1,024 bytes.
    case longDEKSource(Int)
    case emptyKeyID
    /// More than 1,024 bytes.
    case longKeyID(Int)
    /// One text for each annotation key that is no domain name, then one if all together are too long.
    case annotations([String])

    /// What a version of kube-apiserver says.
    public func apiserverText(in kubernetes: KubernetesVersion = .newest) -> String {
        let package = kubernetes.kmsv2Package
        let source = kubernetes.namesDEKSource ? "encrypted DEK source" : "encrypted DEK"
        return switch self {
        case .missingDEKLength:
            "invalid data encountered by envelope transformer: failed to read uint16 length prefixed data"
        case .malformed(let fault):
            kubernetes.hasPlainProtobufErrors
                ? "proto: cannot parse invalid wire-format data" : fault.text(package: package)
        case .invalidUTF8(let field):
            kubernetes.hasPlainProtobufErrors
                ? "string field contains invalid UTF-8"
                : "proto: field \"\(package).EncryptedObject.\(field)\" contains invalid UTF-8"
        case .unknownDEKSourceType(let type): "unknown encryptedDEKSourceType: \(type)"
        case .emptyData: "encrypted data is empty"
        case .emptyDEKSource: "failed to validate \(source): \(source) is empty"
        case .longDEKSource(let count):
            "failed to validate \(source): \(source) is \(count) bytes, "
                + "which exceeds the max size of \(KMSv2Envelope.maximumDEKSourceByteCount)"
        case .emptyKeyID, .longKeyID: "failed to validate key id: \(keyIDText)"
        case .annotations(let texts): "failed to validate annotations: \(aggregated(texts))"
        }
    }
}

extension KMSEnvelopeError {
    /// What is wrong with a key ID; nil if it is acceptable
    /// (pkg/storage/value/encrypt/envelope/kmsv2/envelope.go, `ValidateKeyID`).
    public init?(keyID: ByteName) {
        switch keyID.utf8.count {
        case 0: self = .emptyKeyID
        case ...KMSv2Envelope.maximumKeyIDByteCount: return nil
        default: self = .longKeyID(keyID.utf8.count)
        }
    }

    /// What is wrong with a key ID, without saying what it was needed for; else the whole text.
    public var keyIDText: String {
        switch self {
        case .emptyKeyID: "keyID is empty"
        case .longKeyID(let count):
            "keyID is \(count) bytes, which exceeds the max size of \(KMSv2Envelope.maximumKeyIDByteCount)"
        default: apiserverText()
        }
    }
}
