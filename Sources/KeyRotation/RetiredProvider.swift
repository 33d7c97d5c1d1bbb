public import EncryptionConfig
internal import SecretMemory

/// What a resource no longer reads: a provider with the keys that it has lost.
public struct RetiredProvider: Sendable {
    /// As the entry names them.
    public let resources: [ResourcePattern]
    /// A provider with keys holds those alone that were retired.
    public let kind: Provider.Kind

    /// What values in etcd call it.
    public var labels: [StoredKeyLabel] {
        StorageKey.list(of: [Provider(kind: kind, path: "", position: Provider.implicitIdentity.position)])
            .map(\.label)
    }

    /// Every key and plugin of `before` that the same entry of `after` does not have. Identity is nothing to keep.
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
    /// What is not known yet; nil if all of it is, and for identity, which is nothing to keep.
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
