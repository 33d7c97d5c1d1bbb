internal import SecretMemory
internal import YAMLTree

/// The list that an edit changes, by its place in the document.
enum ListPlace: Hashable {
    case entries
    case providers(entry: Int)
    case keys(ProviderPlace)

    var path: String {
        switch self {
        case .entries: "resources"
        case .providers(let entry): "resources[\(entry)].providers"
        case .keys(let place): place.path
        }
    }

    fileprivate var order: (Int, Int) {
        switch self {
        case .entries: (0, 0)
        case .providers(let entry): (entry, 0)
        case .keys(let place): (place.entry, place.provider)
        }
    }
}

extension ListPlace {
    /// Whether both lists hold the same kind of items, so that neither can be in the other.
    func isLike(_ other: ListPlace) -> Bool {
        switch (self, other) {
        case (.providers, .providers), (.keys, .keys), (.entries, .entries): true
        case (.providers, _), (.keys, _), (.entries, _): false
        }
    }
}

extension ConfigurationEdit {
    var places: [ListPlace] {
        switch self {
        case .insertKey(_, _, let places), .removeKeys(_, let places), .moveKeyToFront(_, let places):
            places.map { .keys($0) }
        case .insertProvider(_, _, let entries), .removeProviders(_, let entries),
            .moveProviderToFront(_, let entries):
            entries.map { .providers(entry: $0) }
        case .insertEntry: [.entries]
        }
    }
}

/// The place of a list in the text.
struct ListLocation {
    /// The mapping that the list is a field of.
    let owner: YAMLNode
    /// The field; nil if it is absent.
    let field: YAMLEntry?
    /// The name of the field.
    let name: String

    /// The list itself, aliases followed; nil if the field is missing or null.
    var list: YAMLNode? {
        guard let list = field?.value.resolved, case .sequence = list.content else { return nil }
        return list
    }

    /// What two places have in common if they are one list.
    var identity: ObjectIdentifier { ObjectIdentifier(list ?? owner) }

    init(of place: ListPlace, in document: YAMLDocument) throws(EditRefusal) {
        guard let location = Self.find(place, in: document) else { throw .noSuchPlace(path: place.path) }
        self = location
    }

    private init(owner: YAMLNode, name: String) {
        self.owner = owner
        self.name = name
        field = owner.field(name)
    }

    private static func find(_ place: ListPlace, in document: YAMLDocument) -> ListLocation? {
        switch place {
        case .entries: return document.root.map { ListLocation(owner: $0.resolved, name: "resources") }
        case .providers(let entry):
            guard let owner = document.root?.field("resources")?.value.item(entry) else { return nil }
            return ListLocation(owner: owner.resolved, name: "providers")
        case .keys(let place):
            let providers = find(.providers(entry: place.entry), in: document)
            guard let provider = providers?.field?.value.item(place.provider) else { return nil }
            let owners = KeyedProvider.allCases.compactMap { provider.field($0.rawValue)?.value.resolved }
                .filter { if case .mapping = $0.content { true } else { false } }
            guard let owner = owners.first, owners.count == 1 else { return nil }
            return ListLocation(owner: owner, name: "keys")
        }
    }

    /// Every list of the kind of `place`.
    static func all(like place: ListPlace, in document: YAMLDocument) -> [(place: ListPlace, location: ListLocation)] {
        if case .entries = place { return find(place, in: document).map { [(place, $0)] } ?? [] }
        let entries = document.root?.field("resources")?.value.items.indices ?? 0..<0
        let places: [ListPlace] = entries.flatMap { entry -> [ListPlace] in
            guard case .keys = place else { return [.providers(entry: entry)] }
            let providers = find(.providers(entry: entry), in: document)?.field?.value.items ?? []
            return providers.indices.map { .keys(ProviderPlace(entry: entry, provider: $0)) }
        }
        return places.compactMap { place in find(place, in: document).map { (place, $0) } }
    }
}

/// The lists of one kind that a document has, and which places share them.
struct SharedLists {
    private let places: [ObjectIdentifier: [ListPlace]]

    init(like place: ListPlace, in document: YAMLDocument) {
        places = Dictionary(grouping: ListLocation.all(like: place, in: document), by: \.location.identity)
            .mapValues { $0.map(\.place) }
    }

    /// Where the lists stand that an edit is about, each of them once, in file order.
    ///
    /// - Throws: ``EditRefusal/shared(with:)`` if one is also a list that the edit does not name.
    func lists(
        of edit: ConfigurationEdit, in document: YAMLDocument
    ) throws(EditRefusal) -> [(place: ListPlace, location: ListLocation)] {
        var seen: Set<ObjectIdentifier> = []
        var lists: [(place: ListPlace, location: ListLocation)] = []
        let named = Set(edit.places)
        for place in named.sorted(by: { $0.order < $1.order }) {
            let location = try ListLocation(of: place, in: document)
            guard seen.insert(location.identity).inserted else { continue }
            let others = (places[location.identity] ?? []).filter { !named.contains($0) }
            guard others.isEmpty else { throw .shared(with: others.map(\.path)) }
            lists.append((place, location))
        }
        return lists
    }
}

extension YAMLNode {
    /// The items of a sequence, aliases followed.
    var items: [YAMLNode] { if case .sequence(let items) = resolved.content { items } else { [] } }

    func item(_ index: Int) -> YAMLNode? { items.indices.contains(index) ? items[index] : nil }

    /// The pairs of a mapping, aliases followed, merge keys not.
    var entries: [YAMLEntry] { if case .mapping(let entries) = resolved.content { entries } else { [] } }

    /// The field of a mapping, its own or merged into it.
    func field(_ name: String) -> YAMLEntry? {
        if let own = entries.last(where: { $0.key.isText(name) }) { return own }
        for merge in entries where merge.key.isText("<<") {
            let sources = merge.value.items.isEmpty ? [merge.value] : merge.value.items
            for source in sources { if let field = source.field(name) { return field } }
        }
        return nil
    }

    /// The scalar, aliases followed.
    var scalar: YAMLScalar? { if case .scalar(let scalar) = resolved.content { scalar } else { nil } }

    private func isText(_ text: String) -> Bool { scalar?.text.isText(text) ?? false }

    /// The nodes below this one and itself, in the order of the file.
    var descendants: [YAMLNode] {
        var nodes: [YAMLNode] = []
        addDescendants(to: &nodes)
        return nodes
    }

    private func addDescendants(to nodes: inout [YAMLNode]) {
        nodes.append(self)
        switch content {
        case .scalar, .alias: break
        case .sequence(let items): for item in items { item.addDescendants(to: &nodes) }
        case .mapping(let entries):
            for entry in entries {
                entry.key.addDescendants(to: &nodes)
                entry.value.addDescendants(to: &nodes)
            }
        }
    }

    /// The aliases among the descendants.
    var aliases: [YAMLNode] { descendants.filter { if case .alias = $0.content { true } else { false } } }
}
