internal import JSONText
internal import SecretMemory

/// The values of an object, whatever they are written in: JSON, CBOR or protobuf.
///
/// It holds names of fields that Kubernetes gives them, and no byte of the object: a node says where a value is in the
/// plaintext and how it is written there (``Value``). The plaintext must be the one that the tree was built from.
struct ValueTree: Sendable {
    enum Kind { case null, bool, number, string, array, object }

    /// A value, or the key of a member.
    struct Node: Sendable {
        let value: Value
        /// The number of elements of an array or of members of an object, else 0.
        var count: Int { Int(childCount) }
        var kind: Kind { value.kind }

        // In the order of the text: what is within a node follows it, up to `end`.
        fileprivate let index: Int32
        fileprivate var end: Int32
        fileprivate var childCount: Int32 = 0
    }

    fileprivate let nodes: [Node]

    /// An object without members.
    static let empty = ValueTree(nodes: [Node(value: .object, index: 0, end: 1)])

    var root: Node { nodes[0] }

    /// The elements of an array in their order; none if `node` is no array.
    func elements(of node: Node) -> Elements { Elements(walk: Walk(of: node, if: .array, in: nodes)) }

    /// The members of an object in their order, repeated keys included; none if `node` is no object.
    func members(of node: Node) -> Members { Members(walk: Walk(of: node, if: .object, in: nodes)) }

    /// The value of the member with this name; of the last one if there are several.
    func member(_ name: String, of node: Node, in plaintext: RawSpan) -> Node? {
        var found: Node?
        for member in members(of: node) where member.key.value.isText(name, in: plaintext) { found = member.value }
        return found
    }

    struct Elements: Sequence, IteratorProtocol {
        fileprivate var walk: Walk
        mutating func next() -> Node? { walk.next() }
    }

    struct Members: Sequence, IteratorProtocol {
        fileprivate var walk: Walk
        mutating func next() -> (key: Node, value: Node)? {
            guard let key = walk.next(), let value = walk.next() else { return nil }
            return (key, value)
        }
    }
}

extension ValueTree {
    init(_ tree: JSONTree) {
        var nodes: [Node] = []
        nodes.reserveCapacity(tree.nodes.count)
        for (index, node) in tree.nodes.enumerated() {
            nodes.append(
                Node(
                    value: Value(node), index: Int32(index), end: Int32(node.next), childCount: Int32(node.count)))
        }
        self.nodes = nodes
    }
}

extension ValueTree.Value {
    fileprivate init(_ node: JSONTree.Node) {
        switch node.kind {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .number: self = .literal(node.range)
        // Without its quotes.
        case .string: self = .jsonString(node.range.lowerBound + 1..<node.range.upperBound - 1)
        case .array: self = .array
        case .object: self = .object
        }
    }
}

/// From child to child of one node, past their own children.
private struct Walk {
    private let nodes: [ValueTree.Node]
    private var index: Int
    private let end: Int

    init(of parent: ValueTree.Node, if kind: ValueTree.Kind, in nodes: [ValueTree.Node]) {
        self.nodes = nodes
        end = parent.kind == kind ? Int(parent.end) : 0
        index = Int(parent.index) + 1
    }

    mutating func next() -> ValueTree.Node? {
        guard index < end else { return nil }
        defer { index = Int(nodes[index].end) }
        return nodes[index]
    }
}

extension ValueTree {
    /// Puts a tree together in the order of its nodes. In an object, keys and values alternate.
    struct Builder {
        private var nodes: [Node] = []
        /// The places in `nodes` of the arrays and objects that are not closed yet.
        private var open: [Int32] = []

        var nodeCount: Int { nodes.count }
        /// How many arrays and objects are open.
        var depth: Int { open.count }

        /// Appends a key, or a value that has no others in it.
        mutating func append(_ value: Value) {
            if let parent = open.last { nodes[Int(parent)].childCount += 1 }
            let index = Int32(nodes.count)
            nodes.append(Node(value: value, index: index, end: index + 1))
        }

        /// Opens an array or object; what is appended next is within it.
        mutating func open(_ container: Value) {
            append(container)
            open.append(Int32(nodes.count - 1))
        }

        /// Closes the innermost array or object.
        mutating func close() {
            let container = Int(open.removeLast())
            nodes[container].end = Int32(nodes.count)
            if nodes[container].kind == .object { nodes[container].childCount /= 2 }
        }

        /// The keys of the innermost object so far.
        var keys: [Value] {
            guard let innermost = open.last else { return [] }
            var object = nodes[Int(innermost)]
            object.end = Int32(nodes.count)
            return Members(walk: Walk(of: object, if: .object, in: nodes)).map(\.key.value)
        }

        /// - Precondition: Everything that was opened is closed.
        consuming func finish() -> ValueTree {
            precondition(open.isEmpty && !nodes.isEmpty, "the tree is not whole")
            return ValueTree(nodes: nodes)
        }
    }
}
