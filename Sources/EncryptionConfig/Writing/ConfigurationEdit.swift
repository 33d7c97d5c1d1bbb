public import GoText
public import SecretMemory

/// One change of a configuration, made in every place that it names.
///
/// A place that the file shares by aliases is written once, so a change of it must name all its places: see
/// ``EditRefusal/shared(with:)``.
public enum ConfigurationEdit: Sendable {
    /// The new key becomes number `at` of each list.
    case insertKey(NewKey, at: Int, in: [ProviderPlace])
    case removeKeys(at: [Int], in: [ProviderPlace])
    case moveKeyToFront(from: Int, in: [ProviderPlace])
    /// The new provider becomes number `at` of each entry. Entries are counted from 0 in `resources`.
    case insertProvider(NewProvider, at: Int, entries: [Int])
    case removeProviders(at: [Int], entries: [Int])
    case moveProviderToFront(from: Int, entries: [Int])
    /// A new entry with one provider becomes number `at` of `resources`.
    case insertEntry(resources: [ByteName], NewProvider, at: Int)
}

extension ConfigurationEdit {
    /// The same as edits of one item each.
    var singles: [ConfigurationEdit] {
        // From the last one on, so that the numbers of the others stay what they are.
        switch self {
        case .removeKeys(let indices, let places):
            indices.sorted(by: >).map { .removeKeys(at: [$0], in: places) }
        case .removeProviders(let indices, let entries):
            indices.sorted(by: >).map { .removeProviders(at: [$0], entries: entries) }
        case .insertKey, .moveKeyToFront, .insertProvider, .moveProviderToFront, .insertEntry: [self]
        }
    }
}

/// An item of `providers`, by the numbers of its entry and of itself.
public struct ProviderPlace: Hashable, Sendable {
    public let entry: Int
    public let provider: Int

    public init(entry: Int, provider: Int) {
        self.entry = entry
        self.provider = provider
    }

    /// In Kubernetes notation, such as `resources[0].providers[1]`.
    public var path: String { "resources[\(entry)].providers[\(provider)]" }
}

/// A key that no file holds yet.
public struct NewKey: Sendable {
    public let name: ByteName
    /// The key's bytes, not their base64.
    public let secret: SecretKey

    public init(name: ByteName, secret: SecretKey) {
        self.name = name
        self.secret = secret
    }
}

/// A provider that an entry does not have yet.
public enum NewProvider: Sendable {
    /// `identity: {}`.
    case identity
    /// aescbc, aesgcm or secretbox with one key.
    case keys(KeyedProvider, NewKey)
    /// A KMS v2 plugin.
    case kms(name: ByteName, endpoint: ByteName)
}

/// The providers that have keys of their own, by the names of their fields.
public enum KeyedProvider: String, Sendable, CaseIterable {
    case aescbc, aesgcm, secretbox
}

/// Why an edit was not made. Nothing is returned then.
public enum EditRefusal: Error, Equatable {
    /// Only UTF-8 is edited.
    case encodedAsUTF16
    /// The file is no configuration document, or not one that can be read.
    case unreadable
    /// The file has no such place, or there is no such item in it.
    case noSuchPlace(path: String)
    /// By an alias or a merge key the change would also show at these places, which the edit does not name.
    case shared(with: [String])
    /// What is to be removed carries an anchor that is used elsewhere.
    case anchorInUse
    /// An alias would come before its anchor.
    case aliasBeforeAnchor
    /// The version of kube-apiserver ignores something in the file, so that what an edit finds may have no effect.
    case ignoresFields
    /// A comment that may hold a key would go.
    case losesComment
    /// The text that came out does not say exactly what was intended.
    case unsupportedShape
}
