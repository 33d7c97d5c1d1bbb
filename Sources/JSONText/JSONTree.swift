/// The structure of a JSON text, without its bytes.
///
/// A node has the type and the range of a value. The content of a string is read from the text when it is requested,
/// so that a text with secrets stays in one place, where it is wiped. The text must be the one that was parsed.
///
/// What is accepted is what Go's `json.Unmarshal` accepts: RFC 8259, with invalid UTF-8 in strings passed over.
public struct JSONTree: Sendable {
    /// How deep arrays and objects may be nested (Go: `maxNestingDepth`).
    public static let maximumDepth = 10_000
    /// How many values and keys a text may have. The limit is ours: it bounds the memory that a hostile text takes.
    public static let maximumNodeCount = 2_000_000

    /// A value, or the key of a member.
    public struct Node: Sendable {
        public enum Kind: Equatable, Sendable {
            case null, bool(Bool), number, string, array, object
        }

        public let kind: Kind
        /// The bytes of the text that the value takes, with its quotes or brackets.
        public internal(set) var range: Range<Int>
        /// The number of elements of an array or of members of an object, else 0.
        public var count: Int { Int(childCount) }

        /// The place in ``JSONTree/nodes`` behind everything that is within this node.
        public var next: Int { Int(end) }

        var index: Int32
        var end: Int32
        var childCount: Int32 = 0
    }

    /// All values and keys in the order of the text: what is within a node follows it.
    public let nodes: [Node]

    /// Parses `text`: one value with white space around it.
    public init(parsing text: RawSpan) throws(JSONError) {
        var parser = JSONParser(text: text)
        nodes = try parser.parse()
    }

    /// The value that the text is.
    public var root: Node { nodes[0] }

    /// The elements of an array in their order; none if `node` is no array.
    public func elements(of node: Node) -> Elements {
        Elements(walk: Walk(of: node, if: .array, in: nodes))
    }

    /// The members of an object in their order, repeated keys included; none if `node` is no object.
    public func members(of node: Node) -> Members {
        Members(walk: Walk(of: node, if: .object, in: nodes))
    }

    /// The value of the member with this key; of the last one, as in Go, if there are several.
    ///
    /// - Returns: nil if there is no such member or `node` is no object.
    public func member(_ key: String, of node: Node, in text: RawSpan) -> Node? {
        var found: Node?
        for member in members(of: node) where string(member.key, equals: key, in: text) { found = member.value }
        return found
    }

    /// The children of an array, in order.
    public struct Elements: Sequence, IteratorProtocol {
        fileprivate var walk: Walk
        public mutating func next() -> Node? { walk.next() }
    }

    /// The keys and values of an object, in order. Every key is a string.
    public struct Members: Sequence, IteratorProtocol {
        fileprivate var walk: Walk
        public mutating func next() -> (key: Node, value: Node)? {
            guard let key = walk.next(), let value = walk.next() else { return nil }
            return (key, value)
        }
    }
}

/// From child to child of one node, past their own children.
private struct Walk {
    private let nodes: [JSONTree.Node]
    private var index: Int
    private let end: Int

    init(of parent: JSONTree.Node, if kind: JSONTree.Node.Kind, in nodes: [JSONTree.Node]) {
        self.nodes = nodes
        end = parent.kind == kind ? Int(parent.end) : 0
        index = Int(parent.index) + 1
    }

    mutating func next() -> JSONTree.Node? {
        guard index < end else { return nil }
        defer { index = Int(nodes[index].end) }
        return nodes[index]
    }
}
