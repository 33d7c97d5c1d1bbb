public import ShownText
public import EncryptionConfig
public import KeyRotation

extension RotationRefusal {
    public var explanation: Phrase {
        switch self {
        case .notAccepted: "kube-apiserver would not take the file after this step"
        case .noSuchResource: "no entry names these resources"
        case .nothingToRotate: "no entry has a key of its own"
        case .ambiguous(let paths): "the file does not tell the next step: \(paths.joined(separator: ", "))"
        case .stepsDiffer(let paths): "key sets are at different steps: \(paths.joined(separator: ", "))"
        case .notPromoted(let paths): "what should write does not write yet: \(paths.joined(separator: ", "))"
        case .stillWrites(let paths): "what should be taken out writes: \(paths.joined(separator: ", "))"
        case .whichKey(let paths): "the names do not tell which key is meant: \(paths.joined(separator: ", "))"
        case .nameTaken(let name): "there is a key named \(name) already"
        case .oneNameForSeveral(let name):
            "several key lists get keys of their own, and \(name) is one name"
        case .newOrOld(let paths):
            "a provider of this kind is there already, so a new key or one of its keys can be meant: \(paths.joined(separator: ", "))"
        case .weak(let name, let code, let paths):
            "the key \(name) can be guessed (\(code)), so it is never made the write key: \(paths.joined(separator: ", "))"
        case .otherProviders(let paths):
            "the step changes nothing in the write providers, and further providers are read: \(paths.joined(separator: ", "))"
        case .identityStays(let paths):
            "abort does not take identity out, as the file does not tell whether it was read before: \(paths.joined(separator: ", "))"
        case .onlyIdentity: "every entry holds identity alone, which opts its resources out of encryption"
        case .notNewest(let name):
            "the name \(name) does not tell a later date than the keys that are there, so that the wrong one would seem new"
        }
    }

    public var hint: Phrase? {
        switch self {
        case .notAccepted: "`encconf verify` tells what stands against it"
        case .noSuchResource: "`encconf show` lists what the file names"
        case .nothingToRotate: "--to secretbox (or another provider) changes what writes, in the same steps"
        case .ambiguous: "give --step"
        case .stepsDiffer: "give --step, or --resources for one of them"
        case .notPromoted: "--step promote comes first; --key-name names the key that stays"
        case .stillWrites:
            "it has written values, so it stays until they are rewritten: --step promote with --key-name of the old key, "
                + "then --step retire"
        case .whichKey: "give --key-name"
        case .nameTaken: "give another --key-name"
        case .oneNameForSeveral: "omit --key-name, or name one list after the other with --resources"
        case .newOrOld: "name the key with --key-name: a name that is not there is added"
        case .weak: "add a new key with --step add; `encconf verify` tells what is wrong with this one"
        case .otherProviders:
            "name the provider that stays with --to; what an earlier entry of the same resources hides is edited by hand"
        case .identityStays: "--step retire with --remove-identity takes it out, with proof that nothing is plaintext"
        case .onlyIdentity: "name the resources with --resources to encrypt them"
        case .notNewest: "look at the clock of this machine; --key-name gives a name of your own"
        }
    }
}

extension StepObstacle {
    /// What stands against the step, in one clause.
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
        case .encodedAsUTF16: "files in UTF-16 are read, but not edited"
        case .unreadable: "the file cannot be read"
        case .noSuchPlace(let path): "there is no \(path)"
        case .shared(let paths):
            "by an alias the change would also show at \(paths.joined(separator: ", ")), which are not meant"
        case .anchorInUse: "what is to be removed carries an anchor that is used elsewhere"
        case .aliasBeforeAnchor: "an alias would come to stand before its anchor"
        case .ignoresFields: "the file has fields that are unknown or set twice, which kube-apiserver ignores"
        case .losesComment: "a comment that may hold a key would be lost"
        case .unsupportedShape: "this shape of file is not supported: the edited text would not say what was meant"
        }
    }

    public var hint: Phrase? {
        switch self {
        case .encodedAsUTF16: "convert it to UTF-8 first; the meaning stays the same"
        case .shared, .anchorInUse, .aliasBeforeAnchor: "write the part out in place of the alias first"
        case .unsupportedShape:
            "lay the file out as `encconf init` does, or edit it by hand and check with `encconf diff`"
        case .ignoresFields:
            "`encconf verify` names them; correct the file first, and prove with `encconf diff` that nothing changes"
        case .losesComment: "keep what the comment holds elsewhere, and remove it first"
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

    public var explanation: Phrase {
        switch self {
        case .settled: "settled, one key"
        case .added: "added, the new key does not write yet; promote is next"
        case .promoted: "promoted, old keys are still read; retire is next"
        case .ambiguous(.foreignNames): "ambiguous, no name tells when its key was made"
        case .ambiguous(.order): "ambiguous, the order of the keys is not that of a rotation"
        case .ambiguous(.plaintextWrites):
            "written in plaintext; encryption is being enabled or disabled, and the file does not tell which"
        }
    }
}
