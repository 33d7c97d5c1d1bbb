internal import JSONText
internal import SecretMemory

/// A JSON text that a server sent, with ways into it. The text stays where it is wiped.
struct JSONAnswer {
    private let text: SecretKey
    private let tree: JSONTree

    /// Nil if the text is no JSON.
    init?(_ text: SecretKey) {
        guard let tree = try? JSONTree(parsing: text.span) else { return nil }
        self.text = text
        self.tree = tree
    }

    var root: JSONTree.Node { tree.root }

    /// The value that the keys lead to, one after the other; nil if a key is missing or the value is null.
    func node(_ keys: String..., of parent: JSONTree.Node? = nil) -> JSONTree.Node? {
        var node = parent ?? tree.root
        for key in keys {
            guard node.kind == .object, let member = tree.member(key, of: node, in: text.span) else { return nil }
            node = member
        }
        return node.kind == .null ? nil : node
    }

    /// A string that is not a secret; nil for another node.
    func text(_ node: JSONTree.Node?) -> String? {
        guard let node, node.kind == .string else { return nil }
        return String(decoding: tree.string(node, in: text.span).bytes.copiedToArray(), as: UTF8.self)
    }

    /// A string that may be one.
    func secret(_ node: JSONTree.Node?) -> SecretKey? {
        guard let node, node.kind == .string else { return nil }
        return SecretKey(tree.string(node, in: text.span))
    }

    func integer(_ node: JSONTree.Node?) -> Int64? { node.flatMap { tree.integer($0, in: text.span) } }

    /// Whether the document is of a kind.
    func isKind(_ kind: String) -> Bool {
        guard let node = node("kind") else { return false }
        return tree.string(node, equals: kind, in: text.span)
    }

    /// The elements of an array; empty without one. An empty list of Kubernetes is null.
    func elements(_ node: JSONTree.Node?) -> [JSONTree.Node] { node.map { Array(tree.elements(of: $0)) } ?? [] }

    /// The members of an object whose values are strings.
    func texts(_ node: JSONTree.Node?) -> [(name: String, value: String)] {
        guard let node else { return [] }
        return tree.members(of: node).compactMap { member in
            guard let name = text(member.key), let value = text(member.value) else { return nil }
            return (name, value)
        }
    }
}
