internal import Diagnostics
internal import GoText
internal import KubernetesVersions
internal import SecretMemory

/// The rules for one item of a provider list, KMS aside.
///
/// (k8s.io/apiserver 1.36, pkg/apis/apiserver/validation/validation_encryption.go, `validateSingleProvider` and
/// `validateKey`.)
struct ProviderRules {
    let kubernetes: KubernetesVersion
    let redactor: SecretRedactor

    /// Lengths in bytes that a key may have (validation_encryption.go, `aesKeySizes` and `secretBoxKeySizes`).
    static let aesKeyByteCounts = [16, 24, 32]
    static let secretboxKeyByteCounts = [32]

    func errors(of provider: ProviderConfiguration, at path: String) -> [FieldError] {
        oneOfErrors(of: provider, at: path) + Self.firstProviderErrors(of: provider, at: path)
    }

    private func oneOfErrors(of provider: ProviderConfiguration, at path: String) -> [FieldError] {
        // Only what is said has to be put together.
        var text: String { ValueText(kubernetes, redactor).provider(provider, in: kubernetes) }
        let set = [
            provider.aesgcm != nil, provider.aescbc != nil, provider.secretbox != nil, provider.identity != nil,
            provider.kms != nil,
        ].count { $0 }
        switch set {
        case 0:
            return [
                .invalid(
                    path, text,
                    "provider does not contain any of the expected providers: KMS, AESGCM, AESCBC, Secretbox, Identity",
                    code: RefusalCode.provider, at: provider.position,
                    message: "this item has no provider",
                    hint: "a field without a value counts as not set; for plaintext write `identity: {}`")
            ]
        case 1: return []
        default:
            return [
                .invalid(
                    path, text,
                    "more than one provider specified in a single element, should split into different list elements",
                    code: RefusalCode.provider, at: provider.position,
                    message: "this item names \(set) providers",
                    hint: Hint(.splitProvider(path: path)))
            ]
        }
    }

    /// What is wrong within the provider that kube-apiserver looks at; of several it is the first in this order.
    private static func firstProviderErrors(of provider: ProviderConfiguration, at path: String) -> [FieldError] {
        if provider.kms != nil { return [] }  // KMSRules
        if let list = provider.aesgcm { return errors(of: list, at: "\(path).aesgcm.keys", allowed: aesKeyByteCounts) }
        if let list = provider.aescbc { return errors(of: list, at: "\(path).aescbc.keys", allowed: aesKeyByteCounts) }
        if let list = provider.secretbox {
            return errors(of: list, at: "\(path).secretbox.keys", allowed: secretboxKeyByteCounts)
        }
        return []
    }

    private static func errors(
        of list: KeyListConfiguration, at path: String, allowed: [Int]
    ) -> [FieldError] {
        guard !list.keys.isEmpty else {
            return [
                .required(
                    path, "at least one keys is required", code: RefusalCode.emptyList, at: list.position,
                    hint: newKeyHint)
            ]
        }
        return list.keys.enumerated().flatMap { index, key in
            [nameError(of: key, at: "\(path)[\(index)].name")].compactMap { $0 }
                + [secretError(of: key, at: "\(path)[\(index)].secret", allowed: allowed)].compactMap { $0 }
        }
    }

    /// New bytes under a name that is in use would make all unreadable that was written with the old ones.
    private static let newKeyHint: Hint =
        "restore the bytes of a key that is in use; `encconf keygen` makes a new key"

    private static func nameError(of key: KeyConfiguration, at path: String) -> FieldError? {
        guard key.name?.value.isEmpty ?? true else { return nil }
        return .required(
            path, "name is a mandatory field for a key", code: RefusalCode.keyName,
            at: key.name?.position ?? key.position, hint: nil)
    }

    private static func secretError(of key: KeyConfiguration, at path: String, allowed: [Int]) -> FieldError? {
        guard let secret = key.secret, secret.value.bytes.count > 0 else {
            return .required(
                path, "secret is a mandatory field for a key", code: RefusalCode.keySecret,
                at: key.secret?.position ?? key.position, hint: newKeyHint)
        }
        guard let decoded = decodedSecret(secret.value) else {
            return .invalid(
                path, "\"REDACTED\"", "secrets must be base64 encoded", code: RefusalCode.keySecret,
                at: secret.position, message: "the secret is not valid base64",
                hint: SecretShape(ofText: secret.value, allowed: allowed).map(\.hint)
                    ?? "write base64: standard alphabet, with its padding, without blanks")
        }
        guard allowed.contains(decoded.bytes.count) else {
            let list = "[" + allowed.map(String.init).joined(separator: " ") + "]"
            return .invalid(
                path, "\"REDACTED\"",
                "secret is not of the expected length, got \(decoded.bytes.count), expected one of \(list)",
                code: RefusalCode.keySecret, at: secret.position,
                message: "the secret has \(decoded.bytes.count) bytes; allowed are \(list)",
                hint: SecretShape(ofText: secret.value, decoded: decoded, allowed: allowed).map(\.hint)
                    ?? newKeyHint)
        }
        return nil
    }

    /// The bytes of a key, or nil if its text is not base64.
    static func decodedSecret(_ text: SecretKey) -> SecretKey? {
        do { return SecretKey(try SecretBase64.decode(text.span)) } catch { return nil }
    }
}
