internal import JSONText
internal import ProtobufWire
internal import SecretMemory

/// Reads the fields of an object that is stored as JSON or CBOR, with Go's rules: null is the same as absent, of members
/// with the same name the last counts, and a value of another type than the field's is an error.
struct ObjectDocument: ~Escapable {
    typealias Node = ValueTree.Node

    let encoding: StoredEncoding
    let tree: ValueTree
    private let plaintext: RawSpan

    @_lifetime(copy plaintext)
    init(json plaintext: RawSpan) throws(StoredObjectError) {
        do throws(JSONError) {
            tree = ValueTree(try JSONTree(parsing: plaintext))
        } catch {
            throw .json(offset: error.offset)
        }
        guard tree.root.kind == .object else { throw .fieldType }
        encoding = .json
        self.plaintext = plaintext
    }

    @_lifetime(copy plaintext)
    init(cbor plaintext: RawSpan) throws(StoredObjectError) {
        var parser = CBORParser(plaintext)
        tree = try parser.parse()
        guard tree.root.kind == .object else { throw .fieldType }
        encoding = .cbor
        self.plaintext = plaintext
    }

    /// The member of that name and kind; nil if it is absent or null.
    func member(_ name: String, of node: Node?, _ kind: ValueTree.Kind) throws(StoredObjectError) -> Node? {
        guard let node, let found = tree.member(name, of: node, in: plaintext), found.kind != .null else { return nil }
        guard found.kind == kind else { throw .fieldType }
        return found
    }

    func textIfAny(_ name: String, of node: Node?) throws(StoredObjectError) -> String? {
        guard let found = try member(name, of: node, .string) else { return nil }
        return try text(found)
    }

    /// A text; empty if it is absent.
    func text(_ name: String, of node: Node?) throws(StoredObjectError) -> String {
        try textIfAny(name, of: node) ?? ""
    }

    func bool(_ name: String, of node: Node?) throws(StoredObjectError) -> Bool? {
        guard let node, let found = tree.member(name, of: node, in: plaintext) else { return nil }
        switch found.value {
        case .bool(let value): return value
        case .null: return nil
        default: throw .fieldType
        }
    }

    /// The entries of a map of texts, by name; a null among the values is an empty text.
    func strings(
        _ name: String, of node: Node?, counting parts: inout PartCount
    ) throws(StoredObjectError) -> [Named<Node?>] {
        guard let map = try member(name, of: node, .object) else { return [] }
        try parts.add(map.count)
        var entries: [Named<Node?>] = []
        for member in members(of: map) {
            guard member.value.kind == .string || member.value.kind == .null else { throw .fieldType }
            entries.append(Named(name: member.name, value: member.value.kind == .null ? nil : member.value))
        }
        return entries
    }

    func members(of node: Node) -> [Named<Node>] { tree.namedMembers(of: node, in: plaintext) }

    /// The text of a string; empty if it is absent.
    func text(ifAny node: Node?) throws(StoredObjectError) -> String {
        guard let node else { return "" }
        return try text(node)
    }

    /// What a string holds. For names only: the text is not wiped.
    func text(_ node: Node) throws(StoredObjectError) -> String {
        guard let text = node.value.withText(in: plaintext, { String(validatingUTF8: $0) }) else { throw .notUTF8 }
        return text
    }
}
