internal import EncryptionConfig
internal import GoText
public import KeyTransition
public import ShownText

extension Counterexample {
    /// The effect and its cause, in one sentence.
    ///
    /// - Parameters:
    ///   - old: What the file before the change is called.
    ///   - new: What the file after the change is called.
    public func sentence(old: Phrase = "OLD", new: Phrase = "NEW") -> Phrase {
        "\(effectClause(old: old, new: new)): \(cause(old: old, new: new))."
    }

    /// Which values a server cannot read.
    public func effectClause(old: Phrase = "OLD", new: Phrase = "NEW") -> Phrase {
        switch reader {
        case .new:
            let left: Phrase = certainty == .certain || isOfEndpoint ? "" : ", if any are left,"
            return
                "Values written \(writer.key.phrase)\(left) \(isOfEndpoint ? "may become unreadable" : effect.ofValues)"
        case .old:
            return
                "Servers with \(old) \(isOfEndpoint ? "may be unable to read" : effect.ofServers) values that \(new) "
                + "writes \(writer.key.phrase)"
        }
    }

    /// Whether the effect depends on what listens at another endpoint.
    private var isOfEndpoint: Bool { if case .kmsEndpointChanged = reason { true } else { false } }

    /// Why a server cannot read them.
    public func cause(old: Phrase = "OLD", new: Phrase = "NEW") -> Phrase {
        let (here, there): (Phrase, Phrase) = reader == .new ? (new, old) : (old, new)
        let name = writer.key.name ?? ""
        switch reason {
        case .keyRenamed(let other):
            return "\(here) has this key as \(name: other); stored values carry the name \(name: name)"
        case .keyBytesChanged: return "\(name: name) has different key bytes in \(here)"
        case .keyMoved(let provider): return "\(here) has these key bytes for \(provider), which is another cipher"
        case .keyRemoved, .keyUnknown: return "\(here) does not have \(name: name)"
        case .providerRemoved, .providerUnknown: return "\(here) does not have this provider"
        case .swallowed(let other):
            return "\(name: other) is tried first and reads the rest of the name as the initialization vector"
        case .shadowedByNamesake:
            return "another key of this name is tried first and wrongly accepts about 1 in 255 values"
        case .shadowed(let other):
            return "\(name: other) is tried first (this name starts with it) and wrongly accepts about 1 in 255 values"
        case .resourceMoved(let from, let to):
            return
                "\(here) serves the resource by the entry for \(to), which does not repeat the keys of \(there)'s "
                + "entry for \(from)"
        case .resourceUncovered, .resourceUnknown: return "\(here) has no entry for the resource"
        case .identityRemoved: return "\(here) has no identity provider"
        case .plaintextLeftBehind: return "\(here) has no identity provider for the existing plaintext"
        case .identityFirst: return "identity is first in \(new), and \(old) has no identity provider"
        case .plaintextWithoutRule: return "\(new) has no entry for the resource, and \(old) has no identity provider"
        case .kmsRenamed(let other):
            return "\(here) has this plugin as \(name: other); stored values carry the name of the provider"
        case .kmsEndpointChanged(let from, let to):
            return
                "the endpoint changed from \(name: from) to \(name: to); encconf cannot tell whether it is the same plugin"
        case .kmsVersionChanged: return "the plugin has another API version in \(here); stored values carry the version"
        }
    }
}

extension Counterexample.Effect {
    fileprivate var ofValues: Phrase {
        switch self {
        case .unreadable: "become unreadable"
        case .wrongBytes: "decrypt to wrong data"
        case .byChance: "may decrypt to wrong data"
        }
    }

    fileprivate var ofServers: Phrase {
        switch self {
        case .unreadable: "cannot read"
        case .wrongBytes: "get wrong data from"
        case .byChance: "may get wrong data from"
        }
    }
}

extension StorageKey {
    fileprivate var phrase: Phrase {
        switch self {
        case .plaintext: "as plaintext"
        case .key(let key, let provider): "with \(provider) \(name: key.name)"
        case .plugin(let plugin): "with kms\(plugin.version) \(name: plugin.name)"
        }
    }
}
