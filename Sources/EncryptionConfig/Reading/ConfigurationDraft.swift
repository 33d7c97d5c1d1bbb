internal import Diagnostics
internal import SecretMemory
internal import YAMLTree

/// A configuration while its fields are decoded, type by type, as declared in k8s.io/apiserver 1.36,
/// pkg/apis/apiserver/v1/types_encryption.go.
///
/// A JSON file can set a field twice. Up to Kubernetes 1.30 the later value is merged into the earlier one, so every
/// draft can be decoded onto itself: null keeps texts, and unsets pointers and lists of Go.
struct ConfigurationDraft {
    private var resources = DecodedList<ResourceDraft>()
    /// The place of the list of resources, or of the document without a list.
    private(set) var position: SourcePosition

    init(decoding value: YAMLValue, _ decoder: inout FieldDecoder) {
        position = value.node.start
        decoder.object(
            value, of: "", goType: "v1.EncryptionConfiguration", at: FieldDecoder.Place(path: "", goPath: "")
        ) { decoder, name, value, place in
            switch name {
            // The header was read before, without regard to types; here only its place is checked.
            case "apiVersion", "kind": break
            case "resources":
                position = value.node.start
                decoder.list(
                    value, of: "EncryptionConfiguration", goType: "v1.ResourceConfiguration", at: place,
                    onto: &resources, blank: ResourceDraft.init(position:)
                ) { decoder, value, place, resource in
                    resource.decode(value, at: place, &decoder)
                }
            default: return false
            }
            return true
        }
    }

    var finished: [ResourceConfiguration] { resources.elements.map(\.finished) }
}

/// One item of `resources`.
private struct ResourceDraft {
    var resources = DecodedList<Located<String>>()
    var providers = DecodedList<ProviderDraft>()
    var position: SourcePosition

    init(position: SourcePosition) { self.position = position }

    mutating func decode(_ value: YAMLValue, at place: FieldDecoder.Place, _ decoder: inout FieldDecoder) {
        let structName = "ResourceConfiguration"
        position = value.node.start
        decoder.object(
            value, of: "EncryptionConfiguration", goType: "v1.ResourceConfiguration", at: place
        ) { decoder, name, value, place in
            switch name {
            case "resources":
                decoder.list(
                    value, of: structName, goType: "string", at: place, onto: &resources,
                    // A null element is an empty name, which kube-apiserver accepts.
                    blank: { Located(value: "", position: $0) }
                ) { decoder, value, place, name in
                    if let text = decoder.text(value, of: structName, at: place) { name = text }
                }
            case "providers":
                decoder.list(
                    value, of: structName, goType: "v1.ProviderConfiguration", at: place, onto: &providers,
                    blank: ProviderDraft.init(position:)
                ) { decoder, value, place, provider in
                    provider.decode(value, at: place, &decoder)
                }
            default: return false
            }
            return true
        }
    }

    var finished: ResourceConfiguration {
        ResourceConfiguration(
            resources: Array(resources.elements), providers: providers.elements.map(\.finished), position: position)
    }
}

/// One item of `providers`.
private struct ProviderDraft {
    var aesgcm: KeyListDraft?
    var aescbc: KeyListDraft?
    var secretbox: KeyListDraft?
    var identity: Located<Void>?
    var kms: KMSDraft?
    var position: SourcePosition

    init(position: SourcePosition) { self.position = position }

    mutating func decode(_ value: YAMLValue, at place: FieldDecoder.Place, _ decoder: inout FieldDecoder) {
        position = value.node.start
        decoder.object(
            value, of: "ResourceConfiguration", goType: "v1.ProviderConfiguration", at: place
        ) { decoder, name, value, place in
            switch name {
            case "aesgcm": KeyListDraft.decode(value, "AESConfiguration", at: place, onto: &aesgcm, &decoder)
            case "aescbc": KeyListDraft.decode(value, "AESConfiguration", at: place, onto: &aescbc, &decoder)
            case "secretbox":
                KeyListDraft.decode(value, "SecretboxConfiguration", at: place, onto: &secretbox, &decoder)
            case "identity":
                decoder.object(
                    value, of: "ProviderConfiguration", goType: "v1.IdentityConfiguration", at: place
                ) { _, _, _, _ in false }
                // A null leaves the field unset.
                identity = value.isObject ? Located(value: (), position: value.node.start) : nil
            case "kms": KMSDraft.decode(value, at: place, onto: &kms, &decoder)
            default: return false
            }
            return true
        }
    }

    var finished: ProviderConfiguration {
        ProviderConfiguration(
            aesgcm: aesgcm?.finished, aescbc: aescbc?.finished, secretbox: secretbox?.finished, identity: identity,
            kms: kms?.finished, position: position)
    }
}

/// The keys of a provider.
private struct KeyListDraft {
    var keys = DecodedList<KeyDraft>()
    var position: SourcePosition

    init(position: SourcePosition) { self.position = position }

    static func decode(
        _ value: YAMLValue, _ typeName: String, at place: FieldDecoder.Place, onto draft: inout KeyListDraft?,
        _ decoder: inout FieldDecoder
    ) {
        var list = draft.take() ?? KeyListDraft(position: value.node.start)
        list.position = value.node.start
        decoder.object(
            value, of: "ProviderConfiguration", goType: "v1.\(typeName)", at: place
        ) { decoder, name, value, place in
            guard name == "keys" else { return false }
            decoder.list(
                value, of: typeName, goType: "v1.Key", at: place, onto: &list.keys, blank: KeyDraft.init(position:)
            ) { decoder, value, place, key in
                key.decode(value, typeName: typeName, at: place, &decoder)
            }
            return true
        }
        draft = value.isObject ? list : nil
    }

    var finished: KeyListConfiguration {
        KeyListConfiguration(keys: keys.elements.map(\.finished), isNull: keys.isNull, position: position)
    }
}

/// One key.
private struct KeyDraft {
    var name: Located<String>?
    var secret: Located<SecretKey>?
    var position: SourcePosition

    init(position: SourcePosition) { self.position = position }

    mutating func decode(
        _ value: YAMLValue, typeName: String, at place: FieldDecoder.Place, _ decoder: inout FieldDecoder
    ) {
        position = value.node.start
        decoder.object(value, of: typeName, goType: "v1.Key", at: place) { decoder, field, value, place in
            switch field {
            case "name": name = decoder.text(value, of: "Key", at: place) ?? name
            case "secret": secret = decoder.secret(value, of: "Key", at: place) ?? secret
            default: return false
            }
            return true
        }
    }

    var finished: KeyConfiguration { KeyConfiguration(name: name, secret: secret, position: position) }
}

/// One KMS plugin.
private struct KMSDraft {
    var texts: [String: Located<String>] = [:]
    var cachesize: Located<Int32>?
    var timeout: Located<Int64>?
    var position: SourcePosition

    static func decode(
        _ value: YAMLValue, at place: FieldDecoder.Place, onto draft: inout KMSDraft?, _ decoder: inout FieldDecoder
    ) {
        let structName = "KMSConfiguration"
        var kms = draft.take() ?? KMSDraft(position: value.node.start)
        kms.position = value.node.start
        decoder.object(
            value, of: "ProviderConfiguration", goType: "v1.\(structName)", at: place
        ) { decoder, name, value, place in
            switch name {
            case "apiVersion", "name", "endpoint":
                if let text = decoder.text(value, of: structName, at: place) { kms.texts[name] = text }
            case "cachesize": kms.cachesize = decoder.int32(value, of: structName, at: place)
            case "timeout": kms.timeout = decoder.duration(value, of: structName, at: place)
            default: return false
            }
            return true
        }
        draft = value.isObject ? kms : nil
    }

    var finished: KMSConfiguration {
        KMSConfiguration(
            apiVersion: texts["apiVersion"], name: texts["name"], cachesize: cachesize, endpoint: texts["endpoint"],
            timeout: timeout, position: position)
    }
}

extension YAMLValue {
    fileprivate var isObject: Bool { if case .object = kind { true } else { false } }
}
