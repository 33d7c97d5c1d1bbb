public import ShownText
public import EncryptionConfig
public import KeyRotation

extension RotationRefusal {
    public var explanation: Phrase {
        switch self {
        case .notAccepted: "not written: kube-apiserver would reject the file after this step"
        case .noSuchResource: "no entry has these resources"
        case .nothingToRotate: "there is no key to rotate"
        case .ambiguous(let paths): "the next step of \(paths.joined(separator: ", ")) is ambiguous"
        case .stepsDiffer(let paths): "the entries are at different steps: \(paths.joined(separator: ", "))"
        case .notAdded(let paths): "cannot promote: \(paths.joined(separator: ", ")) has no new key"
        case .notPromoted(let paths):
            "cannot retire: in \(paths.joined(separator: ", ")) the new key is not the write key yet"
        case .stillWrites(let paths):
            "cannot abort: in \(paths.joined(separator: ", ")) the new key is the write key already, so values may use it"
        case .whichKey(let paths): "cannot tell which key of \(paths.joined(separator: ", ")) is meant"
        case .nameTaken(let name): "a key named \(name) exists already"
        case .oneNameForSeveral(let name): "--key-name \(name) names one key, but several entries get new keys"
        case .newOrOld(let paths):
            "\(paths.joined(separator: ", ")) has this provider already: --to can mean a new key or an existing one"
        case .weak(let name, let code, let paths):
            "the key \(name) can be guessed (\(code)) and is never made the write key: \(paths.joined(separator: ", "))"
        case .otherProviders(let paths):
            "the write provider has no old key, but \(paths.joined(separator: ", ")) also reads other providers"
        case .identityStays(let paths):
            "abort keeps identity in \(paths.joined(separator: ", ")): the file does not show whether it was there before"
        case .onlyIdentity: "every entry has only identity, so the file encrypts nothing"
        case .notNewest(let name):
            "the name \(name) has no later date than the existing keys, so the wrong key would seem new"
        }
    }

    public var hint: Phrase? {
        switch self {
        case .notAccepted: "run `encconf verify` for the reason"
        case .noSuchResource: "run `encconf show` for the resources of the file"
        case .nothingToRotate:
            "rotate the key of a KMS provider with `encconf rollout` and --new-kms-key; start encryption, or change the provider, with --to"
        case .ambiguous: "choose it with --step add, promote, retire or abort"
        case .stepsDiffer: "select one with --resources, or choose --step"
        case .notAdded: "run --step add first"
        case .notPromoted: "run --step promote first, or name the key that stays with --key-name"
        case .stillWrites: "go back with --step promote and --key-name of the old key, re-encrypt, then --step retire"
        case .whichKey: "name it with --key-name"
        case .nameTaken: "choose another --key-name"
        case .oneNameForSeveral: "omit --key-name, or rotate one entry at a time with --resources"
        case .newOrOld: "name the key with --key-name; an unknown name adds a key"
        case .weak: "add a new key with --step add; run `encconf verify` for the weakness"
        case .otherProviders:
            "choose with --to which provider stays"
        case .identityStays: "remove identity with --step retire --remove-identity, which needs proof"
        case .onlyIdentity: "choose the resources to encrypt with --resources, and the provider with --to"
        case .notNewest: "check the clock of this machine, or choose a name with --key-name"
        }
    }
}

extension StepObstacle {
    /// Why the step is not possible, in one clause.
    public var explanation: Phrase {
        switch self {
        case .plan(let refusal): refusal.explanation
        case .edit(let refusal): refusal.explanation
        case .judgement(let judgement): judgement.failure(nil)?.problems.first?.message ?? ""
        }
    }
}

extension EditRefusal {
    public var explanation: Phrase {
        switch self {
        case .encodedAsUTF16: "cannot edit UTF-16"
        case .unreadable: "the file cannot be read"
        case .noSuchPlace(let path): "\(path) not found"
        case .shared(let paths):
            "cannot edit: a YAML alias repeats this part at \(paths.joined(separator: ", "))"
        case .anchorInUse: "cannot edit: the part to remove has a YAML anchor that is used elsewhere"
        case .aliasBeforeAnchor: "cannot edit: a YAML alias would precede its anchor"
        case .ignoresFields: "cannot edit: the file has fields that kube-apiserver ignores, unknown or set twice"
        case .losesComment: "cannot edit: a comment that may contain a key would be lost"
        case .unsupportedShape: "cannot edit this layout without changing other lines"
        }
    }

    public var hint: Phrase? {
        switch self {
        case .encodedAsUTF16: "convert the file to UTF-8 first"
        case .shared, .anchorInUse, .aliasBeforeAnchor: "replace the alias with a copy"
        case .unsupportedShape:
            "use the layout of `encconf init`, or edit by hand and check with `encconf diff`"
        case .ignoresFields:
            "correct the fields that `encconf verify` lists, and prove with `encconf diff` that nothing changes"
        case .losesComment: "copy the comment to another file, then remove it"
        case .unreadable, .noSuchPlace: nil
        }
    }
}

extension KeySet.State {
    public var name: String {
        switch self {
        case .settled: "settled"
        case .added: "added"
        case .promoted: "promoted"
        case .ambiguous: "ambiguous"
        }
    }

    public var isAmbiguous: Bool { if case .ambiguous = self { true } else { false } }

    /// - Parameter resources: What the key set is for, in words.
    public func explanation(of resources: Phrase) -> Phrase {
        switch self {
        case .settled: "one key"
        case .added: "added: the new key is a read key; next is promote"
        case .promoted: "promoted: old keys are still read keys; next is retire"
        case .ambiguous(.foreignNames): "ambiguous: no key name contains its date"
        case .ambiguous(.order): "ambiguous: the keys are not in the order of a rotation"
        case .ambiguous(.plaintextWrites):
            "ambiguous: new objects of \(resources) are plaintext; encryption may be starting or ending"
        }
    }
}
