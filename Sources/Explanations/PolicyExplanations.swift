public import AuditControls
internal import Diagnostics
internal import EncryptionConfig
internal import ShownText
internal import YAMLTree

extension PolicyRefusal {
    /// The refusal as a failure of the command.
    ///
    /// - Parameter path: Of the policy.
    public func failure(_ path: String) -> CommandFailure {
        let place: Phrase = position.map { "\(fileName(path)):\($0.line):\($0.column)" } ?? "\(fileName(path))"
        return CommandFailure("\(place): \(reason.message)", hint: reason.hint)
    }
}

extension PolicyRefusal.Reason {
    fileprivate var message: Phrase {
        switch self {
        case .yaml(let error): "\(error.message)"
        case .tooLarge(let count): "the file has \(count) bytes; a policy has at most \(AuditPolicy.byteCountLimit)"
        case .empty: "the file is empty"
        case .otherKind: "not a policy of kind AuditPolicy"
        case .unknownField(let name): "unknown field \(name: name)"
        case .repeatedField(let name): "the field \(name: name) is there twice"
        case .type(let field, let shape): "\(field) needs \(shape.noun)"
        case .emptyList(let field): "\(field) is empty"
        case .tooManyItems(let field): "\(field) has too many items"
        case .repeatedItem(let field, let name): "\(field) has \(name: name) twice"
        case .unknownPreset(let name): "unknown preset \(name: name)"
        case .unknownProvider(let field, let name): "\(field): unknown provider \(name: name)"
        case .identityAllowed: "allowedProviders: identity does not encrypt"
        case .periodOfKMS(let provider): "cryptoperiods: the age of a key of \(provider) is known only to the KMS"
        case .period(let text): "cryptoperiods: \(name: text) is not a number of days"
        case .writeLimit: "gcmWriteLimit is out of range"
        case .resource(let name): "mustEncrypt: \(name: name) is not the name of a resource"
        }
    }

    fileprivate var hint: Phrase? {
        switch self {
        case .yaml, .tooLarge: nil
        case .empty, .otherKind: "begin the file with `apiVersion: encconf/v1` and `kind: AuditPolicy`"
        case .unknownField:
            "use only \(PolicyField.allCases.map { "\($0)" as Phrase }.joined(separator: ", "))"
        case .repeatedField, .repeatedItem: "remove one of the two"
        case .type(.cryptoperiods, _), .period: "write a number of days, such as `aescbc: 365d`"
        case .type(.gcmWriteLimit, _), .writeLimit:
            "write a number from 1 to \(AuditPolicy.nistWriteLimit) (2^32, NIST SP 800-38D)"
        case .type(.mustEncrypt, _), .emptyList(.mustEncrypt), .resource:
            "write a list such as `[secrets, configmaps, widgets.example.com]`"
        case .type(.preset, _), .unknownPreset:
            "use one of \(PolicyPreset.allCases.map { "\($0)" as Phrase }.joined(separator: ", "))"
        case .type, .emptyList: "write a list such as `[aescbc, kmsv2]`"
        case .tooManyItems: "use a wildcard such as `*.example.com`"
        case .unknownProvider: "use aescbc, aesgcm, secretbox, kmsv1 or kmsv2"
        case .identityAllowed: "name the resources that must be encrypted in mustEncrypt"
        case .periodOfKMS: "set the rotation in the KMS, and remove this line"
        }
    }
}

extension PolicyRefusal.Shape {
    fileprivate var noun: Phrase {
        switch self {
        case .mapping: "a mapping"
        case .list: "a list"
        case .text: "text"
        case .number: "a whole number"
        }
    }
}
