internal import EncryptionConfig
internal import GoText
public import KeyTransition
public import ShownText

extension Counterexample {
    /// What happens and why, in one sentence.
    public var sentence: Phrase {
        "\(reader == .new ? "NEW" : "OLD" as Phrase) \(effect.verb) \(value): \(cause)."
    }

    private var value: Phrase {
        let written: Phrase = writer.side == .new || certainty == .certain ? "writes" : "may have written"
        return "what \(writer.side == .old ? "OLD" : "NEW" as Phrase) \(written) \(writer.key.phrase)"
    }

    private var cause: Phrase {
        let (here, there): (Phrase, Phrase) = reader == .new ? ("NEW", "OLD") : ("OLD", "NEW")
        let name = writer.key.name ?? ""
        switch reason {
        case .keyRenamed(let other):
            return
                "\(here) has the key's bytes under the name \"\(name: other)\", and the name is part of each stored value"
        case .keyBytesChanged: return "in \(here) other bytes stand under the name \"\(name: name)\""
        case .keyMoved(let provider):
            return "\(here) has the key's bytes for \(provider) instead, which is another cipher"
        case .keyRemoved: return "the key is gone"
        case .keyUnknown: return "every server must be able to read with a key before one writes with it"
        case .providerRemoved: return "the provider is gone"
        case .providerUnknown: return "every server must be able to read with a provider before one writes with it"
        case .swallowed(let other):
            return
                "the key \"\(name: other)\" stands in front with the same bytes, and takes the rest of the name for the "
                + "initialisation vector"
        case .shadowedByNamesake:
            return "other bytes under the same name are tried first, and AES-CBC does not tell a wrong key for certain"
        case .shadowed(let other):
            return
                "the key \"\(name: other)\", with whose name this one begins, is tried first, and AES-CBC does not tell a "
                + "wrong key for certain"
        case .resourceMoved(let from, let to):
            return
                "\(here) serves it by the entry for \(to) alone, which must repeat the keys that \(there) has in the "
                + "entry for \(from)"
        case .resourceUncovered: return "no entry covers the resource any more"
        case .resourceUnknown: return "no entry covers the resource yet"
        case .identityRemoved: return "identity is gone"
        case .plaintextLeftBehind: return "the resource was not encrypted so far, and identity is missing"
        case .identityFirst: return "identity is first in NEW, and OLD has none"
        case .plaintextWithoutRule: return "no entry covers the resource in NEW, and OLD has no identity"
        case .kmsRenamed(let other):
            return "the plugin is called \"\(name: other)\" in \(here), and the name is part of each stored value"
        case .kmsEndpointChanged(let from, let to):
            return
                "the plugin is at \(name: to) instead of \(name: from), and whether it is the same one cannot be told from here"
        case .kmsVersionChanged:
            return "the plugin has another API version in \(here), which is part of each stored value"
        }
    }
}

extension Counterexample.Effect {
    fileprivate var verb: Phrase {
        switch self {
        case .unreadable: "cannot read"
        case .wrongBytes: "reads other bytes, without an error, from"
        case .byChance: "reads other bytes now and then (about one value in 256) from"
        }
    }
}

extension StorageKey {
    fileprivate var phrase: Phrase {
        switch self {
        case .plaintext: "in plaintext"
        case .key(let key, let provider): "with \(provider) key \"\(name: key.name)\""
        case .plugin(let plugin): "with KMS \(plugin.version) provider \"\(name: plugin.name)\""
        }
    }
}
