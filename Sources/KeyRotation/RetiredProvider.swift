public import EncryptionConfig
internal import SecretMemory

/// A provider that a resource no longer reads, with its removed keys.
public struct RetiredProvider: Sendable {
    /// As the entry names them.
    public let resources: [ResourcePattern]
    /// A provider with only the removed keys.
    public let kind: Provider.Kind

    /// Its name in stored values.
    public var labels: [StoredKeyLabel] {
        StorageKey.list(of: [Provider(kind: kind, path: "", position: Provider.implicitIdentity.position)])
            .map(\.label)
    }

    /// Every key and plugin of `before` that the same entry of `after` does not have. Identity needs no archive.
    static func missing(
        from after: EncryptionConfiguration, of before: EncryptionConfiguration
    ) -> [RetiredProvider] {
        zip(before.entries, after.entries).flatMap { old, new in
            let known = Set(new.providers.flatMap(\.forms))
            return old.providers.compactMap { $0.kind.without(known) }
                .map { RetiredProvider(resources: old.resources, kind: $0) }
        }
    }
}

extension Provider.Kind {
    /// The part that is missing in an archive; nil if nothing is, and for identity.
    func without(_ known: Set<StorageKeyForm>) -> Provider.Kind? {
        func isUnknown(_ key: StorageKey) -> Bool { !known.contains(StorageKeyForm(key)) }
        func lost(_ keys: [EncryptionKey], _ name: ProviderName) -> [EncryptionKey]? {
            let lost = keys.filter { isUnknown(.key($0, of: name)) }
            return lost.isEmpty ? nil : lost
        }
        return switch self {
        case .identity: nil
        case .kms(let plugin): isUnknown(.plugin(plugin)) ? self : nil
        case .aescbc(let keys): lost(keys, .aescbc).map { .aescbc($0) }
        case .aesgcm(let keys): lost(keys, .aesgcm).map { .aesgcm($0) }
        case .secretbox(let keys): lost(keys, .secretbox).map { .secretbox($0) }
        }
    }
}
