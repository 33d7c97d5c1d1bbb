internal import JSONText
internal import ProtobufWire
internal import SecretMemory

/// Reads the fields of an object that is stored as JSON, with Go's rules: null is the same as absent, of members with
/// the same name the last counts, and a value of another type than the field's is an error.
struct JSONDocument: ~Escapable {
    typealias Node = JSONTree.Node

    let tree: JSONTree
    private let plaintext: RawSpan

    @_lifetime(copy plaintext)
    init(_ plaintext: RawSpan) throws(StoredObjectError) {
        do throws(JSONError) {
            tree = try JSONTree(parsing: plaintext)
        } catch {
            throw .json(offset: error.offset)
        }
        guard tree.root.kind == .object else { throw .fieldType }
        self.plaintext = plaintext
    }

    /// The member of that name and kind; nil if there is none, or null.
    func member(_ name: String, of node: Node?, _ kind: Node.Kind) throws(StoredObjectError) -> Node? {
        guard let node, let found = tree.member(name, of: node, in: plaintext), found.kind != .null else { return nil }
        guard found.kind == kind else { throw .fieldType }
        return found
    }

    func textIfAny(_ name: String, of node: Node?) throws(StoredObjectError) -> String? {
        guard let found = try member(name, of: node, .string) else { return nil }
        return text(found)
    }

    /// A text; empty if there is none.
    func text(_ name: String, of node: Node?) throws(StoredObjectError) -> String {
        try textIfAny(name, of: node) ?? ""
    }

    func bool(_ name: String, of node: Node?) throws(StoredObjectError) -> Bool? {
        guard let node, let found = tree.member(name, of: node, in: plaintext) else { return nil }
        switch found.kind {
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

    /// What a string holds. For names only: the text is not wiped.
    func text(_ node: Node) -> String {
        tree.name(node, in: plaintext)
    }
}

extension JSONTree {
    /// The members of an object by name; of those with the same name the last.
    func namedMembers(of node: Node, in plaintext: RawSpan) -> [Named<Node>] {
        members(of: node).map { Named(name: name($0.key, in: plaintext), value: $0.value) }.lastOfEachName()
    }

    fileprivate func name(_ node: Node, in plaintext: RawSpan) -> String {
        // The decoder of JSON strings has replaced what is not UTF-8.
        String(validatingUTF8: string(node, in: plaintext).bytes) ?? ""
    }
}
