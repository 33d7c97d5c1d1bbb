internal import YAMLTree

/// The keys of the fields whose values are lists, found for all lists at once when the first one is asked for.
final class ListKeys {
    private let document: YAMLDocument
    private lazy var keys = Self.keys(in: document)

    init(of document: YAMLDocument) { self.document = document }

    /// The key of the field that has this list itself as its value, not an alias of it.
    func key(of list: YAMLNode) -> YAMLNode? { keys[ObjectIdentifier(list)] }

    private static func keys(in document: YAMLDocument) -> [ObjectIdentifier: YAMLNode] {
        var keys: [ObjectIdentifier: YAMLNode] = [:]
        for node in document.root?.descendants ?? [] {
            guard case .mapping(let entries) = node.content else { continue }
            for entry in entries {
                if case .sequence = entry.value.content { keys[ObjectIdentifier(entry.value)] = entry.key }
            }
        }
        return keys
    }
}
