internal import Diagnostics
internal import GoText
internal import SecretMemory

extension ConfigurationDocument {
    /// What the document says once `edit` has been made. Positions are those of the old text, where there are any.
    public func applying(_ edit: ConfigurationEdit) throws(EditRefusal) -> ConfigurationDocument {
        try applying([edit])
    }

    /// The same for several edits, one after the other; each counts in what the ones before it left.
    public func applying(_ edits: [ConfigurationEdit]) throws(EditRefusal) -> ConfigurationDocument {
        var resources = resources
        for edit in edits { try edit.apply(to: &resources) }
        return ConfigurationDocument(
            form: form, resources: resources, position: position, redactor: redactor, kubernetes: kubernetes,
            ignored: ignored)
    }

    /// Whether both say the same, wherever they say it.
    func hasSameContent(as other: ConfigurationDocument) -> Bool {
        form == other.form && Self.areSame(resources, other.resources) { $0.hasSameContent(as: $1) }
    }

    public static func areSame<Item>(_ left: [Item], _ right: [Item], _ isSame: (Item, Item) -> Bool) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy(isSame)
    }
}

extension ConfigurationEdit {
    /// Makes the edit in the items of `resources`.
    fileprivate func apply(to resources: inout [ResourceConfiguration]) throws(EditRefusal) {
        switch self {
        case .insertKey(let key, let index, let places):
            try Self.change(places, of: &resources) { keys throws(NoSuchItem) in
                try Self.insert(KeyConfiguration(key), at: index, in: &keys)
            }
        case .removeKeys(let indices, let places):
            try Self.change(places, of: &resources) { keys throws(NoSuchItem) in
                try Self.remove(at: indices, in: &keys)
            }
        case .moveKeyToFront(let index, let places):
            try Self.change(places, of: &resources) { keys throws(NoSuchItem) in
                try Self.moveToFront(index, in: &keys)
            }
        case .insertProvider(let provider, let index, let entries):
            try Self.change(entries, of: &resources) { providers throws(NoSuchItem) in
                try Self.insert(ProviderConfiguration(provider), at: index, in: &providers)
            }
        case .removeProviders(let indices, let entries):
            try Self.change(entries, of: &resources) { providers throws(NoSuchItem) in
                try Self.remove(at: indices, in: &providers)
            }
        case .moveProviderToFront(let index, let entries):
            try Self.change(entries, of: &resources) { providers throws(NoSuchItem) in
                try Self.moveToFront(index, in: &providers)
            }
        case .insertEntry(let names, let provider, let index):
            guard (0...resources.count).contains(index) else { throw .noSuchPlace(path: "resources[\(index)]") }
            resources.insert(ResourceConfiguration(names, provider), at: index)
        }
    }

    private struct NoSuchItem: Error {}

    private static func insert<Item>(_ item: Item, at index: Int, in items: inout [Item]) throws(NoSuchItem) {
        guard (0...items.count).contains(index) else { throw NoSuchItem() }
        items.insert(item, at: index)
    }

    private static func remove<Item>(at indices: [Int], in items: inout [Item]) throws(NoSuchItem) {
        let removed = Set(indices)
        guard removed.isSubset(of: items.indices), removed.count == indices.count else { throw NoSuchItem() }
        items = items.indices.filter { !removed.contains($0) }.map { items[$0] }
    }

    private static func moveToFront<Item>(_ index: Int, in items: inout [Item]) throws(NoSuchItem) {
        guard items.indices.contains(index) else { throw NoSuchItem() }
        items.insert(items.remove(at: index), at: 0)
    }

    private static func change(
        _ entries: [Int], of resources: inout [ResourceConfiguration],
        _ change: (inout [ProviderConfiguration]) throws(NoSuchItem) -> Void
    ) throws(EditRefusal) {
        for entry in Set(entries) {
            let path = "resources[\(entry)].providers"
            guard resources.indices.contains(entry) else { throw .noSuchPlace(path: path) }
            var providers = resources[entry].providers
            do { try change(&providers) } catch { throw .noSuchPlace(path: path) }
            resources[entry] = ResourceConfiguration(
                resources: resources[entry].resources, providers: providers, position: resources[entry].position)
        }
    }

    private static func change(
        _ places: [ProviderPlace], of resources: inout [ResourceConfiguration],
        _ change: (inout [KeyConfiguration]) throws(NoSuchItem) -> Void
    ) throws(EditRefusal) {
        for (entry, places) in Dictionary(grouping: Set(places), by: \.entry) {
            try Self.change([entry], of: &resources) { providers throws(NoSuchItem) in
                for place in places {
                    guard providers.indices.contains(place.provider) else { throw NoSuchItem() }
                    providers[place.provider] = try providers[place.provider].changingKeys(change, else: NoSuchItem())
                }
            }
        }
    }
}

extension ResourceConfiguration {
    /// The item, read back from the written text.
    fileprivate init(_ names: [ByteName], _ provider: NewProvider) {
        let nowhere = SourcePosition(line: 1, column: 1, offset: 0)
        self.init(
            resources: names.map { Located(value: $0.text, position: nowhere) },
            providers: [ProviderConfiguration(provider)], position: nowhere)
    }

    fileprivate func hasSameContent(as other: ResourceConfiguration) -> Bool {
        resources.map(\.value) == other.resources.map(\.value)
            && ConfigurationDocument.areSame(providers, other.providers) { $0.hasSameContent(as: $1) }
    }
}

extension ProviderConfiguration {
    /// The item, read back from the written text of `provider`.
    fileprivate init(_ provider: NewProvider) {
        let nowhere = SourcePosition(line: 1, column: 1, offset: 0)
        var lists: [KeyedProvider: KeyListConfiguration] = [:]
        var identity: Located<Void>?
        var kms: KMSConfiguration?
        switch provider {
        case .identity: identity = Located(value: (), position: nowhere)
        case .keys(let kind, let key):
            lists[kind] = KeyListConfiguration(keys: [KeyConfiguration(key)], isNull: false, position: nowhere)
        case .kms(let name, let endpoint):
            kms = KMSConfiguration(
                apiVersion: Located(value: "v2", position: nowhere), name: Located(value: name.text, position: nowhere),
                cachesize: nil, endpoint: Located(value: endpoint.text, position: nowhere), timeout: nil,
                position: nowhere)
        }
        self.init(
            aesgcm: lists[.aesgcm], aescbc: lists[.aescbc], secretbox: lists[.secretbox], identity: identity,
            kms: kms, position: nowhere)
    }

    /// The key list, if the item has exactly one.
    var keyedProvider: KeyedProvider? {
        let set = KeyedProvider.allCases.filter { keyList($0) != nil }
        return set.count == 1 ? set.first : nil
    }

    func keyList(_ kind: KeyedProvider) -> KeyListConfiguration? {
        switch kind {
        case .aescbc: aescbc
        case .aesgcm: aesgcm
        case .secretbox: secretbox
        }
    }

    fileprivate func changingKeys<Failure: Error>(
        _ change: (inout [KeyConfiguration]) throws(Failure) -> Void, else failure: Failure
    ) throws(Failure) -> ProviderConfiguration {
        guard let kind = keyedProvider, let list = keyList(kind) else { throw failure }
        var keys = list.keys
        try change(&keys)
        let changed = KeyListConfiguration(keys: keys, isNull: false, position: list.position)
        return ProviderConfiguration(
            aesgcm: kind == .aesgcm ? changed : aesgcm, aescbc: kind == .aescbc ? changed : aescbc,
            secretbox: kind == .secretbox ? changed : secretbox, identity: identity, kms: kms, position: position)
    }

    fileprivate func hasSameContent(as other: ProviderConfiguration) -> Bool {
        (identity == nil) == (other.identity == nil) && isSame(kms, other.kms) { $0.hasSameContent(as: $1) }
            && KeyedProvider.allCases.allSatisfy { kind in
                isSame(keyList(kind), other.keyList(kind)) { left, right in
                    ConfigurationDocument.areSame(left.keys, right.keys) { $0.hasSameContent(as: $1) }
                }
            }
    }
}

extension KeyConfiguration {
    fileprivate init(_ key: NewKey) {
        let nowhere = SourcePosition(line: 1, column: 1, offset: 0)
        self.init(
            name: Located(value: key.name.text, position: nowhere),
            secret: Located(value: SecretKey(SecretBase64.encode(key.secret.span)), position: nowhere),
            position: nowhere)
    }

    fileprivate func hasSameContent(as other: KeyConfiguration) -> Bool {
        name?.value == other.name?.value
            && isSame(secret?.value, other.secret?.value) { left, right in
                if left.isEqual(to: right) { return true }
                // A block scalar ends in a line break, which base64 passes over.
                guard let left = ProviderRules.decodedSecret(left), let right = ProviderRules.decodedSecret(right)
                else { return false }
                return left.isEqual(to: right)
            }
    }
}

extension KMSConfiguration {
    fileprivate func hasSameContent(as other: KMSConfiguration) -> Bool {
        apiVersion?.value == other.apiVersion?.value && name?.value == other.name?.value
            && cachesize?.value == other.cachesize?.value && endpoint?.value == other.endpoint?.value
            && timeout?.value == other.timeout?.value
    }
}

private func isSame<Value>(_ left: Value?, _ right: Value?, _ isSame: (Value, Value) -> Bool) -> Bool {
    switch (left, right) {
    case (nil, nil): true
    case (let left?, let right?): isSame(left, right)
    default: false
    }
}
