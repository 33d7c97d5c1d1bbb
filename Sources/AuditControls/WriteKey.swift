internal import ConfigurationLint
public import EncryptionConfig
internal import GoText
public import Transformers

/// What an entry of a configuration encrypts new values with.
public struct WriteKey: Sendable {
    public let label: StoredLabel
    /// When the key was made, by its name, in seconds since 1970; nil if the name has no date, and for a KMS.
    public let created: Int64?

    /// The write keys of a configuration in file order, each label once. Identity is not among them.
    public static func all(of configuration: EncryptionConfiguration) -> [WriteKey] {
        var seen: Set<StoredLabel> = []
        return ResourceResolution(configuration).rules.compactMap { rule in
            guard let key = StorageKey.list(of: rule.providers).first, key.provider != .identity else { return nil }
            let label = StoredLabel(provider: key.provider, key: key.name)
            guard seen.insert(label).inserted else { return nil }
            return WriteKey(label: label, created: label.created)
        }
    }
}

extension StoredLabel {
    /// When a key of this name was made, by its name. The name of a KMS provider is not the name of a key.
    public var created: Int64? {
        guard let provider, ProviderName.withOwnKeys.contains(provider), let key else { return nil }
        return KeyNameDate(in: key)?.seconds
    }
}
