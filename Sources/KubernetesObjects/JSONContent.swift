internal import JSONText
internal import SecretMemory

/// The content of an object that is stored as JSON, as YAML: all members but apiVersion, kind and metadata.
///
/// Recursive; ``StoredObject/depthLimit`` keeps it from exhausting the stack.
struct JSONContent: ~Escapable {
    private typealias Node = JSONTree.Node

    private let tree: JSONTree
    private let plaintext: RawSpan
    private let disclosure: Disclosure

    @_lifetime(copy plaintext)
    init(tree: JSONTree, plaintext: RawSpan, disclosure: Disclosure) {
        self.tree = tree
        self.plaintext = plaintext
        self.disclosure = disclosure
    }

    /// Appends the members at the top of a document.
    func append(to yaml: inout YAMLWriter) {
        for content in tree.namedMembers(of: tree.root, in: plaintext) where StoredObject.isContent(content.name) {
            member(content.name, content.value, indent: 0, to: &yaml)
        }
    }

    private func member(_ name: String, _ value: Node, indent: Int, to yaml: inout YAMLWriter) {
        yaml.key(name, indent: indent)
        if value.count == 0 {
            yaml.write(" ")
            single(value, indent: indent, to: &yaml)
        } else {
            yaml.write("\n")
            yaml.indent(indent + 2)
            children(of: value, indent: indent + 2, to: &yaml)
        }
    }

    /// The members or elements of `node`, one to a line; the first continues the line that has been begun.
    private func children(of node: Node, indent: Int, to yaml: inout YAMLWriter) {
        var isFirst = true
        for element in tree.elements(of: node) {
            if !isFirst { yaml.indent(indent) }
            isFirst = false
            yaml.write("- ")
            if element.count == 0 {
                single(element, indent: indent, to: &yaml)
            } else {
                children(of: element, indent: indent + 2, to: &yaml)
            }
        }
        for child in tree.namedMembers(of: node, in: plaintext) {
            if !isFirst { yaml.indent(indent) }
            isFirst = false
            member(child.name, child.value, indent: indent, to: &yaml)
        }
    }

    /// A scalar, or a collection without anything in it.
    private func single(_ node: Node, indent: Int, to yaml: inout YAMLWriter) {
        switch node.kind {
        case .null: yaml.write("null")
        case .object: yaml.write("{}")
        case .array: yaml.write("[]")
        case .string:
            let value = tree.string(node, in: plaintext)
            if disclosure.isRevealed {
                yaml.block(value.bytes, indent: indent + 2)
            } else {
                yaml.scalar(disclosure.redaction(of: value.bytes))
            }
        case .bool, .number:
            let literal = plaintext.extracting(node.range)
            if !disclosure.isRevealed {
                yaml.scalar(disclosure.redaction(of: literal))
            } else if case .bool(let value) = node.kind {
                yaml.write("\(value)")
            } else {
                yaml.number(literal)
            }
        }
        yaml.write("\n")
    }
}
