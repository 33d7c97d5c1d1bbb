internal import Diagnostics
internal import SecretMemory
internal import YAMLTree

/// Decodes the fields of a configuration, type by type, as they are declared in
/// k8s.io/apiserver 1.36, pkg/apis/apiserver/v1/types_encryption.go.
struct DocumentReader {
    private(set) var decoder: FieldDecoder
    private let redactor: SecretRedactor

    init(_ redactor: SecretRedactor) {
        self.redactor = redactor
        decoder = FieldDecoder(redactor)
    }

    typealias Place = FieldDecoder.Place

    mutating func configuration(_ value: YAMLValue, form: ConfigurationDocument.Form) -> ConfigurationDocument {
        var resources: [ResourceConfiguration] = []
        var position = value.node.start
        decoder.object(
            value, of: "", goType: "v1.EncryptionConfiguration", at: Place(path: "", goPath: "")
        ) { decoder, name, value, place in
            switch name {
            // The header was read before, without regard to types; here only its place is checked.
            case "apiVersion", "kind": break
            case "resources":
                position = value.node.start
                let items = decoder.list(
                    value, of: "EncryptionConfiguration", goType: "v1.ResourceConfiguration", at: place)
                resources = items.map { Self.resource($0.value, at: $0.place, &decoder) }
            default: return false
            }
            return true
        }
        return ConfigurationDocument(form: form, resources: resources, position: position, redactor: redactor)
    }

    /// Looks over the fields of something else that kube-apiserver knows.
    mutating func other(_ value: YAMLValue, _ kind: RegisteredKind) {
        guard case .type(let fields, let items) = kind else { return }
        decoder.object(value, of: "", goType: "", at: Place(path: "", goPath: "")) { decoder, name, value, place in
            guard fields.contains(name) else { return false }
            guard let itemFields = items[name], case .array(let elements) = value.kind else { return true }
            for (index, element) in elements.enumerated() {
                guard case .object = element.kind else { continue }
                decoder.object(element, of: "", goType: "", at: place.item(index)) { _, name, _, _ in
                    itemFields.contains(name)
                }
            }
            return true
        }
    }

    private static func resource(
        _ value: YAMLValue, at place: Place, _ decoder: inout FieldDecoder
    ) -> ResourceConfiguration {
        let structName = "ResourceConfiguration"
        var resources: [Located<String>] = []
        var providers: [ProviderConfiguration] = []
        decoder.object(
            value, of: "EncryptionConfiguration", goType: "v1.ResourceConfiguration", at: place
        ) { decoder, name, value, place in
            switch name {
            case "resources":
                resources = decoder.list(value, of: structName, goType: "string", at: place).map { item in
                    // A null element is an empty name, which kube-apiserver accepts.
                    decoder.text(item.value, of: structName, at: item.place)
                        ?? Located(value: "", position: item.value.node.start)
                }
            case "providers":
                providers = decoder.list(value, of: structName, goType: "v1.ProviderConfiguration", at: place)
                    .map { Self.provider($0.value, at: $0.place, &decoder) }
            default: return false
            }
            return true
        }
        return ResourceConfiguration(resources: resources, providers: providers, position: value.node.start)
    }

    private static func provider(
        _ value: YAMLValue, at place: Place, _ decoder: inout FieldDecoder
    ) -> ProviderConfiguration {
        var lists: [String: KeyListConfiguration] = [:]
        var identity: Located<Void>?
        var kms: KMSConfiguration?
        decoder.object(
            value, of: "ResourceConfiguration", goType: "v1.ProviderConfiguration", at: place
        ) { decoder, name, value, place in
            switch name {
            case "aesgcm", "aescbc": lists[name] = keyList(value, typeName: "AESConfiguration", at: place, &decoder)
            case "secretbox":
                lists[name] = keyList(value, typeName: "SecretboxConfiguration", at: place, &decoder)
            case "identity":
                let isObject = decoder.object(
                    value, of: "ProviderConfiguration", goType: "v1.IdentityConfiguration", at: place
                ) { _, _, _, _ in false }
                // A null leaves the field unset.
                if isObject, case .object = value.kind { identity = Located(value: (), position: value.node.start) }
            case "kms": kms = Self.kms(value, at: place, &decoder)
            default: return false
            }
            return true
        }
        return ProviderConfiguration(
            aesgcm: lists["aesgcm"], aescbc: lists["aescbc"], secretbox: lists["secretbox"], identity: identity,
            kms: kms, position: value.node.start)
    }

    private static func keyList(
        _ value: YAMLValue, typeName: String, at place: Place, _ decoder: inout FieldDecoder
    ) -> KeyListConfiguration? {
        var keys: [KeyConfiguration] = []
        var isNull = true
        decoder.object(
            value, of: "ProviderConfiguration", goType: "v1.\(typeName)", at: place
        ) { decoder, name, value, place in
            guard name == "keys" else { return false }
            if case .array = value.kind { isNull = false }
            keys = decoder.list(value, of: typeName, goType: "v1.Key", at: place)
                .map { key($0.value, typeName: typeName, at: $0.place, &decoder) }
            return true
        }
        guard case .object = value.kind else { return nil }
        return KeyListConfiguration(keys: keys, isNull: isNull, position: value.node.start)
    }

    private static func key(
        _ value: YAMLValue, typeName: String, at place: Place, _ decoder: inout FieldDecoder
    ) -> KeyConfiguration {
        var name: Located<String>?
        var secret: Located<SecretKey>?
        decoder.object(value, of: typeName, goType: "v1.Key", at: place) { decoder, field, value, place in
            switch field {
            case "name": name = decoder.text(value, of: "Key", at: place)
            case "secret": secret = decoder.secret(value, of: "Key", at: place)
            default: return false
            }
            return true
        }
        return KeyConfiguration(name: name, secret: secret, position: value.node.start)
    }

    private static func kms(
        _ value: YAMLValue, at place: Place, _ decoder: inout FieldDecoder
    ) -> KMSConfiguration? {
        let structName = "KMSConfiguration"
        var texts: [String: Located<String>] = [:]
        var cachesize: Located<Int32>?
        var timeout: Located<Int64>?
        decoder.object(
            value, of: "ProviderConfiguration", goType: "v1.\(structName)", at: place
        ) { decoder, name, value, place in
            switch name {
            case "apiVersion", "name", "endpoint": texts[name] = decoder.text(value, of: structName, at: place)
            case "cachesize": cachesize = decoder.int32(value, of: structName, at: place)
            case "timeout": timeout = decoder.duration(value, of: structName, at: place)
            default: return false
            }
            return true
        }
        guard case .object = value.kind else { return nil }
        return KMSConfiguration(
            apiVersion: texts["apiVersion"], name: texts["name"], cachesize: cachesize, endpoint: texts["endpoint"],
            timeout: timeout, position: value.node.start)
    }
}
