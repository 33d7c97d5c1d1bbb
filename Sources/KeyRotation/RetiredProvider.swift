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
            old.providers.compactMap { $0.kind.without(new.providers) }
                .map { RetiredProvider(resources: old.resources, kind: $0) }
        }
    }
}

extension Provider.Kind {
    /// What none of `others` has; nil if they have all of it.
    func without(_ others: [Provider]) -> Provider.Kind? {
        switch self {
        case .identity: return nil
        case .kms(let plugin):
            let isThere = others.contains { other in
                guard case .kms(let known) = other.kind else { return false }
                return known.version == plugin.version && known.name == plugin.name
                    && known.endpoint == plugin.endpoint
            }
            return isThere ? nil : self
        case .aescbc(let keys): return Self.lost(keys, .aescbc, others).map { .aescbc($0) }
        case .aesgcm(let keys): return Self.lost(keys, .aesgcm, others).map { .aesgcm($0) }
        case .secretbox(let keys): return Self.lost(keys, .secretbox, others).map { .secretbox($0) }
        }
    }

    private static func lost(
        _ keys: [EncryptionKey], _ name: ProviderName, _ others: [Provider]
    ) -> [EncryptionKey]? {
        let known = others.filter { $0.name == name }.flatMap(\.keys)
        let lost = keys.filter { key in
            !known.contains { $0.name == key.name && $0.secret.isEqual(to: key.secret) }
        }
        return lost.isEmpty ? nil : lost
    }
}
